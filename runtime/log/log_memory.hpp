/// What a chunk log has ever held: ids and positions. It outlives the chunks as a snapshot in each segment.
//
//  snapshot  := segment_header        a second copy of the one that the file begins with
//               ranges u64, range*, positions u64, position*, fields (runtime/base/fields.hpp)
//  range     := origin u64, first u64, last u64
//  position  := is_new_source u8, source text if it is 1, stream text, begin u64, end u64
//  text      := size u32, bytes
//  Field 1 has the settled positions, as position*; field 2 when something came last of each origin, as (origin u64,
//  second i64)*. The memory as it was before the segment's first record.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/log/record_format.hpp"

#include <string>
#include <string_view>

namespace weir {

struct log_memory {
  id_ranges seen;
  position_index positions;
  position_index settled; ///< what every sink is known to have

  /// What clients' ids stand for only stores remember: they alone are asked.
  void add(const chunk& c, std::int64_t now_s) {
    seen.insert(c.id, now_s);
    fold(c.id.origin, c.settled_below);
    for (const auto& p : c.positions)
      if (!is_window_stream(p.stream)) positions.add(c.source, p);
    for (const auto& p : c.settled) settled.add(c.source, p);
  }
  void forget(std::int64_t before_s) { seen.forget(before_s, origins_max); }
  void fold(std::uint64_t origin, std::uint64_t settled_below) {
    if (settled_below > 1) seen.insert({origin, 1, settled_below - 1});
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
