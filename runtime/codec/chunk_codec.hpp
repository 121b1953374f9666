/// A chunk as bytes: what crosses the wire between nodes.
//
//  chunk     := head_size u32   bytes of head
//               body_size u32   bytes of body
//               crc u32         CRC-32C over head and body
//               head u8[head_size]
//               body u8[body_size]
//  head      := version u8 (4), encoding u8 (0: none), flags u8 (0; 0 or 1 up to version 3),
//               origin u64, sequence u64, settled_below u64,
//               count u64, time_min i64, time_max i64, closed i64 (ns since the epoch),
//               source_size u32, source, sections u32, section*, positions u32, position*,
//               cuts_size u32, cuts (runtime/event/cuts.hpp) of one section after the other,
//               fields (runtime/base/fields.hpp): 1: chunk::settled, as position*; 2: it is a notice, without content;
//                   3: chunk::timed_at_reading, as run*
//  section   := tag_size u32, tag, count u32, bytes u32, cuts u32 (bytes of them)
//  position  := stream_size u32, stream, begin u64, end u64
//  run       := so many events behind the end of the run before uvarint (at first 0 or more, else 1 or more),
//               events uvarint (1 or more); all are below count
//  All integers little-endian. The sections' bytes add up to body_size, their counts to count and their cuts to
//  cuts_size; 1 <= settled_below <= sequence. Version 3 has no
//  fields, and version 2 no cuts: nothing is known of the events' positions.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"

#include <string>
#include <string_view>

namespace weir {

inline constexpr std::size_t chunk_prefix_bytes = 12;
/// The largest event, as an entry, and all that lies between two save points of a source: a chunk of that is
/// taken by every hop.
inline constexpr std::size_t event_bytes_max = std::size_t{128} << 20;
/// No honest chunk is larger: it has what lay before such an event, too, and its tables.
inline constexpr std::size_t chunk_bytes_max = 2 * event_bytes_max;

/// Prefix and head; the body follows as it is.
auto encode_chunk_head(const chunk& c) -> std::string;

struct chunk_sizes {
  std::uint32_t head = 0;
  std::uint32_t body = 0;
  std::uint32_t crc = 0;
};

/// Reads chunk_prefix_bytes. errc::limit if the sizes are more than any chunk has.
auto decode_chunk_prefix(std::string_view prefix) -> result<chunk_sizes>;
/// The chunk without its body, for those who check bytes otherwise: all but the CRC is checked.
auto decode_chunk_head(const chunk_sizes& sizes, std::string_view head) -> result<std::shared_ptr<chunk>>;
/// Checks the CRC and every length. Total: any bytes are valid arguments.
auto decode_chunk(const chunk_sizes& sizes, std::string_view head, shared_bytes body) -> result<chunk_ptr>;

} // namespace weir
