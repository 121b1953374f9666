#include "actors/system/unsure_report.hpp"

#include <utility>

namespace weir {
namespace {

constexpr auto told_each = std::chrono::seconds{10};

} // namespace

void unsure_report::add(std::uint64_t events, const std::string& who) {
  if (events == 0) return;
  events_ += events;
  who_.insert(who);
}

void unsure_report::take(fan_out& flow) {
  for (std::size_t i = 0; i < flow.size(); ++i)
    for (const auto& given : flow.at(i).take_given_up()) add(given.events, given.address);
}

auto unsure_report::text(monotonic_time now) -> std::string {
  if (events_ == 0 || now < tell_at_) return {};
  tell_at_ = now + told_each;
  auto names = std::string{};
  for (const auto& who : std::exchange(who_, {})) names += (names.empty() ? "" : ", ") + who;
  return "sends " + std::to_string(std::exchange(events_, 0)) + " events elsewhere that " + names
         + " may have, which did not say so within \"wait_for\": they may be stored twice";
}

void add_unsure(const fan_out& flow, monotonic_time now, std::vector<std::string>& to) {
  for (const auto& o : flow.outlets())
    for (auto& text : unsure_texts(o, now)) to.push_back(std::move(text));
}

} // namespace weir
