/// Files that batches are appended to, all or nothing and once, with a bound on how many are open.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/units.hpp"
#include "runtime/ledger/file_ledger.hpp"
#include "runtime/ledger/kept_files.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/descriptor_budget.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

struct appended_files_options {
  std::size_t open_max = 256;
  descriptor_budget* descriptors = nullptr; ///< bounds them, too; null: nobody counts
  bool is_durable = true; ///< commit() returns only when the bytes are on the device
  /// What is written instead of a block of pending bytes; absent: the block itself.
  std::function<result<void>(std::string_view block, byte_buffer& out)> encode = {};
  std::uint64_t rotate_bytes = 0; ///< a file of this size or more is finished; 0: none is for its size
  duration rotate_age{0};         ///< one that got its first event so long ago is finished; 0: none
  bool renames_finished = false;  ///< files have the name PATH.part until they are finished
  /// Opens what is there and no regular file (a device, a pipe); nothing otherwise. Absent: all are regular.
  std::function<result<std::shared_ptr<file>>(const std::string& path)> open_device = {};
};

/// begin(), then for each file open() and fill `pending`, then commit(). Not thread-safe. A finished file
/// gets a name that no file has: PATH with the time in it, or PATH itself where it is free and nothing more
/// will be written to it.
class appended_files {
public:
  struct target {
    std::string path;
    byte_buffer pending; ///< not written yet
    bool is_new = false; ///< nothing was in it before, and nothing is written yet

  private:
    friend class appended_files;
    std::shared_ptr<file> handle; ///< absent: closed
    file_mark mark;               ///< what is written, also if not committed
    std::string tail;             ///< its last bytes
    bool is_device = false;
    bool is_noted = false;
    bool is_unsynced = false;
    std::uint64_t batch = 0; ///< the last one that touched it
    monotonic_time checked;
    monotonic_time touched;
  };

  /// Without a ledger there can only be devices, whose batches cannot be taken back.
  appended_files(file_system& files, file_ledger* ledger, const clock& time, appended_files_options options);

  /// Also gives finished files their names, and closes those that got nothing for a minute.
  void begin();
  /// Makes the file and its directories if they are missing. Once a second and file it looks whether the path
  /// still leads to what is open (logrotate). errc::rejected: no file can have this path. The target is valid
  /// until the next call of any other function but flush(). `period_end_ns`: its events are before this.
  auto open(const std::string& path, std::int64_t period_end_ns = std::numeric_limits<std::int64_t>::max())
      -> result<target*>;
  /// Writes what is pending, without ending the batch.
  auto flush(target& t) -> result<void>;
  /// Ends the batch; the bytes written in it. After an error nothing of the batch is in the files.
  auto commit() -> result<std::uint64_t>;
  /// Takes over what an earlier process left, or takes the batch back. After an error some file still holds a
  /// part of it: call again before the next batch.
  auto rollback() -> result<void>;
  /// Closes all files, and leaves them to themselves.
  auto idle() -> result<void>;
  /// Gives all files their final names.
  auto finish() -> result<void>;
  /// Deletes those of its files below `root` that are beyond the limits, with directories that get empty by it, and says which.
  /// Files that somebody else wrote, or made of these, and unfinished ones stay. Between batches.
  auto expire(const std::string& root, const kept_limits& limits) -> result<files_to_go>;
  /// Sentences about what was found amiss since the last call.
  auto take_findings() -> std::vector<std::string> { return std::exchange(findings_, {}); }

private:
  auto touch(target& t) -> result<void>;
  void close_if_moved(target& t);
  auto open_handle(target& t) -> result<void>;
  auto create(target& t) -> result<std::shared_ptr<file>>;
  auto look(target& t) -> result<void>;
  auto note_all() -> result<void>;
  auto sync(target& t) -> result<void>;
  auto flush_and_sync(std::span<target* const> some) -> result<void>;
  auto make_room() -> result<void>;
  auto evict() -> result<void>;
  void close_idle();
  void close_all();
  auto commit_targets() -> result<void>;
  void release_memory();
  void drop(const std::string& path);

  auto is_own(const std::string& path, const file_facts& facts) const -> bool;
  auto own_below(const std::string& root) const -> result<std::vector<kept_file>>;
  auto remove_kept(const kept_file& f, const std::string& root) -> result<void>;
  auto is_old(const file_mark& mark) const -> bool;
  auto free_name(const std::string& path, bool with_time) -> std::string;
  auto finish_file(const file_mark& mark, bool with_time) -> result<void>;
  void finish_files();

  file_system& files_;
  file_ledger* ledger_;
  const class clock& time_;
  appended_files_options options_;
  descriptor_budget::share descriptors_; ///< one for each target
  std::list<target> targets_; ///< the last used first
  std::unordered_map<std::string, std::list<target>::iterator> by_path_;
  std::unordered_map<std::string, file_mark> written_marks_; ///< of the batch, by file_mark::path
  std::vector<target*> unnoted_;
  std::vector<std::string> findings_;
  byte_buffer encoded_;
  std::uint64_t batch_ = 0;
  std::uint64_t written_ = 0;
  std::int64_t newest_period_ns_ = std::numeric_limits<std::int64_t>::min();
  monotonic_time now_;
  monotonic_time finished_at_;
};

} // namespace weir
