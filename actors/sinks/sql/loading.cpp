#include "actors/sinks/sql/loading.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto small_piece = std::size_t{64};

} // namespace

auto load_rows(sql_driver& database, const table_shape& table, const row_block& rows,
               const std::function<void(std::size_t, const std::string&)>& refuse) -> result<void> {
  auto piece = rows.size();
  auto bad_before = std::size_t{0}; // among those up to there is one that is rejected
  for (std::size_t at = 0; at < rows.size();) {
    const auto wanted = bad_before > at ? std::max<std::size_t>((bad_before - at) / 2, 1) : piece;
    const auto end = at + std::min(wanted, rows.size() - at);
    WEIR_TRY(const auto rejected, database.load(table, rows, at, end));
    if (!rejected) {
      at = end;
      if (bad_before <= at) bad_before = 0, piece = std::min(piece * 2, rows.size());
      continue;
    }
    piece = std::min(piece, small_piece);
    if (rejected->which && *rejected->which < end - at) {
      const auto bad = at + *rejected->which;
      if (bad > at) {
        WEIR_TRY(const auto again, database.load(table, rows, at, bad));
        if (again) {
          bad_before = bad;
          continue;
        }
      }
      refuse(bad, rejected->reason);
      at = bad + 1;
      bad_before = 0;
    } else if (end - at == 1) {
      refuse(at, rejected->reason);
      at = end;
      bad_before = 0;
    } else {
      bad_before = end;
    }
  }
  return {};
}

} // namespace weir
