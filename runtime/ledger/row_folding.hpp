/// Ledgers in tables, whose commits only insert rows: what to insert, when to join rows, and which.
//
// A commit inserts what its chunks add and changes no row that another one wrote, so that several writers of one
// database hardly wait for each other. Once many rows have come together, or some time has passed, a writer joins those
// that lie behind each other, in a transaction of its own and so many at a time.
#pragma once

#include "runtime/flow/position_index.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weir {

/// Numbers from first to below end, as SQL has them: signed.
struct ledger_row {
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t seen_s = 0; ///< second of the wall clock in which it came; of joined rows the latest
  auto operator==(const ledger_row&) const -> bool = default;
};

/// Of rows in order of (first, end): one for each group that overlaps or is adjacent. What stands alone is left out.
auto joined(std::span<const ledger_row> rows) -> std::vector<ledger_row>;

/// The parts of the range that are not in `known`, as rows that overlap with none there. An empty range is its own part.
auto missing_parts(const std::string& source, const position_range& range, const position_index& known)
    -> std::vector<position_range>;

/// When a writer joins rows.
class fold_schedule {
public:
  static constexpr std::uint64_t rows_max = 256; ///< that it inserted since the last time: few pages have them
  static constexpr std::int64_t age_max_s = 60;   ///< of the first of these
  /// How many rows it looks at each time.
  static constexpr std::size_t looked_at_max = 4096;

  void note_rows(std::uint64_t inserted, std::int64_t now_s) {
    if (inserted == 0) return;
    if (rows_ == 0) since_s_ = now_s;
    rows_ += inserted;
  }
  auto is_due(std::int64_t now_s) const -> bool {
    return rows_ >= rows_max || (rows_ > 0 && now_s - since_s_ >= age_max_s);
  }
  /// It has; if it did not come to all, it is due again at once.
  void done(bool is_all) { rows_ = is_all ? 0 : rows_max; }

private:
  std::uint64_t rows_ = 0;
  std::int64_t since_s_ = 0;
};

} // namespace weir
