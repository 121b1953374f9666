/// A node as the others know it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class member_state : std::uint8_t {
  up = 1,
  draining = 2, ///< takes nothing new, hands over what it has
  left = 3,     ///< it said so
  down = 4,     ///< whoever was connected to it has not heard of it; it may think otherwise, and says so
};

/// "up", "draining", "left", "down".
auto name_of(member_state state) -> const char*;
/// Left or down.
auto is_gone(member_state state) -> bool;
/// Of two words about one version the higher one holds: left, down, draining, up. 0: it is no state.
auto rank_of(member_state state) -> int;

/// Which of two is newer: the owner counts up `version` with each change. A verdict of others (down) has the version that
/// it is about, and wins over it; the owner answers with the next one.
struct member_version {
  std::uint64_t incarnation = 0; ///< of the run of the process: the wall clock at its start, ns
  std::uint64_t version = 0;

  friend auto operator<=>(const member_version&, const member_version&) = default;
};

struct member {
  std::string node;
  member_version version;
  member_state state = member_state::up;
  std::int64_t since_ns = 0; ///< wall clock: of the state
  /// host:port where others reach it; empty: it dials only.
  std::string address;
  std::vector<std::string> classes;
  std::string zone;
  std::vector<std::string> components; ///< that it hosts
  bool serves = false;                 ///< it hosts an aggregator or a sink: all want to know of it. Else only those it dials do
  std::string program;                 ///< version of weir
  std::uint32_t protocol = 0;
  std::uint64_t topology = 0; ///< fingerprint of its file
};

/// Whether `one` is to replace `other`, of the same node.
auto is_newer(const member& one, const member& other) -> bool;

/// Greater ones are not taken, so that whoever answers a version has a next one.
inline constexpr auto version_max = std::uint64_t{1} << 62;
inline constexpr std::size_t member_bytes_max = 64 << 10; ///< of all its texts

/// Letters, digits, "_", "." and "-"; 1 to 128 of them.
auto is_node_name(std::string_view name) -> bool;
/// Bounded, and of no run that begins in days to come.
auto is_sound(const member_version& v, std::int64_t wall_ns) -> bool;
/// Whether it is within the bounds of what nodes say: names, texts, lists and numbers. What is not is not taken.
auto is_sound(const member& m, std::int64_t wall_ns) -> bool;

} // namespace weir
