#include "actors/sinks/forward/server_choice.hpp"

#include <algorithm>

namespace weir {

server_choice::server_choice(const std::vector<server_rank>& ranks, backoff_settings pace) : pace_(pace) {
  for (const auto& r : ranks) all_.push_back({r});
}

/// Those that are no standby, and as many standbys as make up for the weight of those that are left out.
auto server_choice::candidates(monotonic_time now) -> std::vector<server*> {
  auto found = std::vector<server*>{};
  auto missing = std::int64_t{0};
  for (auto& s : all_) {
    if (s.rank.is_standby) continue;
    if (s.is_well(now))
      found.push_back(&s);
    else
      missing += s.rank.weight;
  }
  const auto has_regulars = std::any_of(all_.begin(), all_.end(), [](const auto& s) { return !s.rank.is_standby && s.rank.weight > 0; });
  for (auto& s : all_) {
    if (!s.rank.is_standby || !s.is_well(now) || (missing <= 0 && has_regulars)) continue;
    found.push_back(&s);
    missing -= s.rank.weight;
  }
  return found;
}

auto server_choice::next(monotonic_time now, std::span<const std::size_t> but) -> std::size_t {
  for (std::size_t i = 0; i < all_.size(); ++i) all_[i].is_barred = std::find(but.begin(), but.end(), i) != but.end();
  const auto from = candidates(now);
  if (from.empty()) return soonest();
  auto total = std::int64_t{0};
  auto* chosen = from.front();
  for (auto* s : from) {
    s->turn += s->rank.weight;
    total += s->rank.weight;
    if (s->turn > chosen->turn) chosen = s;
  }
  chosen->turn -= total;
  return static_cast<std::size_t>(chosen - all_.data());
}

auto server_choice::soonest() const -> std::size_t {
  auto found = std::size_t{0};
  for (std::size_t i = 1; i < all_.size(); ++i) {
    const auto& best = all_[found];
    if (all_[i].may_be_tried() && (!best.may_be_tried() || all_[i].until < best.until)) found = i;
  }
  return found;
}

void server_choice::failed(std::size_t number, monotonic_time now, std::uint64_t random) {
  auto& s = all_[number];
  s.until = now + backoff_delay(pace_, ++s.failures, random);
  s.turn = 0; // it does not catch up on what it missed
}

auto server_choice::usable() const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [](const auto& s) { return s.rank.weight > 0; }));
}

} // namespace weir
