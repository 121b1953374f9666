#include "runtime/flow/balancer.hpp"

namespace weir {
namespace {

/// FNV-1a. Ours, since a node built elsewhere has to send a stream to the same peer.
auto hash_of(std::string_view text) -> std::uint64_t {
  auto hash = std::uint64_t{0xCBF29CE484222325};
  for (const auto c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

/// The finalizer of MurmurHash3: every bit of the input moves half of those of the output.
auto mixed(std::uint64_t bits) -> std::uint64_t {
  bits = (bits ^ (bits >> 33)) * 0xFF51AFD7ED558CCD;
  bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53;
  return bits ^ (bits >> 33);
}

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
auto of_stream(std::vector<peer_state>& peers, std::uint64_t stream) -> peer_state* {
  auto* best = static_cast<peer_state*>(nullptr);
  auto best_score = std::uint64_t{0};
  for (auto& p : peers) {
    if (p.leaving) continue;
    const auto score = mixed(hash_of(p.address) ^ stream);
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

auto stream_of(const chunk& c) -> std::uint64_t { return mixed(c.source.empty() ? c.id.origin : hash_of(c.source)); }

auto choose(balance_policy policy, std::vector<peer_state>& peers, std::uint64_t stream, std::uint64_t bytes)
    -> peer_state* {
  auto* chosen = static_cast<peer_state*>(nullptr);
  switch (policy) {
  case balance_policy::round_robin: return in_turn(peers, bytes);
  case balance_policy::least_loaded: return with_least_load(peers, bytes);
  case balance_policy::sticky: chosen = of_stream(peers, stream); break;
  case balance_policy::failover: chosen = first_by_address(peers); break;
  }
  return chosen != nullptr && chosen->takes(bytes) ? chosen : nullptr;
}

} // namespace weir
