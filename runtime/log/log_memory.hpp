/// What a chunk log has ever held: ids and positions. It outlives the chunks as a snapshot in each segment.
//
//  snapshot  := segment_header        a second copy of the one that the file begins with
//               ranges u64, range*, positions u64, position*, fields (runtime/base/fields.hpp)
//  range     := origin u64, first u64, last u64
//  position  := is_new_source u8, source text if it is 1, stream text, begin u64, end u64
//  text      := size u32, bytes
//  Field 1 has the settled positions, as position*. The memory as it was before the segment's first record.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/log/record_format.hpp"

#include <string>
#include <string_view>

namespace weir {

struct log_memory {
  id_ranges seen;
  position_index positions;
  position_index settled; ///< what every sink is known to have

  void add(const chunk& c) {
    seen.insert(c.id);
    fold(c.id.origin, c.settled_below);
    positions.add(c);
    for (const auto& p : c.settled) settled.add(c.source, p);
  }
  void fold(std::uint64_t origin, std::uint64_t settled_below) {
    if (settled_below > 1) seen.insert(origin, 1, settled_below - 1);
  }
};

struct log_snapshot {
  segment_header header;
  log_memory memory;
};

auto encode_snapshot(const segment_header& header, const log_memory& memory) -> std::string;
/// Total: any bytes are a valid argument.
auto decode_snapshot(std::string_view bytes) -> result<log_snapshot>;

} // namespace weir
