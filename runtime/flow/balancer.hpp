/// Chooses among the peers of one component: who gets the next chunk.
#pragma once

#include "runtime/event/chunk.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// One opening of one receiver.
using peer_id = std::uint64_t;

enum class balance_policy {
  round_robin,  ///< in turn, weighted by the credit each peer has
  least_loaded, ///< fewest bytes in flight
  sticky,       ///< a stream always to the same peer while that is up; keeps its order, also when it moves
  failover,     ///< the first by address that is up, again as soon as it is back; the others stand by
};

constexpr auto names_of(balance_policy*) {
  using enum balance_policy;
  return std::array<std::pair<std::string_view, balance_policy>, 4>{{{"round_robin", round_robin},
                                                                     {"least_loaded", least_loaded},
                                                                     {"sticky", sticky},
                                                                     {"failover", failover}}};
}

/// What the choice looks at; the outlet keeps these up to date.
struct peer_state {
  peer_id id = 0;
  std::string address;
  std::string node; ///< of the address: what is before its first slash
  std::int64_t credit = 0; ///< granted less sent; below zero after a chunk that is larger than the credit
  std::uint64_t in_flight_bytes = 0;
  std::uint64_t sent_chunks = 0;
  std::int64_t turn = 0; ///< of round robin
  bool leaving = false;  ///< takes nothing new, but will ack what it has
  bool is_behind = false; ///< takes nothing new before it has been sent again what it may have

  auto credit_bytes() const -> std::uint64_t { return credit > 0 ? static_cast<std::uint64_t>(credit) : 0; }
  /// Whether the peer takes a chunk of `bytes`: within its credit, or alone if it is larger than any window.
  auto takes(std::uint64_t bytes) const -> bool { return !is_behind && has_room(bytes); }
  auto has_room(std::uint64_t bytes) const -> bool {
    return credit > 0 && (credit_bytes() >= bytes || in_flight_bytes == 0);
  }
};

/// What sticky keeps together: all of one collector, by its lasting name, so that it finds its peer again after a restart.
auto stream_of(const chunk& c) -> std::uint64_t;

/// The peer for a chunk of `bytes` of `stream`, or nullptr: then the chunk waits for credit.
auto choose(balance_policy policy, std::vector<peer_state>& peers, std::uint64_t stream, std::uint64_t bytes)
    -> peer_state*;

} // namespace weir
