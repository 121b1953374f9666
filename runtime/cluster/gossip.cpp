#include "runtime/cluster/gossip.hpp"

#include <tuple>

namespace weir {
namespace {

/// splitmix64's finaliser: every bit of what goes in moves half of what comes out.
auto stir(std::uint64_t z) -> std::uint64_t {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// FNV-1a, stirred.
auto hash_of(std::string_view node) -> std::uint64_t {
  auto h = std::uint64_t{0xCBF29CE484222325ULL};
  for (const auto c : node) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return stir(h);
}

} // namespace

auto known_of(const member& m) -> member_known { return {m.node, m.version, m.state}; }

auto is_newer(const member_known& one, const member_known& other) -> bool {
  return std::tuple{one.version, rank_of(one.state)} > std::tuple{other.version, rank_of(other.state)};
}

auto bucket_of(std::string_view node) -> std::size_t { return hash_of(node) % member_buckets; }

auto mark_of(const member& m) -> std::uint64_t {
  const auto h = stir(hash_of(m.node) ^ stir(m.version.incarnation));
  return stir(stir(h ^ m.version.version) ^ static_cast<std::uint64_t>(m.state));
}

} // namespace weir
