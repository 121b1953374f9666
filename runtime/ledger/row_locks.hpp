/// Ledgers in databases with row locks, which several writers commit to at once: what a commit locks before it reads
/// what is known.
//
// Its chunk's id is unique in the ledger, so that one chunk that comes by two ways meets itself there. What no key shows
// is two chunks that have a position in common. One origin puts no position into two of its chunks, so these are of two
// origins of one collector: what an earlier start had under way, and what a later one read again. A row for each
// collector names the origin whose chunks are being committed: those share the row; a chunk of another origin locks it
// for itself and writes its origin in. Clients' messages may come again within an origin, and to several collectors: each
// has a row that is locked for itself.
#pragma once

#include "runtime/event/chunk.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct row_lock {
  std::string owner;  ///< the collector; empty: nobody, of a stream that belongs to none
  std::string stream; ///< of a client; empty: the row is the collector's
  /// May be shared with others while the row names this origin. Absent: exclusive.
  std::optional<std::uint64_t> origin;
  auto operator<=>(const row_lock&) const = default;
};

/// One for each row, in the order in which all writers take them, so that no two wait for each other.
auto locks_of(std::span<const chunk_ptr> chunks) -> std::vector<row_lock>;

} // namespace weir
