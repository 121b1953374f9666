#include "actors/aggregators/copy_keeper.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto asks_every = 1s;
constexpr auto asks_behind = 2s; // most are known as stored by then, from what came since
constexpr auto asks_every_for_room = 100ms;
constexpr auto gives_up_every = 60s;
constexpr auto ranges_max = std::size_t{1024};

} // namespace

void copy_keeper::on_down(std::uint64_t handle) {
  std::erase_if(there_, [&](const auto& r) { return r.handle == handle; });
}

void copy_keeper::on_answer(aggregator_core& core, const known_settled& note) {
  const auto asked = questions_.find(note.question);
  if (asked == questions_.end()) return;
  for (const auto& ids : note.settled) core.note_stored(ids);
  auto events = std::uint64_t{0};
  for (const auto& ids : note.unseen) events += core.take_over(ids);
  if (events > 0)
    news_.push_back("passes on " + std::to_string(events) + " events of which it has copies: " + asked->second
                    + " does not have them");
  questions_.erase(asked);
}

void copy_keeper::ask(aggregator_core& core, const std::string& holder, std::uint64_t handle, monotonic_time now) {
  const auto begins = core.copies().begins_anew(holder);
  auto ids = core.copies().ids_of(holder, core.lacks_room() ? now : now - asks_behind, ranges_max);
  if (ids.empty()) return;
  std::erase_if(questions_, [&](const auto& q) { return q.second == holder; });
  const auto question = random_();
  questions_[question] = holder;
  outbox_.push_back({handle, ask_settled{question, std::move(ids), address_, begins}});
}

void copy_keeper::look_after(aggregator_core& core, const std::string& holder, monotonic_time now) {
  const auto at = std::find_if(there_.begin(), there_.end(), [&](const auto& r) { return r.address == holder; });
  if (at != there_.end()) {
    absent_since_.erase(holder);
    return ask(core, holder, at->handle, now);
  }
  const auto since = absent_since_.try_emplace(holder, now).first->second;
  if (now - since < settings_.take_over_after) return;
  absent_since_.erase(holder);
  const auto events = core.take_over(holder);
  news_.push_back(holder + " is not there; it passes on the " + std::to_string(events) + " events of which it has copies");
}

void copy_keeper::work(aggregator_core& core, monotonic_time now) {
  if (const auto due = deadline(core); !due || now < *due) return;
  asked_at_ = now;
  for (const auto& holder : core.copies().holders()) look_after(core, holder, now);
  if (now < give_up_at_) return;
  give_up_at_ = now + gives_up_every;
  const auto events = core.take_over_before(now - settings_.give_up_after);
  if (events > 0)
    news_.push_back("passes on " + std::to_string(events) + " events of which it has copies: nobody could say what is with them");
}

auto copy_keeper::deadline(aggregator_core& core) const -> std::optional<monotonic_time> {
  if (settings_.component.empty() || core.copies().size() == 0) return std::nullopt;
  return asked_at_ + (core.lacks_room() ? asks_every_for_room : asks_every);
}

} // namespace weir
