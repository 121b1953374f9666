/// Files that batches are appended to, all or nothing, with a bound on how many are open.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/os/clock.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir {

struct appended_files_options {
  std::size_t open_max = 256;
  bool sync = false; ///< commit() returns only when the bytes are on the device
  /// What is written instead of a block of pending bytes; absent: the block itself.
  std::function<result<void>(std::string_view block, byte_buffer& out)> encode = {};
};

/// begin(), then for each file open() and fill `pending`, then commit(). A write behind the end of a full
/// device, a bad disk or RLIMIT_FSIZE (whose SIGXFSZ the program must ignore) is an errc::unavailable; the
/// files of the batch are then cut back to where they ended before it. Not thread-safe.
class appended_files {
public:
  struct file {
    std::string path;
    byte_buffer pending; ///< not written yet
    bool is_new = false; ///< nothing was in it before, and nothing is written yet

  private:
    friend class appended_files;
    int descriptor = -1;
    ino_t inode = 0;
    std::uint64_t batch = 0; ///< the last one that touched it
    bool unsynced = false;
    monotonic_time checked;
  };

  explicit appended_files(appended_files_options options) : options_(std::move(options)) {}
  ~appended_files() { close_all(); }
  appended_files(const appended_files&) = delete;
  auto operator=(const appended_files&) -> appended_files& = delete;

  void begin(monotonic_time now);
  /// Makes the file and its directories if they are missing. Once a second and file it looks whether the path
  /// still leads to what is open (logrotate). errc::rejected: no file can have this path (a directory has it,
  /// the name is too long). The file is valid until the next call of any other function but flush().
  auto open(const std::string& path) -> result<file*>;
  /// Writes what is pending, without ending the batch.
  auto flush(file& f) -> result<void>;
  /// Ends the batch; the bytes written in it. After an error nothing of the batch is in the files.
  auto commit() -> result<std::uint64_t>;
  /// Takes the batch back. After an error some file still holds a part of it: call again before the next
  /// batch.
  auto rollback() -> result<void>;
  void close_all();

private:
  struct mark {
    off_t size = 0;
    ino_t inode = 0;
    bool created = false;
  };
  auto touch(file& f) -> result<void>;
  auto open_descriptor(file& f) -> result<void>;
  auto sync(file& f) -> result<void>;
  auto evict() -> result<void>;
  auto cut(const std::string& path, const mark& m) -> result<void>;
  void close(file& f);
  void release_memory();

  appended_files_options options_;
  std::list<file> files_; ///< the last used first
  std::unordered_map<std::string, std::list<file>::iterator> by_path_;
  std::unordered_map<std::string, mark> marks_; ///< where the files of the batch ended before it
  byte_buffer encoded_;
  std::uint64_t batch_ = 0;
  std::uint64_t written_ = 0;
  monotonic_time now_;
};

} // namespace weir
