/// A short journal of checksummed records, rewritten whole when it has grown: what a ledger is kept in.
//
//  journal  := header header record*       the header twice, and each record, so that a flipped bit costs
//  nothing header   := magic "weirLEDG" u8[8]
//              version u32 (1)
//              generation u64              one more each time that the journal is rewritten
//              crc u32                     CRC-32C of the bytes before
//  record   := mark u32 (0x4c445257)
//              size u32                    bytes of payload
//              number u64                  1, 2, … in a generation; both copies have the same
//              synced u64                  up to this number records were on the device when it was written
//              crc u32                     CRC-32C of generation, size, number, synced and payload
//              payload u8[size]
//  All integers little-endian. Of records that were not synced a power cut may take any, so the journal ends
//  before the first of them that is missing; where one is missing that was synced, it is damaged.
//  PATH.new is a generation that is being written; it takes the place of PATH by
//  a rename.
#pragma once

#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class journal {
public:
  struct findings {
    bool is_new = false;            ///< there was none
    bool was_unreadable = false;    ///< it was set aside as PATH.damaged
    std::uint64_t lost_records = 0; ///< damaged in both copies
    bool is_damaged = false;        ///< somewhere, though the copies may have all
    std::uint64_t cut_bytes = 0;    ///< of last records that were never written whole
  };
  /// `lost`: records before this one that cannot be read.
  using visitor = std::function<void(std::string_view payload, std::uint64_t lost)>;

  /// `is_synced`: whether append() and rewrite() may ask for the device.
  journal(file_system& files, std::string path, bool is_synced)
      : files_(files), path_(std::move(path)), is_synced_(is_synced) {}

  /// Reads what is there: at first all, after a failure in this process what was appended with success.
  /// errc::rejected: it is of another version.
  auto open(const visitor& visit) -> result<findings>;
  /// Reads what is there and changes nothing; errc::not_found if there is no journal. Of one that is not open.
  auto peek(const std::function<void(std::string_view payload)>& visit) -> result<void>;
  /// After an error call open() before anything else.
  auto append(std::string_view payload, bool sync) -> result<void>;
  /// Begins a new generation with this record alone.
  auto rewrite(std::string_view payload) -> result<void>;
  /// Whether rewrite() must come before the next append().
  auto wants_rewrite() const -> bool { return wants_rewrite_; }
  /// Bytes of the current generation, and those of its first record.
  auto size() const -> std::uint64_t { return end_; }
  auto first_size() const -> std::uint64_t { return first_size_; }
  auto path() const -> const std::string& { return path_; }

private:
  auto read(std::uint64_t limit) -> result<std::string>;
  auto read_header(std::string_view bytes) -> result<bool>;
  auto set_aside() -> result<void>;
  struct record {
    std::string_view payload;
    std::uint64_t number = 0;
    std::uint64_t synced = 0;
    std::size_t end = 0;
  };
  auto scan(std::string_view bytes) const -> std::vector<record>;
  void visit_records(std::string_view bytes, const visitor& visit, findings& found);
  auto record_at(std::string_view bytes, std::size_t at) const -> std::optional<record>;
  auto crc_of(const record& r) const -> std::uint32_t;
  auto head_of(std::string_view payload, std::uint64_t number) const -> std::string;

  file_system& files_;
  std::string path_;
  bool is_synced_;
  std::shared_ptr<file> file_;
  bool wants_rewrite_ = true;
  bool is_end_known_ = false; ///< what is behind end_ was appended by this process, and failed
  std::uint64_t end_ = 0;
  std::uint64_t first_size_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint64_t synced_ = 0;
};

} // namespace weir
