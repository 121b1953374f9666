/// Gossip as the bytes of a frame's payload.
//
//  gossip  := digest (u64 list), differing (u32 list), known list, wanted (text list), member list, clock u64
//  known   := node text, version, state u8
//  member  := node text, version, state u8, since u64, address text, classes (text list), zone text,
//             components (text list), serves u8, program text, protocol u32, topology u64
//  version := incarnation u64, version u64
//  list    := count u32, element*
//  text    := size u32, bytes
//
//  All integers little-endian. What follows the clock is not looked at, and frames are versioned.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/cluster/gossip.hpp"

#include <string>
#include <string_view>

namespace weir {

auto encode_gossip(const gossip& g) -> std::string;
/// Total: of any bytes; takes a small multiple of their size in memory, whatever they declare. States and names may be
/// anything: whoever takes them judges them.
auto decode_gossip(std::string_view bytes) -> result<gossip>;

} // namespace weir
