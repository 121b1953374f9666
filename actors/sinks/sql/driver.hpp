/// What a database has to do for the store of rows: tables, and events into them. One for each kind of database.
#pragma once

#include "actors/sinks/sql/columns.hpp"
#include "actors/sinks/sql/session.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct table_column {
  std::string name;
  column_type type;
  std::uint32_t code = 0; ///< the database's own word for the type
};

/// A table as it is: the columns that rows give values for.
struct table_shape {
  std::string name;
  table_column time;
  table_column tag;
  table_column record;
  std::vector<table_column> fields; ///< in the order of the settings
  std::vector<std::string> paths;   ///< of these
};

/// Events on their way into a table, each encoded as its database wants it.
struct row_block {
  byte_buffer bytes;
  std::vector<std::size_t> ends; ///< of each row
  std::vector<event_ref> events; ///< that they are
  auto size() const -> std::size_t { return ends.size(); }
  auto rows(std::size_t first, std::size_t last) const -> std::string_view {
    const auto begin = first == 0 ? std::size_t{0} : ends[first - 1];
    return last <= first ? std::string_view{} : bytes.view().substr(begin, ends[last - 1] - begin);
  }
};

/// An event as its row has it; views live until it is encoded.
struct row_values {
  std::int64_t time_ns = 0;
  std::string_view tag;    ///< without NUL
  std::string_view json;   ///< of the record
  std::string_view record; ///< as msgpack
};

/// Rows that the table does not take.
struct rejected_rows {
  std::string reason;
  std::optional<std::size_t> which; ///< of those that were to be loaded; absent: one of them
};

class sql_driver : public sql_session {
public:
  virtual auto dialect() const -> const sql_dialect& = 0;
  /// errc::not_found: there is no such table. errc::failed: it is none that events fit into, and why.
  virtual auto shape_of(const std::string& table, const std::vector<field_column>& wanted) -> result<table_shape> = 0;
  /// No harm if somebody was faster.
  virtual auto make_table(const std::string& table, const std::vector<field_column>& wanted) -> result<void> = 0;
  virtual auto add_columns(const std::string& table, const std::vector<field_column>& missing) -> result<void> = 0;
  /// Names of those that the table lacks.
  virtual auto missing_columns(const std::string& table, const std::vector<field_column>& wanted)
      -> result<std::vector<field_column>> = 0;
  /// Appends a row.
  virtual void encode(const table_shape& table, const row_values& values, row_block& to) = 0;
  /// Puts the rows from `first` to below `last` into the table, in the transaction: all, or none if some are rejected; the
  /// transaction goes on then.
  virtual auto load(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
      -> result<std::optional<rejected_rows>> = 0;
  /// What the user may not do of what this store does, as a sentence; empty: nothing. `is_there`: the table is.
  virtual auto lacking_rights(const std::string& table, bool is_there) -> result<std::string> = 0;
  /// Before the transaction: what rows with these times need, such as partitions.
  virtual auto prepare_for(const table_shape& table, std::int64_t time_min_ns, std::int64_t time_max_ns) -> result<void> = 0;
};

/// The shape for rows of these settings; errc::failed: why there is none. `code` 0: nothing can be written to the column.
auto shape_from(const std::string& table, const std::vector<table_column>& columns, const std::vector<field_column>& wanted)
    -> result<table_shape>;
/// Those that have no column.
auto missing_from(const std::vector<table_column>& columns, const std::vector<field_column>& wanted) -> std::vector<field_column>;

} // namespace weir
