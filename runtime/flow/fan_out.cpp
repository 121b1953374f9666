#include "runtime/flow/fan_out.hpp"

namespace weir {

fan_out::fan_out(const std::vector<outlet_settings>& settings) {
  for (const auto& s : settings) outlets_.emplace_back(s);
}

void fan_out::push(const chunk_ptr& c, monotonic_time now) {
  const auto bytes = c->footprint_bytes();
  pending_.emplace(c->id, pending{outlets_.size(), bytes, c->closed_ns});
  unsettled_bytes_ += bytes;
  unsettled_events_ += c->count;
  for (auto& o : outlets_) o.push(c, now);
}

auto fan_out::ack(std::size_t outlet_index, const std::vector<chunk_id>& ids) -> std::vector<chunk_ptr> {
  auto settled = std::vector<chunk_ptr>{};
  for (auto& c : outlets_[outlet_index].ack(ids)) {
    const auto at = pending_.find(c->id);
    if (--at->second.outlets > 0) continue;
    unsettled_bytes_ -= at->second.bytes;
    unsettled_events_ -= c->count;
    pending_.erase(at);
    settled.push_back(std::move(c));
  }
  return settled;
}

auto fan_out::room_bytes() const -> std::uint64_t {
  auto least = UINT64_MAX;
  for (const auto& o : outlets_) least = std::min(least, o.room_bytes());
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

auto fan_out::oldest_closed_ns() const -> std::int64_t {
  auto oldest = std::int64_t{0};
  for (const auto& [id, p] : pending_)
    if (oldest == 0 || p.closed_ns < oldest) oldest = p.closed_ns;
  return oldest;
}

} // namespace weir
