/// How far each reader of a chunk log has come, in memory and in the file PATH/cursors.
//
//  cursors   := magic u8[8] "WEIRCUR\n", version u32, version_crc u32 (as in record_format.hpp),
//               log_id u64, durable u64, readers u32, reader*, fields (runtime/base/fields.hpp; none yet),
//               crc u32 (CRC-32C over all before)
//  durable   := number up to which records are on the device
//  reader    := name_size u32, name, first_unsettled u64, ranges u32, range*
//  range     := first u64, last u64    settled though something before is not
#pragma once

#include "runtime/base/interval_set.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The record numbers that a reader has settled: all up to one, and ranges beyond it.
class reader_cursor {
public:
  explicit reader_cursor(std::string name) : name_(std::move(name)) {}

  auto name() const -> const std::string& { return name_; }
  auto first_unsettled() const -> std::uint64_t { return first_unsettled_; }
  auto has_settled(std::uint64_t number) const -> bool;
  /// The first number above `behind` that is not settled.
  auto next_unsettled(std::uint64_t behind) const -> std::uint64_t;
  /// The largest settled number.
  auto highest() const -> std::uint64_t;
  /// Settles first..last.
  void settle(std::uint64_t first, std::uint64_t last);
  auto beyond() const -> const interval_set<closed_ends>& { return beyond_; }

private:
  std::string name_;
  std::uint64_t first_unsettled_ = 1;
  interval_set<closed_ends> beyond_;
};

struct cursor_file {
  std::uint64_t log_id = 0;
  std::uint64_t durable = 0;
  std::vector<reader_cursor> readers;
};

auto encode(const cursor_file& cursors) -> std::string;
/// errc::rejected: of a newer version; errc::malformed: damaged. Total.
auto decode_cursors(std::string_view bytes) -> result<cursor_file>;

} // namespace weir
