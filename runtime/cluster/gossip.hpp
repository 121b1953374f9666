/// What nodes tell each other of the members that they know: anti-entropy by digests, and news as it comes.
//
//  every heartbeat, to one of those that are linked      digest
//  digest, of which some buckets differ                  known: what is in these
//  known, of which some is older here, some newer        wanted, and members
//  wanted                                                members
//  what has changed                                      members, to a few
//
// Between nodes one of which does not serve, all is about members that serve: an edge knows no other edge.
#pragma once

#include "runtime/cluster/member.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A bucket is picked by the hash of a node's name.
inline constexpr std::size_t member_buckets = 64;
inline constexpr std::size_t members_in_gossip_max = 64; ///< more go with the next ones
inline constexpr std::size_t names_in_gossip_max = 1024; ///< that are known, and that are wanted

struct member_known {
  std::string node;
  member_version version;
  member_state state = member_state::up;
};

struct gossip {
  std::vector<std::uint64_t> digest;    ///< of each bucket: equal if both know the same; empty: it is about something else
  std::vector<std::uint32_t> differing; ///< the buckets that `known` is about
  std::vector<member_known> known;
  std::vector<std::string> wanted; ///< by name
  std::vector<member> members;
  std::int64_t clock_ns = 0; ///< wall clock of who sends, as it sends
};

auto known_of(const member& m) -> member_known;
auto is_newer(const member_known& one, const member_known& other) -> bool;
/// The same on every machine, as the marks are.
auto bucket_of(std::string_view node) -> std::size_t;
/// What a member adds to the digest of its bucket, by exclusive or.
auto mark_of(const member& m) -> std::uint64_t;

} // namespace weir
