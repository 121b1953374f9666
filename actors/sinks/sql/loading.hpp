/// Puts rows into a table and finds those that it rejects, without trying each by itself.
#pragma once

#include "actors/sinks/sql/driver.hpp"

#include <functional>

namespace weir {

/// Calls `refuse(row, reason)` for each that is not taken, in order; all others are in. Goes on in pieces: where one is
/// rejected they become small, and grow again by doubling.
auto load_rows(sql_driver& database, const table_shape& table, const row_block& rows,
               const std::function<void(std::size_t row, const std::string& reason)>& refuse) -> result<void>;

} // namespace weir
