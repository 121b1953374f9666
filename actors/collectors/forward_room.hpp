/// What unfinished messages may hold in memory, and which client gives way.
//
// A client may stop in the middle of a message and never say so. What it has sent is held until it goes on, so
// there is a bound for all together; and nobody may hold for ever what others need:
//
//  own share     every connection, whatever the others hold: everyday messages
//  small share   up to here a message may grow while all together are under the bound
//  reserve       the part of the bound that messages beyond the small share leave alone
//  progress      a whole message, or growth by a 64th, but at least 1 KiB
//
// The largest message always may go on, so that one of them ends. Without progress for `patience` a client is
// closed; for `patience_in_need` while somebody waits for room.
#pragma once

#include "actors/collectors/forward_connection.hpp"
#include "runtime/os/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

namespace weir {

using forward_connections = std::unordered_map<std::uint64_t, std::unique_ptr<forward_connection>>;

/// Of the connection that holds most.
auto largest_buffered(const forward_connections& all) -> std::size_t;

class forward_room {
public:
  static constexpr std::size_t own_bytes = std::size_t{64} * 1024;
  static constexpr std::size_t small_bytes = std::size_t{2} << 20;
  static constexpr std::size_t reserve_bytes = std::size_t{32} << 20;
  static constexpr auto patience_in_need = std::chrono::seconds{5};
  static constexpr auto idle_min = std::chrono::minutes{1};

  forward_room(std::size_t message_bytes_max, duration patience)
      : bytes_max_(message_bytes_max + reserve_bytes), patience_(patience) {}

  /// Takes account of what the connection holds now, and of its progress.
  void account(forward_connection& c, monotonic_time now);
  void forget(const forward_connection& c) { held_ -= c.counted; }
  auto held() const -> std::size_t { return held_; }
  auto is_full() const -> bool { return held_ >= bytes_max_; }
  /// How much it may receive at once.
  auto receive_bytes(const forward_connection& c) const -> std::size_t;
  /// It has to wait until others have ended, unless it is the largest.
  auto is_over_share(const forward_connection& c) const -> bool;

  struct need {
    bool is_urgent = false;        ///< somebody waits for room
    bool has_read_all = false;     ///< what waits in the sockets is less than progress; else it is our fault
    std::uint64_t delivering = 0;  ///< whose message is taken right now
  };
  /// Who has stood still for too long in the middle of a message.
  auto stalled(const forward_connections& all, monotonic_time now, const need& of) const
      -> std::optional<std::uint64_t>;
  /// Who has been idle for longest, and for idle_min, and waits for nothing.
  auto idlest(const forward_connections& all, monotonic_time now) const -> std::optional<std::uint64_t>;

private:
  std::size_t bytes_max_;
  duration patience_;
  std::size_t held_ = 0;
};

} // namespace weir
