/// A SQLite database as results instead of codes; sqlite3.h stays in the source file.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace weir {

/// A prepared statement, used again and again. Parameters count from 1 and are borrowed until the next reset.
class sqlite_statement {
public:
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  /// Whether there is a row; a statement that is done or failed is ready for its next use.
  auto step() -> result<bool>;
  /// step() for statements whose rows nobody needs.
  auto run() -> result<void>;
  void reset();
  auto integer(int column) const -> std::int64_t;
  auto text(int column) const -> std::string;

private:
  friend class sqlite_connection;
  struct finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, finalize> statement_;
};

/// Errors are errc::unavailable where time may help (busy, full, I/O, no permission), errc::rejected where a
/// constraint or trigger of the table does not take a row, else errc::failed.
class sqlite_connection {
public:
  /// Makes the file if it is missing, in a directory that is there.
  static auto open(const std::string& path) -> result<sqlite_connection>;

  auto prepare(std::string_view sql) -> result<sqlite_statement>;
  /// One or more statements without parameters or results.
  auto execute(const std::string& sql) -> result<void>;
  /// Rows that the last statement changed.
  auto changes() const -> std::int64_t;
  /// Whether one is open: a trigger of the user's may have ended it.
  auto is_in_transaction() const -> bool;
  /// Ends a transaction that is still open, undoing it.
  void roll_back() noexcept;

private:
  struct close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, close> database_;
};

} // namespace weir
