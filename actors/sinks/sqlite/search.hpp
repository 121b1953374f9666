/// Finds events in a database of the sqlite store, while that writes it, or by itself.
//
//  What is looked for is only ever bound to parameters. Text is looked for in the index <table>_fts, if there is such a table
//  of FTS5 whose rows have the numbers of the events' (text_index.hpp, or somebody else's); else by LIKE in the record.
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/event/tag_pattern.hpp"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// Times from `from_ns` to below `to_ns`.
struct time_span {
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();
};

/// Where a row is: the order of what is found, the greatest first.
struct row_place {
  std::int64_t time_ns = 0;
  std::int64_t row = 0;
};

struct found_row {
  row_place at;
  std::string tag;
  std::string record;
  bool is_json = false; ///< the record is; another program may have written it
};

class sqlite_search {
public:
  struct wish {
    tag_pattern tags;
    std::string text; ///< all its words, or by LIKE the text as it is; empty: any
  };
  struct page {
    time_span within;
    std::optional<row_place> before;
    std::size_t rows_max = 100;
    std::size_t bytes_max = std::size_t{1} << 20; ///< of what is found
  };
  struct findings {
    std::vector<found_row> rows; ///< the newest first
    bool has_more = false;       ///< perhaps
    std::string problem;         ///< why it looked no further; empty: nothing is the matter
  };

  /// not_found: there is no such file, or table.
  static auto open(const std::string& path, const std::string& table, wish what) -> result<sqlite_search>;
  /// From then on nothing more is found.
  void end_at(monotonic_time when) { database_.end_at(when); }

  auto find(const page& wanted) -> result<findings>;
  /// How many there are in this time. errc::limit: it took too long.
  auto count(const time_span& within) -> result<std::uint64_t>;
  /// Of all events, whatever is looked for: the first and the last time. Nothing: there are none.
  auto times() -> result<std::optional<std::pair<std::int64_t, std::int64_t>>>;
  auto uses_index() const -> bool { return uses_index_; }

private:
  auto look_at_schema() -> result<void>;
  auto condition() const -> std::string;
  void bind(sqlite_statement& to, const time_span& within) const;

  std::string table_;
  bool has_tags_ = false;
  std::string text_; ///< as it is bound
  bool uses_index_ = false;
  sqlite_connection database_;
  std::optional<sqlite_statement> count_;
};

} // namespace weir
