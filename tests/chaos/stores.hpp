/// Reads what the stores hold, from where the last look ended.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/tally.hpp"

#include <cstdint>
#include <string>

namespace weir::chaos {

/// A file of lines. One that was cut back is counted anew, also if it has grown again.
class file_reader {
public:
  explicit file_reader(std::string path) : path_(std::move(path)) {}
  /// A missing file is an empty one. A last line without newline is left for later.
  auto read_on() -> result<void>;
  auto counted() const -> const tally& { return counted_; }
  /// Bytes behind the last newline.
  auto rest_bytes() const -> std::uint64_t { return rest_; }

private:
  auto goes_on(int file, std::uint64_t size) const -> bool;

  std::string path_;
  std::string last_; ///< the line before the offset
  std::uint64_t offset_ = 0;
  std::uint64_t rest_ = 0;
  tally counted_;
};

/// The table "events" of a SQLite database. Rows are only ever added, so that committed ones stay.
class table_reader {
public:
  explicit table_reader(std::string path) : path_(std::move(path)) {}
  /// At most `rows_max`; returns how many. A database that is missing or busy holds nothing new.
  auto read_on(std::uint64_t rows_max) -> result<std::uint64_t>;
  auto counted() const -> const tally& { return counted_; }

private:
  std::string path_;
  std::int64_t last_row_ = 0;
  tally counted_;
};

} // namespace weir::chaos
