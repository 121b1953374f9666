#include "runtime/flow/balancer.hpp"

#include <functional>

namespace weir {
namespace {

/// Smooth weighted round robin: every peer that could take the chunk earns its credit as weight, the
/// richest is chosen and pays all. Who could not take it earns nothing, or it would later take many in a row.
auto in_turn(std::vector<peer_state>& peers, std::uint64_t bytes) -> peer_state* {
  auto* best = static_cast<peer_state*>(nullptr);
  auto total = std::int64_t{0};
  for (auto& p : peers) {
    if (!p.takes(bytes)) continue;
    const auto weight = (p.credit >> 10) + 1;
    p.turn += weight;
    total += weight;
    if (best == nullptr || p.turn > best->turn) best = &p;
  }
  if (best != nullptr) best->turn -= total;
  return best;
}

auto with_least_load(std::vector<peer_state>& peers, std::uint64_t bytes) -> peer_state* {
  auto* best = static_cast<peer_state*>(nullptr);
  for (auto& p : peers)
    if (p.takes(bytes) && (best == nullptr || p.in_flight_bytes < best->in_flight_bytes)) best = &p;
  return best;
}

/// Rendezvous hashing: when a peer comes or goes, only its own streams move.
auto of_stream(std::vector<peer_state>& peers, std::uint64_t origin) -> peer_state* {
  auto* best = static_cast<peer_state*>(nullptr);
  auto best_score = std::uint64_t{0};
  for (auto& p : peers) {
    if (p.leaving) continue;
    auto score = (std::hash<std::string>{}(p.address) ^ origin) * 0x9E3779B97F4A7C15ULL;
    score = (score ^ (score >> 32)) * 0xD6E8FEB86659FD93ULL;
    if (best == nullptr || score > best_score) {
      best = &p;
      best_score = score;
    }
  }
  return best;
}

auto first_by_address(std::vector<peer_state>& peers) -> peer_state* {
  auto* first = static_cast<peer_state*>(nullptr);
  for (auto& p : peers)
    if (!p.leaving && (first == nullptr || p.address < first->address)) first = &p;
  return first;
}

} // namespace

auto choose(balance_policy policy, std::vector<peer_state>& peers, std::uint64_t origin, std::uint64_t bytes)
    -> peer_state* {
  auto* chosen = static_cast<peer_state*>(nullptr);
  switch (policy) {
  case balance_policy::round_robin: return in_turn(peers, bytes);
  case balance_policy::least_loaded: return with_least_load(peers, bytes);
  case balance_policy::sticky: chosen = of_stream(peers, origin); break;
  case balance_policy::failover: chosen = first_by_address(peers); break;
  }
  return chosen != nullptr && chosen->takes(bytes) ? chosen : nullptr;
}

} // namespace weir
