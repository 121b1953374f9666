#include "runtime/flow/fan_out.hpp"

#include "runtime/base/assert.hpp"

namespace weir {

fan_out::fan_out(const std::vector<outlet_settings>& settings) {
  for (const auto& s : settings) outlets_.emplace_back(s);
  settled_.resize(settings.size());
}

void fan_out::push(const chunk_ptr& c, monotonic_time now) {
  const auto bytes = std::uint64_t{c->body.size()};
  for (auto& to : outlets_) to.push(c, now);
  pending_.emplace(c->id, pending{outlets_.size(), bytes, c->count, c->closed_ns});
  closed_ns_.insert(c->closed_ns);
  unacked_bytes_ += bytes;
  unacked_events_ += c->count;
}

auto fan_out::release(const std::vector<chunk_ptr>& acked) -> std::vector<released> {
  auto everywhere = std::vector<released>{};
  for (const auto& c : acked) {
    const auto at = pending_.find(c->id);
    if (--at->second.outlets > 0) continue;
    const auto& done = everywhere.emplace_back(released{c->id, at->second.bytes, at->second.events});
    unacked_bytes_ -= done.bytes;
    unacked_events_ -= done.events;
    closed_ns_.erase(closed_ns_.find(at->second.closed_ns));
    pending_.erase(at);
  }
  return everywhere;
}

auto fan_out::settle(std::size_t outlet_index, const std::vector<id_range>& stored) -> std::vector<id_range> {
  auto everywhere = stored;
  for (const auto& r : stored) settled_[outlet_index].insert(r);
  // Whoever was behind the last time most likely is still.
  const auto first = behind_;
  for (std::size_t k = 0; k < settled_.size() && !everywhere.empty(); ++k) {
    const auto i = (first + k) % settled_.size();
    if (i == outlet_index) continue;
    auto common = std::vector<id_range>{};
    for (const auto& r : everywhere)
      for (const auto& part : settled_[i].common(r)) common.push_back(part);
    everywhere = std::move(common);
    behind_ = i;
  }
  return everywhere;
}

void fan_out::fold(std::uint64_t origin, std::uint64_t below) {
  if (below <= 1) return;
  for (auto& s : settled_) s.insert(origin, 1, below - 1);
}

auto fan_out::settled_floor(std::uint64_t origin) const -> std::uint64_t {
  auto floor = settled_.empty() ? std::uint64_t{1} : UINT64_MAX;
  for (const auto& s : settled_) floor = std::min(floor, s.floor(origin));
  return floor;
}

auto fan_out::room_bytes(std::uint64_t held_bytes) const -> std::uint64_t {
  auto least = UINT64_MAX;
  for (const auto& o : outlets_) {
    const auto held = o.waiting_bytes() + o.in_flight_bytes();
    const auto spare = outlets_.size() > 1 && held < held_bytes ? held_bytes - held : 0;
    least = std::min(least, std::max(o.room_bytes(), spare));
  }
  return outlets_.empty() ? 0 : least;
}

auto fan_out::is_hungry() const -> bool {
  return std::any_of(outlets_.begin(), outlets_.end(), [](const auto& o) { return o.is_hungry(); });
}

auto fan_out::deadline() const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  for (const auto& o : outlets_)
    if (const auto d = o.deadline(); d && (!first || *d < *first)) first = d;
  return first;
}

} // namespace weir
