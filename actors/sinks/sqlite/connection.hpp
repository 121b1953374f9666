/// A SQLite database as results instead of codes; sqlite3.h stays in the source file.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
/// constraint or trigger of the table does not take a row, errc::limit where end_at() ended it, else errc::failed.
class sqlite_connection {
public:
  /// Makes the file if it is missing, in a directory that is there.
  static auto open(const std::string& path) -> result<sqlite_connection>;
  /// A file that is there, and that nothing can be changed in by this. Whoever writes is waited for for a moment only.
  static auto open_to_read(const std::string& path) -> result<sqlite_connection>;
  /// From then on every statement ends, also one that is at work.
  void end_at(monotonic_time when) { *ends_at_ = when; }
  /// `name`(TEXT) in statements is what `f` says of the text. Once a name.
  auto define(const char* name, std::function<bool(std::string_view)> f) -> result<void>;

  auto prepare(std::string_view sql) -> result<sqlite_statement>;
  /// One or more statements without parameters or results.
  auto execute(const std::string& sql) -> result<void>;
  /// Rows that the last statement changed.
  auto changes() const -> std::int64_t;
  /// Of the row that was inserted last, not counting those of triggers.
  auto last_row() const -> std::int64_t;
  /// Whether one is open: a trigger of the user's may have ended it.
  auto is_in_transaction() const -> bool;
  /// Ends a transaction that is still open, undoing it.
  void roll_back() noexcept;

private:
  struct close {
    void operator()(sqlite3* database) const noexcept;
  };
  static auto open(const std::string& path, int flags, int busy_ms) -> result<sqlite_connection>;
  using predicate = std::function<bool(std::string_view)>;
  std::unique_ptr<monotonic_time> ends_at_; ///< SQLite has pointers to this and the next ones
  std::vector<std::unique_ptr<predicate>> predicates_;
  std::unique_ptr<sqlite3, close> database_;
};

/// Whether the library was built with FTS5, which searches text by its words.
auto sqlite_has_full_text() -> bool;

} // namespace weir
