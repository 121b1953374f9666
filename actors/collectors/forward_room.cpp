#include "actors/collectors/forward_room.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto receive_bytes_max = std::size_t{512} * 1024;

auto growth_wanted(std::size_t bytes) -> std::size_t { return std::max(std::size_t{1024}, bytes / 64); }

auto is_in_a_message(const forward_connection& c) -> bool {
  return c.phase == forward_phase::established && c.buffered() > 0 && !c.is_queued && !c.is_paused;
}

auto waits_for_us(const forward_connection& c) -> bool {
  return c.is_queued || c.is_paused || c.unacknowledged > 0 || c.has_output();
}

} // namespace

auto largest_buffered(const forward_connections& all) -> std::size_t {
  auto bytes = std::size_t{0};
  for (const auto& [id, c] : all) bytes = std::max(bytes, c->buffered());
  return bytes;
}

void forward_room::account(forward_connection& c, monotonic_time now) {
  const auto bytes = c.buffered();
  held_ = held_ - c.counted + bytes;
  c.counted = bytes;
  if (!c.take_is_ahead() && bytes < c.progress_bytes + growth_wanted(c.progress_bytes)) return;
  c.progress_at = now;
  c.progress_bytes = bytes;
}

auto forward_room::receive_bytes(const forward_connection& c) const -> std::size_t {
  return is_full() && c.buffered() < own_bytes ? own_bytes : receive_bytes_max;
}

auto forward_room::is_over_share(const forward_connection& c) const -> bool {
  const auto bytes = c.buffered();
  return bytes >= own_bytes && held_ >= bytes_max_ - (bytes > small_bytes ? reserve_bytes : 0);
}

auto forward_room::stalled(const forward_connections& all, monotonic_time now, const need& of) const
    -> std::optional<std::uint64_t> {
  const auto patience = of.is_urgent ? std::min<duration>(patience_in_need, patience_) : patience_;
  const forward_connection* longest = nullptr;
  auto found = std::optional<std::uint64_t>{};
  for (const auto& [id, c] : all) {
    // To close who holds no more than its own share would give others nothing.
    if (id == of.delivering || !is_in_a_message(*c) || (of.is_urgent && c->buffered() < own_bytes)) continue;
    if (now - c->progress_at < patience || (longest && c->progress_at >= longest->progress_at)) continue;
    if (c->has_more_than(of.has_read_all ? growth_wanted(c->buffered()) : 0)) continue;
    longest = c.get();
    found = id;
  }
  return found;
}

auto forward_room::idlest(const forward_connections& all, monotonic_time now) const
    -> std::optional<std::uint64_t> {
  const forward_connection* longest = nullptr;
  auto found = std::optional<std::uint64_t>{};
  for (const auto& [id, c] : all) {
    if (c->phase != forward_phase::established || waits_for_us(*c) || now - c->progress_at < idle_min) continue;
    if ((longest && c->progress_at >= longest->progress_at) || c->has_more_than(0)) continue;
    longest = c.get();
    found = id;
  }
  return found;
}

} // namespace weir
