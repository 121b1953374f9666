/// What a file sink remembers: chunks that are in, positions, and where each file's committed part ends.
//
//  A record says how things are from now on, not what to add: the range that has the chunk, the length of the
//  file. So one that is lost is made good by the next of the same origin, stream or file.
//
//  record    := flags u8 (1: forget all before, 2: made is there), ids u32, id*, positions u32, position*,
//               files u32, file*, gone u32, path*, [made u32, birth*], fields (runtime/base/fields.hpp)
//  id        := origin u64, first u64, last u64
//  position  := source text, stream text, begin u64, end u64
//  file      := path text, inode u64, length u64, tail_crc u32, flags u8 (1: in use, 2: never committed),
//               begun i64, period_end i64
//  path      := text
//  birth     := inode u64, birth i64 (0: not known), path text (empty if it is known)
//  text      := size u32, bytes
//  Field 1 has the settled positions, as position*; field 2 the second i64 in which it was written; of a record of all
//  field 3 clients' ids (runtime/flow/id_memory), which are positions otherwise, field 4 when streams came to be over,
//  as (source text, stream text, second i64)*, field 5 when something came last of each origin, as (origin u64,
//  second i64)*. Field 6 says when what was committed (runtime/ledger/commit_times), as (source text, stream text, first
//  u64, end u64, second i64)*: in a record of all the newest, else of this record.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_memory.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/ledger/commit_times.hpp"

#include <compare>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

struct file_mark {
  std::string path;
  std::uint64_t inode = 0;    ///< 0: about to be made
  std::uint64_t length = 0;   ///< committed
  std::uint32_t tail_crc = 0; ///< of the last bytes up to there: see tail_bytes
  bool in_use = true;         ///< may have more than what is committed
  bool is_created = false;    ///< by a commit that is not over
  std::int64_t birth_ns = 0;  ///< of the file, 0: nobody knows; no part of what is remembered of it
  std::int64_t begun_ns = 0;  ///< wall clock, when it got its first event from us
  /// Events in it are of times below this.
  std::int64_t period_end_ns = std::numeric_limits<std::int64_t>::max();
};

/// A file that was written here once, for those who must not take it for somebody else's.
struct made_file {
  std::uint64_t inode = 0;
  std::int64_t birth_ns = 0;
  std::string path; ///< of one without a time of birth
  auto operator<=>(const made_file&) const = default;
};

/// The latest so many are remembered.
inline constexpr std::size_t made_files_max = 100'000;

/// Of so many commits it is remembered when they were.
inline constexpr std::size_t commit_times_kept = 2000;

/// How many bytes before the committed end tell whether a file is the one that was written.
inline constexpr std::size_t tail_bytes = 64;

class ledger_state {
public:
  ledger_state() : ledger_state(retention{}) {}
  explicit ledger_state(const retention& keep) : keep_(keep), client_ids_(keep) {}

  /// By its id.
  auto has(const chunk& c) const -> bool;
  /// Notes the chunk, and what to write about it in `ids` and `positions`, as parts of a record. Which of its events
  /// are new, by their positions; nothing: the chunk is in already. `now_s`: second of the wall clock.
  auto add(const chunk& c, std::int64_t now_s) -> std::optional<std::vector<index_range>>;
  /// What is known of all that these chunks touch: adding them there finds the same, and changes nothing here.
  auto part_for(std::span<const chunk_ptr> chunks) const -> ledger_state;
  /// What is too old to come again.
  void forget(std::int64_t now_s);
  /// Of the events that add() found new since the last call: those of which a part was known.
  auto take_regrouped() -> std::uint64_t { return std::exchange(regrouped_, 0); }
  void set(const file_mark& mark) { files_[mark.path] = mark; }
  void forget(const std::string& path) { files_.erase(path); }
  /// These are written from now on; those of them that never were before.
  auto note_made(std::span<const file_mark> marks) -> std::vector<made_file>;
  auto made() const -> const std::deque<made_file>& { return made_; }
  auto was_made(const made_file& one) const -> bool { return made_known_.contains(one); }
  auto find(const std::string& path) const -> const file_mark*;
  auto files() const -> const std::map<std::string, file_mark>& { return files_; }
  auto ids() const -> const id_ranges& { return ids_; }
  auto positions() const -> const position_index& { return positions_; }
  auto settled() const -> const position_index& { return settled_; }
  auto client_ids() const -> const id_memory& { return client_ids_; }
  auto times() const -> const commit_times& { return times_; }

  /// A record of what add() noted since the last call, of these files, of paths to forget, and of what was made.
  auto take_record(std::span<const file_mark> files, std::span<const std::string> gone = {},
                   const std::vector<made_file>& made = {}) -> std::string;
  /// A record of everything.
  auto snapshot() const -> std::string;
  /// Whether it was understood; nothing of it is taken over otherwise. `now_s`: when it is taken to have been written,
  /// if it does not say so.
  auto apply(std::string_view record, std::int64_t now_s) -> bool;
  /// Files that are as they were committed need no look at a recovery: those that are in use become idle, and
  /// are forgotten unless `keep`.
  void release_files(bool keep);
  void clear() { *this = ledger_state{keep_}; }

private:
  auto add_made(made_file one) -> bool;
  void note(const chunk& c);
  void note_times(const chunk& c);
  void put_times(std::string& record) const;
  auto trimmed(const chunk& c) -> std::vector<index_range>;
  void add_position(const std::string& source, const position_range& p);

  retention keep_;
  std::int64_t now_s_ = 0;
  id_ranges ids_;
  position_index positions_{0, ended_streams_max};
  id_memory client_ids_;
  position_index settled_;
  std::map<std::string, file_mark> files_;
  std::deque<made_file> made_; ///< the oldest first
  std::set<made_file> made_known_;
  std::vector<chunk_id> noted_;
  std::string noted_positions_; ///< encoded
  std::uint32_t noted_positions_count_ = 0;
  std::string noted_settled_; ///< encoded
  commit_times times_{commit_times_kept};
  commit_times noted_times_{commit_times_kept};
  std::uint64_t regrouped_ = 0;
};

} // namespace weir
