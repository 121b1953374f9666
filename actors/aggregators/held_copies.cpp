#include "actors/aggregators/held_copies.hpp"

#include <algorithm>

namespace weir {

auto held_copies::number_of(const std::string& holder) const -> std::optional<std::uint32_t> {
  const auto at = std::find(names_.begin(), names_.end(), holder);
  if (at == names_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(at - names_.begin());
}

void held_copies::add(const chunk& c, std::uint64_t bytes, record_number at, monotonic_time now) {
  auto holder = number_of(c.copy_of);
  if (!holder) {
    holder = static_cast<std::uint32_t>(names_.size());
    names_.push_back(c.copy_of);
    counts_.push_back(0);
  }
  if (!by_id_.try_emplace(c.id, copy{at, c.count, bytes, *holder, now}).second) return;
  by_record_.emplace(at, c.id);
  ++counts_[*holder];
  events_ += c.count;
  bytes_ += bytes;
}

auto held_copies::erase(std::map<chunk_id, copy>::iterator at) -> copy {
  const auto gone = at->second;
  by_record_.erase(gone.at);
  by_id_.erase(at);
  --counts_[gone.holder];
  events_ -= gone.events;
  bytes_ -= gone.bytes;
  return gone;
}

auto held_copies::take(const chunk_id& id) -> std::optional<copy> {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return std::nullopt;
  return erase(at);
}

auto held_copies::take(const id_range& ids) -> std::vector<copy> {
  auto gone = std::vector<copy>{};
  const auto end = chunk_id{ids.origin, ids.last};
  for (auto at = by_id_.lower_bound({ids.origin, ids.first}); at != by_id_.end() && at->first <= end;)
    gone.push_back(erase(at++));
  return gone;
}

auto held_copies::take_of(const std::string& holder) -> std::vector<copy> {
  const auto number = number_of(holder);
  if (!number || counts_[*number] == 0) return {};
  return take_if([&](const copy& c) { return c.holder == *number; });
}

auto held_copies::take_before(monotonic_time since) -> std::vector<copy> {
  return take_if([&](const copy& c) { return c.since < since; });
}

template <class Predicate> auto held_copies::take_if(Predicate&& is_wanted) -> std::vector<copy> {
  auto gone = std::vector<copy>{};
  for (auto at = by_id_.begin(); at != by_id_.end();) {
    const auto here = at++;
    if (is_wanted(here->second)) gone.push_back(erase(here));
  }
  std::sort(gone.begin(), gone.end(), [](const copy& a, const copy& b) { return a.at < b.at; });
  return gone;
}

auto held_copies::holders() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (counts_[i] > 0) all.push_back(names_[i]);
  return all;
}

auto held_copies::begins_anew(const std::string& holder) const -> bool {
  const auto number = number_of(holder);
  return !number || !asked_up_to_.contains(*number);
}

auto held_copies::ids_of(const std::string& holder, monotonic_time before, std::size_t ranges_max) -> std::vector<id_range> {
  auto ids = std::vector<id_range>{};
  const auto number = number_of(holder);
  if (!number || counts_[*number] == 0) return ids;
  const auto from = asked_up_to_.find(*number);
  auto at = from == asked_up_to_.end() ? by_id_.begin() : by_id_.upper_bound(from->second);
  asked_up_to_.erase(*number);
  for (; at != by_id_.end(); ++at) {
    if (at->second.holder != *number || at->second.since > before) continue;
    append_range(ids, {at->first.origin, at->first.sequence, at->first.sequence});
    if (ids.size() <= ranges_max) continue;
    ids.pop_back(); // the next call begins with it
    asked_up_to_[*number] = {ids.back().origin, ids.back().last};
    break;
  }
  return ids;
}

} // namespace weir
