/// When what was committed to a database of the sqlite store.
//
//  weir_times  (sink TEXT, source TEXT, stream TEXT, first INTEGER, last INTEGER, at INTEGER), unique but for last and at:
//              what lies from first to below last was committed in the second `at`, unless a shorter row says otherwise. Of
//              no source: the sequences of an origin's chunks (stream_of_origin()), and the row numbers of the events
//              (`rows_stream`). A row is written with what it is about, in one transaction; those of one stream and second
//              become one. The newest times_max of a sink are kept
#pragma once

#include "actors/sinks/sqlite/connection.hpp"
#include "runtime/ledger/commit_times.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

inline constexpr std::string_view rows_stream = "rows";
inline constexpr std::int64_t times_max = 50'000;

class sqlite_times {
public:
  static auto open(sqlite_connection& database, const std::string& sink) -> result<sqlite_times>;
  /// In the transaction of what it is about.
  auto add(commit_time one) -> result<void>;
  /// Whether forget() is due, in a transaction.
  auto has_grown() const -> bool;
  auto forget() -> result<void>;

private:
  std::string sink_;
  sqlite_statement insert_, forget_;
  commit_times recent_{64}; ///< what the next ones may become one with
  std::int64_t written_ = 0; ///< since it forgot
};

/// What a sink's database tells of times, while it is written.
class sqlite_times_reader {
public:
  /// not_found: there is no such file, or no times in it.
  static auto open(const std::string& path, const std::string& sink) -> result<sqlite_times_reader>;
  void end_at(monotonic_time when) { database_.end_at(when); }
  /// Of a source's streams, or of one stream of no source, whatever has the position.
  auto of(const std::string& source, const std::string& stream, std::uint64_t position) -> result<std::vector<commit_time>>;
  /// In which second a row of the events was written; nothing: that is not remembered.
  auto of_row(std::int64_t row) -> std::optional<std::int64_t>;
  /// Nothing is remembered of what was committed before it; nothing: no times are.
  auto oldest() -> std::optional<std::int64_t>;

private:
  std::string sink_;
  sqlite_connection database_;
};

} // namespace weir
