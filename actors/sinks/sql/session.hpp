/// A connection to a SQL database as results instead of codes, and in what databases differ when they keep a ledger.
#pragma once

#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Values as text; nothing: NULL.
using sql_row = std::vector<std::optional<std::string>>;
using sql_rows = std::vector<sql_row>;

/// Errors are errc::rejected where a constraint, trigger or type of a table does not take a row, errc::unavailable where
/// time, another host or another try may help, else errc::failed. Blocks no longer than its settings say. Not thread-safe.
class sql_session {
public:
  virtual ~sql_session() = default;
  /// One statement without parameters. What it returns is not looked at.
  virtual auto execute(const std::string& sql) -> result<void> = 0;
  virtual auto query(const std::string& sql) -> result<sql_rows> = 0;
  /// The last failure came from what other transactions do at the same time: this one is over, and may be begun again.
  virtual auto is_to_be_repeated() const -> bool = 0;
};

/// How a database says what SQL leaves open. All texts that it is asked to keep are of ASCII.
struct sql_dialect {
  std::string_view begin;         ///< a transaction whose statements see what is committed before each of them
  std::string_view text_column;   ///< for text as long as it likes, which tells upper from lower case
  std::string_view key_column;    ///< the same for up to 128 bytes
  std::string_view table_options; ///< behind the columns
  std::string_view keep_if_there; ///< behind an INSERT: what there is stays
  bool has_index_in_table = false; ///< an index is part of CREATE TABLE, not a statement of its own that may be repeated
  std::size_t statement_bytes = std::size_t{256} << 10; ///< that a statement of ours may well have
};

/// 'text' with quotes; for texts without quotes, backslashes, and anything that is not ASCII.
auto sql_text(std::string_view plain) -> std::string;
/// A number that the database returned.
auto sql_number(const std::optional<std::string>& value) -> std::int64_t;

} // namespace weir
