/// What an aggregator does with chunks that another one is to pass on.
#include "actors/aggregators/aggregator_core.hpp"

#include <algorithm>

namespace weir {

/// It is fed to no outlet, and settled by none: so the log keeps it.
auto aggregator_core::keeps_for_another(record_number number, const chunk& c, monotonic_time now) -> bool {
  if (c.copy_of.empty() || taken_over_.contains(number)) return false;
  if (copies_.has(number)) return true;
  if (copies_.contains(c.id)) return false; // of two records of one chunk one is enough: this goes on, and is known as it comes
  copies_.add(c, c.body.size(), number, now);
  // It was counted as what the log held when it was opened.
  events_in -= std::min(events_in, c.count);
  bytes_in -= std::min<std::uint64_t>(bytes_in, c.body.size());
  return true;
}

/// What the log had before: whoever is to pass it on is asked at once, also if no outlet comes to it for long.
void aggregator_core::adopt_copies(monotonic_time now) {
  if (!log_) return;
  for (auto& [at, head, bytes] : log_->take_copies()) {
    if (copies_.contains(head.id)) continue;
    copies_.add(head, bytes, at, now);
    events_in -= std::min(events_in, head.count);
    bytes_in -= std::min(bytes_in, bytes);
  }
}

void aggregator_core::let_go(const held_copies::copy& gone) {
  for (std::size_t i = 0; i < flow.size(); ++i) log_->settle(i, gone.at);
}

void aggregator_core::own(const held_copies::copy& taken) {
  events_in += taken.events;
  bytes_in += taken.bytes;
  taken_over_.emplace(taken.at, flow.size());
  ++takeovers_;
  for (auto& r : readers_)
    if (!r.is_to_come(taken.at)) r.taken_over.push_back(taken.at);
}

void aggregator_core::pass_on_too(const chunk_id& id) {
  if (const auto held = copies_.take(id)) return own(*held);
  for (auto i = written_; i < waiting_.size(); ++i) {
    auto& content = waiting_[i].content;
    if (content->id != id || content->copy_of.empty()) continue;
    auto changed = std::make_shared<chunk>(*content);
    changed->copy_of.clear();
    events_in += changed->count;
    bytes_in += changed->body.size();
    content = std::move(changed);
  }
}

auto aggregator_core::own_all(const std::vector<held_copies::copy>& taken) -> std::uint64_t {
  auto events = std::uint64_t{0};
  for (const auto& c : taken) {
    events += c.events;
    own(c);
  }
  return events;
}

auto aggregator_core::take_over(const std::string& holder) -> std::uint64_t { return own_all(copies_.take_of(holder)); }

auto aggregator_core::take_over(const id_range& ids) -> std::uint64_t { return own_all(copies_.take(ids)); }

auto aggregator_core::take_over_before(monotonic_time since) -> std::uint64_t { return own_all(copies_.take_before(since)); }

void aggregator_core::note_stored(const id_range& ids) {
  for (const auto& gone : copies_.take(ids)) let_go(gone);
}

auto aggregator_core::next_unsettled(record_number behind) const -> record_number {
  auto first = record_number{0};
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (const auto next = log_->next(i, behind); next != 0 && (first == 0 || next < first)) first = next;
  return first;
}

auto aggregator_core::own_id(record_number number) const -> std::optional<chunk_id> {
  return copies_.has(number) ? std::nullopt : log_->id_of(number);
}

auto aggregator_core::read_own(record_number number) -> chunk_ptr {
  const auto c = log_->read(number);
  if (!c) return nullptr;
  if (number > found_up_to_ || (*c)->settled_below <= 1) return *c;
  auto changed = std::make_shared<chunk>(**c); // as in as_true_for()
  changed->settled_below = 1;
  return changed;
}

auto aggregator_core::has_fed_all() const -> bool {
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (readers_[i].doubts || (readers_[i].next(*log_, i) != 0 && !readers_[i].ends)) return false;
  return true;
}

auto aggregator_core::is_under_way(const chunk_id& id) const -> bool {
  return std::any_of(readers_.begin(), readers_.end(), [&](const outlet_feed& r) { return r.pushed.contains(id); });
}

/// Of what is safe here what nobody here passes on: it is a copy here, too (what the sender made its own of a copy is one
/// again after a restart, and whoever got the next copy names this node as this one names the one before: each would wait
/// for the other); or it came before the log was opened and is in it no more, once every outlet was fed all that is left,
/// as it was passed on, or lost to damage. Whoever has copies passes them on once more, and stores know them.
void aggregator_core::add_not_passed_on(const id_range& ids, const id_ranges& stored, id_ranges& to) const {
  constexpr auto looked_at_max = std::uint64_t{4096};
  if (!log_) return;
  const auto knows_all = has_fed_all();
  for (const auto& part : in.safe_in(ids))
    for (auto n = part.first; n <= part.last && n - part.first < looked_at_max; ++n) {
      const auto id = chunk_id{ids.origin, n};
      const auto is_gone = knows_all && !stored.contains(id) && !is_under_way(id);
      if (copies_.contains(id) || is_gone) to.insert(id);
    }
}

auto aggregator_core::account_of(const std::vector<id_range>& ids) const -> known_settled {
  auto all = known_settled{};
  auto stored = id_ranges{};
  auto unseen = id_ranges{};
  for (const auto& r : ids) {
    for (const auto& part : in.settled_in(r)) stored.insert(part);
    for (const auto& part : passed_on_.common(r)) stored.insert(part);
    for (const auto& part : in.unseen_in(r)) unseen.insert(part);
    add_not_passed_on(r, stored, unseen);
  }
  stored.for_each([&](const id_range& r) { all.settled.push_back(r); });
  unseen.for_each([&](const id_range& r) { all.unseen.push_back(r); });
  return all;
}

} // namespace weir
