/// The layout of a segment file. docs/chunk-log.md has it in a picture, with the rules of recovery.
//
//  segment   := segment_header record*             then zeros up to the size that was reserved
//  segment_header := magic u8[8] "WEIRLOG\n"
//               version u32 (3; 2: nothing in it has fields; 1: its chunks have no cuts)
//               version_crc u32      CRC-32C over the 12 bytes before; the same in all versions to come
//               log_id u64           random, the same in all segments of a log
//               segment u64          1, 2, … in the order of making; the file's name in hex
//               first u64            number of the first record that may be inside
//               follows u64          number of the last record before it that the log had
//               durable u64          number up to which records were on the device when it was made
//               created_ns i64
//               unused u32           segment numbers right before it that no segment has
//               crc u32              CRC-32C over the 68 bytes before
//  record    := record_header head u8[head_bytes] body u8[body_bytes] zeros up to a multiple of 8
//  record_header := magic u32 (0x63655257, "WRec")
//               crc u32              CRC-32C over log_id, segment and the 40 bytes behind this field
//               number u64           rising by 1 from record to record; of a snapshot: the segment's `first`
//               head_bytes u32
//               body_bytes u32
//               head_crc u32         CRC-32C over head
//               type u32             1 chunk, 2 dropped, 3 snapshot
//               events u64
//               closed_ns i64
//  All integers little-endian. Of a chunk, head and body are those of runtime/codec/chunk_codec.hpp with its
//  prefix, whose CRC covers the body. A dropped one has a head alone. A segment begins with a snapshot:
//  runtime/log/log_memory.hpp, in its head.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

inline constexpr std::uint32_t log_format_version = 3;
inline constexpr std::size_t segment_header_bytes = 72;
inline constexpr std::size_t record_header_bytes = 48;

/// No log comes this far; larger numbers are damage.
inline constexpr std::uint64_t record_number_max = std::uint64_t{1} << 62;

enum class record_type : std::uint32_t { chunk = 1, dropped = 2, snapshot = 3 };

/// What makes record headers those of one segment: a header of another log or segment, or one that somebody
/// logged, does not pass for one of this segment.
struct segment_identity {
  std::uint64_t log_id = 0;
  std::uint64_t segment = 0;
};

struct segment_header {
  segment_identity identity;
  std::uint64_t first = 1;
  std::uint64_t follows = 0;
  std::uint64_t durable = 0;
  std::int64_t created_ns = 0;
  std::uint32_t unused = 0;
};

struct record_header {
  record_type type = record_type::chunk;
  std::uint64_t number = 0;
  std::uint32_t head_bytes = 0;
  std::uint32_t body_bytes = 0;
  std::uint32_t head_crc = 0;
  std::uint64_t events = 0;
  std::int64_t closed_ns = 0;

  auto payload_bytes() const -> std::uint64_t { return std::uint64_t{head_bytes} + body_bytes; }
  /// In the file, with its header and padding.
  auto bytes() const -> std::uint64_t { return (record_header_bytes + payload_bytes() + 7) / 8 * 8; }
};

auto encode(const segment_header& header) -> std::string;
/// errc::rejected: a newer version, which is named; errc::malformed: no header.
auto decode_segment_header(std::string_view bytes) -> result<segment_header>;

/// Checks the version of any of our files: magic, version, version_crc. Earlier ones are read, too.
auto check_version(std::string_view bytes, std::string_view magic) -> result<void>;
void put_version(std::string& out, std::string_view magic);

auto encode(const record_header& header, const segment_identity& of) -> std::string;
/// Whether `bytes` may begin a record: a cheap look at the magic.
auto may_be_record(std::string_view bytes) -> bool;
/// errc::malformed: not a record header of this segment.
auto decode_record_header(std::string_view bytes, const segment_identity& of) -> result<record_header>;

/// "000000000000002a.log"
auto segment_name(std::uint64_t segment) -> std::string;
/// The number of a segment by its file name; 0 if it is not one.
auto segment_of_name(std::string_view name) -> std::uint64_t;

} // namespace weir
