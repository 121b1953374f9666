/// The entry form of an event: what a chunk's body is made of.
//
//  entry := 0x92 time map
//  time  := 0xd7 0x00 seconds u32be nanoseconds u32be        EventTime, fixext8 (what we write)
//         | 0xc7 0x08 0x00 seconds u32be nanoseconds u32be   EventTime, ext8
//         | msgpack unsigned integer                         seconds
//
//  Forward protocol v1, section "Entry". A body is a plain sequence of entries.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

/// Bytes before the record in an entry that we write ourselves.
inline constexpr std::size_t entry_head_bytes = 11;

/// Writes `0x92 EventTime` to `to`, which has room for entry_head_bytes.
/// Times before 1970 and after 2106 do not fit EventTime; they are clamped.
void write_entry_head(char* to, std::int64_t time_ns) noexcept;

/// Rewrites the time of an entry that write_entry_head() began at `at`.
inline void patch_entry_time(char* at, std::int64_t time_ns) noexcept { write_entry_head(at, time_ns); }

struct entry {
  std::int64_t time_ns = 0;
  std::string_view record; ///< one msgpack map
};

/// Walks a body entry by entry. Total: any byte string is a valid argument.
class entry_reader {
public:
  explicit entry_reader(std::string_view body) : at_(body.data()), end_(body.data() + body.size()) {}

  /// False at the end and at the first malformed entry; see failed().
  auto next(entry& out) -> bool;
  auto failed() const -> bool { return failed_; }
  /// Bytes not consumed yet.
  auto rest() const -> std::string_view { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

} // namespace weir
