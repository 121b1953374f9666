/// What a commit of chunks means for a ledger that is rows in a database: which streams to look at, what is new, and what
/// rows to add. Pure.
//
// A row says: of this stream the sink has the numbers from first to below last. Streams are of four kinds:
//
//   c  chunk ids        the stream is an origin, in hex; numbers are sequences
//   p  positions        of a collector's stream; a row from -1 to -1 says that it is over
//   w  clients' ids     the same of streams that are many and short-lived (window streams)
//   s  settled          what every sink is known to have of a collector's stream
//
// No two rows of a stream have a number in common.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// The stream's name in rows: short, and of the digits 0-9a-f alone.
struct stream_key {
  std::string text;
  auto operator<=>(const stream_key&) const = default;
};

struct ledger_stream {
  char kind = 'p';
  std::string owner;  ///< the collector; of ids: empty
  std::string stream;
  auto operator<=>(const ledger_stream&) const = default;
  auto key() const -> stream_key;
};

/// Numbers as SQL has them: signed. What is above 2^63 keeps its value, and only its order is lost.
struct ledger_span {
  std::int64_t first = 0;
  std::int64_t last = 0; ///< behind the last one
  auto operator<=>(const ledger_span&) const = default;
};

/// What of which streams these chunks touch: a range for each that has all of it.
auto streams_of(std::span<const chunk_ptr> chunks) -> std::map<ledger_stream, ledger_span>;

/// The rows that the ledger has in those ranges.
using ledger_view = std::map<stream_key, std::vector<ledger_span>>;

struct ledger_plan {
  /// By chunk: which of its events are new; nothing: all of it is in already.
  std::vector<std::optional<std::vector<index_range>>> fresh;
  std::vector<std::pair<ledger_stream, ledger_span>> rows; ///< to add; the same stream's behind each other
  std::uint64_t regrouped = 0; ///< of the new events: those of which a part was known
  /// Below which sequence an origin's rows may be joined as if all were there, as its chunks say.
  std::map<std::string, std::int64_t> whole_below;

  auto has_fresh() const -> bool;
};

/// `known` has the rows of all of streams_of(chunks).
auto plan_commit(std::span<const chunk_ptr> chunks, const ledger_view& known) -> ledger_plan;

/// Names of streams and sinks as rows have them: what is no letter, digit or one of `-_.:/~*!@+=,` as %XX.
auto text_for_row(std::string_view name) -> std::string;
auto name_of_row(std::string_view text) -> std::string;

} // namespace weir
