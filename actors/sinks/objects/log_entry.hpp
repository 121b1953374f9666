/// What the objects of a ledger in a bucket have in them.
//
//  log entry := "weirS3L1" whole | "weirS3L2" whole files made_count u32, made text*
//  whole     := writer u64, base u64, object_count u32, object*, done_count u32, done u64*, record text
//  object    := staged text, key text             the bytes lie at `staged`, and belong at `key`
//  snapshot  := "weirS3S1" all | "weirS3S2" all files
//  all       := open_count u32, (number u64, object_count u32, object*)*, record text
//  files     := file_count u32, file*
//  file      := made text, key text, place u64, run u64, opening u64, begun i64, bytes u64, is_closed u8 (0, 1)    growing_file.hpp
//  text      := size u32, bytes
//
//  Where no files grow the first form is written. `made` at the end: files that are at their keys.
//  `record` is a record of runtime/ledger/ledger_state: of an entry what it adds, of a snapshot all. `base` is the number of the
//  last entry that the writer knew when it staged its objects. `done`: entries whose objects are all at their keys.
#pragma once

#include "actors/sinks/objects/growing_file.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct staged_object {
  std::string staged;
  std::string key;
  auto operator==(const staged_object&) const -> bool = default;
};

struct bucket_entry {
  std::uint64_t writer = 0; ///< of one commit: no two entries have the same
  std::uint64_t base = 0;
  std::vector<staged_object> objects;
  std::vector<std::uint64_t> done;
  std::string record;
  std::vector<growing_file> files;
  std::vector<std::string> finished;
  auto operator==(const bucket_entry&) const -> bool = default;
};

struct bucket_snapshot {
  std::map<std::uint64_t, std::vector<staged_object>> open; ///< entries whose objects may not be at their keys yet
  std::string record;
  std::vector<growing_file> files = {};
  auto operator==(const bucket_snapshot&) const -> bool = default;
};

auto encode(const bucket_entry& e) -> std::string;
auto encode(const bucket_snapshot& s) -> std::string;
/// Nothing if it is none. Total.
auto decode_entry(std::string_view bytes) -> std::optional<bucket_entry>;
auto decode_bucket_snapshot(std::string_view bytes) -> std::optional<bucket_snapshot>;

} // namespace weir
