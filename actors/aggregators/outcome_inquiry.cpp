#include "actors/aggregators/outcome_inquiry.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto batch_chunks_max = std::size_t{256};
constexpr auto batch_bytes_max = std::uint64_t{4} << 20;
constexpr auto ask_again = 1s;
constexpr auto late_patience = 1s; // once the others have been waited for, with those who are there

} // namespace

auto outcome_inquiry::wants_more() const -> bool {
  return !is_closed_ && batch_.size() < batch_chunks_max && batch_bytes_ < batch_bytes_max;
}

void outcome_inquiry::add(record r) {
  batch_bytes_ += r.content->footprint_bytes();
  batch_.push_back(std::move(r));
}

auto outcome_inquiry::is_patient(monotonic_time now) const -> bool {
  if (!since_ || !batch_since_) return true;
  return now < std::max(*since_ + patience_, *batch_since_ + duration{late_patience});
}

auto outcome_inquiry::is_judged(monotonic_time now) const -> bool {
  if (!is_closed_) return false;
  if (!is_patient(now)) return true;
  return std::all_of(whom_.begin(), whom_.end(), [&](const auto& who) { return had_.contains(who); });
}

auto outcome_inquiry::holder() const -> const std::string* {
  const auto& id = front().content->id;
  const auto at = std::find_if(had_.begin(), had_.end(), [&](const auto& h) { return h.second.contains(id); });
  return at == had_.end() ? nullptr : &at->first;
}

auto outcome_inquiry::pop() -> std::uint64_t {
  const auto is_sure = holder() != nullptr || had_.size() == whom_.size();
  const auto events = is_sure ? 0 : front().content->count;
  passed_ = front().number;
  batch_.pop_front();
  if (!batch_.empty()) return events;
  batch_bytes_ = 0;
  is_closed_ = false;
  batch_since_.reset();
  ask_at_ = {};
  questions_.clear();
  had_.clear();
  return events;
}

auto outcome_inquiry::ids() const -> std::vector<id_range> {
  auto all = id_ranges{};
  for (const auto& r : batch_) all.insert(r.content->id);
  auto ranges = std::vector<id_range>{};
  all.for_each([&](const id_range& r) { ranges.push_back(r); });
  return ranges;
}

void outcome_inquiry::ask(const std::vector<sender_links::receiver>& there, const std::function<std::uint64_t()>& random,
                          monotonic_time now, std::vector<outgoing>& out) {
  if (!is_closed_) return;
  if (!since_) since_ = now;
  if (!batch_since_) batch_since_ = now;
  if (now < ask_at_) return;
  ask_at_ = now + ask_again;
  const auto asked = ids();
  for (const auto& to : there) {
    if (!whom_.contains(to.address) || had_.contains(to.address)) continue;
    const auto question = random();
    questions_[question] = to.address;
    out.push_back({to.handle, ask_had{question, asked}});
  }
}

void outcome_inquiry::on_answer(const known_had& note) {
  const auto at = questions_.find(note.question);
  if (at == questions_.end()) return;
  auto& had = had_[at->second];
  for (const auto& r : note.ids) had.insert(r);
}

auto outcome_inquiry::deadline() const -> std::optional<monotonic_time> {
  if (!batch_since_) return std::nullopt;
  return ask_at_;
}

auto outcome_inquiry::silent() const -> std::string {
  auto text = std::string{};
  for (const auto& who : whom_)
    if (!had_.contains(who)) text += (text.empty() ? "" : ", ") + who;
  return text;
}

auto outcome_inquiry::text() const -> std::string {
  const auto missing = silent();
  if (!batch_since_ || missing.empty()) return {};
  return "what it held at its start waits for the word of " + missing + ", which may have some of it";
}

} // namespace weir
