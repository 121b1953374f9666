/// One file of a chunk log: where its records lie, and how they are written and read.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/log/record_format.hpp"
#include "runtime/log/segment_scanner.hpp"
#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct located_record {
  std::uint64_t offset = 0;
  record_header header;
};

/// Where blocks of records begin: an entry for some 256 KiB, so that a backlog costs next to no memory.
class segment_index {
public:
  struct block {
    std::uint64_t begin = 0;
    std::uint64_t end = 0; ///< 0: up to what is used
  };
  void add(const located_record& record);
  /// All records lie `by` bytes further back.
  void move(std::int64_t by);
  /// Where the record lies if it is there.
  auto block_of(std::uint64_t number) const -> std::optional<block>;
  auto size() const -> std::size_t { return entries_.size(); }

private:
  struct entry {
    std::uint64_t offset;
    std::uint64_t number;
  };
  std::vector<entry> entries_;
};

struct segment {
  segment_header header;
  std::string path;
  std::shared_ptr<file> opened; ///< closed if empty
  std::uint64_t bytes = 0;      ///< of the file, as reserved
  std::uint64_t begin = 0;      ///< of its records, behind the snapshot
  std::uint64_t used = 0;       ///< behind the last record
  std::uint64_t last = 0;       ///< number of the last record; header.first - 1 if there is none
  segment_index index;

  bool is_dirty = false;      ///< written since the last job took it
  bool is_in_job = false;     ///< the job that is out is about it
  bool is_anchored = false;   ///< its name and its snapshot are on the device
  bool is_cold = false;       ///< the system was told that it need not be in memory
  bool is_worn = false;       ///< some of it could not be read
  std::uint64_t job_end = 0;  ///< `used` when the job took it
  std::uint64_t safe_end = 0; ///< behind the last byte known to be on the device

  auto has_room(std::uint64_t record_bytes) const -> bool { return used + record_bytes <= bytes; }
};

/// What a record is made of, apart from its number.
struct record_parts {
  record_type type = record_type::chunk;
  std::uint64_t events = 0;
  std::int64_t closed_ns = 0;
  std::string_view head;
  std::string_view body;
};

/// Header for these parts; the checksum of the head is computed.
auto make_record_header(std::uint64_t number, const record_parts& parts) -> record_header;

struct segment_plan {
  std::string snapshot;    ///< encode_snapshot()
  std::uint64_t bytes = 0; ///< to reserve for records, beside header and snapshot
};

/// Reserves the file and writes the snapshot, but not the segment header: until that is written, recovery
/// takes no other segment's records to be superseded by this one. Nothing is left of it after an error.
auto create_segment(file_system& files, const std::string& directory, const segment_header& header,
                    const segment_plan& plan) -> result<segment>;
auto write_segment_header(segment& to) -> result<void>;
/// Replaces the snapshot of a segment that says too much; the records stay, in a fresh file of that name.
auto write_snapshot_anew(file_system& files, segment& of, std::string snapshot) -> result<void>;
/// Replaces the segment's file by a copy of `from`: after a failed sync nobody knows what of it is on the
/// device, whatever a later one says; and `from` may have lost its name.
auto write_afresh(file_system& files, const file& from, segment& s) -> result<void>;
/// Behind the last record; it must have room. After an error the segment is as before.
auto write_record(segment& to, const record_header& header, const record_parts& parts) -> result<void>;

/// What `type` and `number` say is checked by the caller; this is about the bytes. errc::malformed: damaged.
auto read_chunk(const file& from, const located_record& record) -> result<chunk_ptr>;
/// A chunk without its body from the head of a record of type chunk or dropped.
auto decode_record_head(const record_header& header, std::string_view head) -> result<std::shared_ptr<chunk>>;

} // namespace weir
