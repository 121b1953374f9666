#include "actors/collectors/network/room.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto receive_bytes_max = std::size_t{512} * 1024;

auto growth_wanted(std::size_t bytes) -> std::size_t { return std::max(std::size_t{1024}, bytes / 64); }

auto is_large(std::size_t bytes) -> bool { return bytes > client_room::slot_bytes; }

auto is_largest(const client_connection& c, const client_connections& all) -> bool {
  return std::none_of(all.begin(), all.end(),
                      [&](const auto& other) { return other.second->buffered() > c.buffered(); });
}

auto is_in_a_message(const client_connection& c) -> bool {
  return c.phase == client_phase::established && c.buffered() > 0 && !c.is_queued && !c.is_paused;
}

auto waits_for_us(const client_connection& c) -> bool {
  return c.is_queued || c.is_paused || c.unacknowledged > 0 || c.has_output();
}

} // namespace

void client_room::count(client_connection& c, std::size_t bytes) {
  held_ = held_ - c.counted + bytes;
  if (is_large(c.counted)) large_ones_bytes_ -= c.counted;
  if (is_large(bytes)) large_ones_bytes_ += bytes;
  c.counted = bytes;
}

void client_room::give_back_slot(client_connection& c) {
  if (std::exchange(c.has_slot, false)) --slots_;
}

void client_room::forget(client_connection& c) {
  count(c, 0);
  give_back_slot(c);
}

void client_room::account(client_connection& c, monotonic_time now) {
  const auto bytes = c.buffered();
  count(c, bytes);
  if (bytes < own_bytes) give_back_slot(c);
  if (!c.take_is_ahead() && bytes < c.progress_bytes + growth_wanted(c.progress_bytes)) return;
  c.progress_at = now;
  c.progress_bytes = bytes;
}

auto client_room::receive_bytes(client_connection& c, const client_connections& all) -> std::size_t {
  const auto bytes = c.buffered();
  if (is_large(bytes)) {
    // Until there is room it keeps its slot, or all would come as far as here.
    if (large_ones_bytes_ - c.counted >= large_ones_bytes_max_ && !is_largest(c, all)) return 0;
    give_back_slot(c);
    return receive_bytes_max;
  }
  if (c.has_slot) return receive_bytes_max;
  if (slots_ == slots_max) return bytes < own_bytes ? own_bytes : 0;
  if (bytes < own_bytes) return receive_bytes_max;
  c.has_slot = true;
  ++slots_;
  return receive_bytes_max;
}

auto client_room::patience(std::size_t waiting) const -> duration {
  constexpr auto in_need = std::chrono::milliseconds{5000};
  if (waiting == 0) return patience_;
  const auto shared = in_need / static_cast<long>(1 + waiting / slots_max);
  return std::min<duration>(patience_, std::max<duration>(shared, std::chrono::seconds{1}));
}

auto client_room::stalled(const client_connections& all, monotonic_time now, const need& of) const
    -> std::optional<std::uint64_t> {
  const auto least = patience(of.waiting);
  const client_connection* longest = nullptr;
  auto found = std::optional<std::uint64_t>{};
  for (const auto& [id, c] : all) {
    if (!is_in_a_message(*c)) continue;
    // To close who holds no more than its own share would give others nothing.
    if (of.waiting > 0 && c->buffered() < own_bytes) continue;
    if (now - c->progress_at < least || (longest && c->progress_at >= longest->progress_at)) continue;
    if (c->has_more_than(of.has_read_all ? growth_wanted(c->buffered()) : 0)) continue;
    longest = c.get();
    found = id;
  }
  return found;
}

auto client_room::idlest(const client_connections& all, monotonic_time now) const
    -> std::optional<std::uint64_t> {
  const client_connection* longest = nullptr;
  auto found = std::optional<std::uint64_t>{};
  for (const auto& [id, c] : all) {
    if (c->phase != client_phase::established || waits_for_us(*c) || now - c->progress_at < idle_min) continue;
    if ((longest && c->progress_at >= longest->progress_at) || c->has_more_than(0)) continue;
    longest = c.get();
    found = id;
  }
  return found;
}

} // namespace weir
