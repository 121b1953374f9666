/// What unfinished messages may hold in memory, and which client gives way.
//
// A client may stop in the middle of a message and never say so. What it has sent is held until it goes on, so
// there are bounds for all together; and nobody may hold for ever what others need:
//
//  own share   every connection, whatever the others hold
//  slot        lets a message grow to 2 MiB; there are 32, given in the order of asking
//  large ones  messages beyond that, until they hold as much as the largest that is allowed; the largest of
//              them always may go on, so that one of them ends
//  progress    a whole message, or growth by a 64th, but at least 1 KiB
//
// Without progress for `patience` a client is closed. While others wait for room 5 s are enough, and less the
// more of them there are, down to 1 s.
#pragma once

#include "actors/collectors/network/connection.hpp"
#include "runtime/os/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

namespace weir {

using client_connections = std::unordered_map<std::uint64_t, std::unique_ptr<client_connection>>;

class client_room {
public:
  static constexpr std::size_t own_bytes = std::size_t{64} * 1024;
  static constexpr std::size_t slot_bytes = std::size_t{2} << 20;
  static constexpr std::size_t slots_max = 32;
  static constexpr auto idle_min = std::chrono::minutes{1};

  client_room(std::size_t message_bytes_max, duration patience)
      : large_ones_bytes_max_(message_bytes_max), patience_(patience) {}

  /// Takes account of what the connection holds now, and of its progress.
  void account(client_connection& c, monotonic_time now);
  /// Before its end.
  void forget(client_connection& c);
  /// All that is held for all connections.
  auto held() const -> std::size_t { return held_; }
  /// How much it may receive now; 0: it has to wait. May give it a slot.
  auto receive_bytes(client_connection& c, const client_connections& all) -> std::size_t;

  struct need {
    std::size_t waiting = 0;   ///< how many wait for room
    bool has_read_all = false; ///< what waits in the sockets is less than progress; else it is our fault
  };
  /// Who has stood still for longest in the middle of a message, and too long.
  auto stalled(const client_connections& all, monotonic_time now, const need& of) const
      -> std::optional<std::uint64_t>;
  /// Who has been idle for longest, and for idle_min, and waits for nothing.
  auto idlest(const client_connections& all, monotonic_time now) const -> std::optional<std::uint64_t>;

private:
  void count(client_connection& c, std::size_t bytes);
  void give_back_slot(client_connection& c);
  auto patience(std::size_t waiting) const -> duration;

  std::size_t large_ones_bytes_max_;
  duration patience_;
  std::size_t held_ = 0;
  std::size_t large_ones_bytes_ = 0;
  std::size_t slots_ = 0; ///< in use
};

} // namespace weir
