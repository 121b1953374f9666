/// The file system as durable objects see it: a seam at which tests make disks fail and lose power.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// An open regular file. One thread writes; another may call sync() meanwhile. Closed by its destructor.
/// Errors: errc::unavailable for what may pass (ENOSPC, EDQUOT, EFBIG, EIO, …), with path and errno in words.
class file {
public:
  virtual ~file() = default;
  /// Writes the parts one behind the other, all or an error. After an error any prefix may be in the file.
  virtual auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> = 0;
  /// Bytes read; fewer than `size` only at the end of the file.
  virtual auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> = 0;
  /// fdatasync(): what was written before is on the device. After an error nothing is known of it, and a
  /// later success says nothing about it either: the caller must write it again elsewhere.
  virtual auto sync() -> result<void> = 0;
  /// Sets the device to work on what sync() will wait for, and does not wait: many files one after the other
  /// are then as fast as one.
  virtual void start_sync() {}
  /// Nobody will read it soon: what is on the device need not be in memory, too.
  virtual void drop_cache() {}
  /// Makes room for `size` bytes in all, so that writes below it find no full disk; the file has that size
  /// then, and reads as zeros where nothing was written.
  virtual auto reserve(std::uint64_t size) -> result<void> = 0;
  virtual auto truncate(std::uint64_t size) -> result<void> = 0;
  virtual auto size() const -> result<std::uint64_t> = 0;
  /// Identifies the file on its device for as long as it exists, whatever its name.
  virtual auto inode() const -> result<std::uint64_t> = 0;
  /// When it was made, which tells it from a later one of the same inode number; 0: nobody knows.
  virtual auto birth_ns() const -> std::int64_t { return 0; }
  /// How many names the file has; 0: it was deleted while it is open.
  virtual auto links() const -> result<std::uint64_t> { return std::uint64_t{1}; }
};

/// Held until destroyed, or until the process ends.
class file_lock {
public:
  virtual ~file_lock() = default;
};

enum class open_mode {
  read,   ///< errc::not_found if it is not there
  write,  ///< for reading and writing; errc::not_found if it is not there
  create, ///< as write; made empty if it is not there
};

/// Of what has this name, not of what it leads to if it is a symbolic link.
struct file_facts {
  enum class kind { regular, directory, other };
  kind is = kind::other;
  std::uint64_t bytes = 0;
  std::uint64_t inode = 0;
  std::int64_t birth_ns = 0;   ///< 0: nobody knows
  std::int64_t written_ns = 0; ///< wall clock, the last change of what is in it
};

class file_system {
public:
  virtual ~file_system() = default;
  /// errc::rejected: no file can have this path (a directory has it, a file has that of a directory above it,
  /// or it is too long). New files have mode 0644, new directories 0755, both less the umask.
  virtual auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> = 0;
  /// Of the file that has this name now; errc::not_found if there is none.
  virtual auto inode(const std::string& path) -> result<std::uint64_t> {
    WEIR_TRY(const auto found, open(path, open_mode::read));
    return found->inode();
  }
  /// Names in a directory, sorted, without "." and ".."; errc::not_found if it is not there.
  virtual auto look(const std::string& path) -> result<file_facts> { return error{errc::failed, "nothing is known of " + path}; }
  virtual auto list(const std::string& directory) -> result<std::vector<std::string>> = 0;
  /// With all directories above it; those that are there are left alone. errc::rejected: as of open().
  virtual auto make_directories(const std::string& directory) -> result<void> = 0;
  /// Replaces `to` if it is there. Both in one file system.
  virtual auto rename(const std::string& from, const std::string& to) -> result<void> = 0;
  virtual auto remove(const std::string& path) -> result<void> = 0;
  /// An error if anything is in it.
  virtual auto remove_empty_directory(const std::string& directory) -> result<void> { return error{errc::failed, directory + " stays"}; }
  /// Makes, renames and removals in this directory survive a power cut.
  virtual auto sync_directory(const std::string& directory) -> result<void> = 0;
  /// errc::rejected if another process has it; the error has what that one wrote as `holder`.
  virtual auto lock(const std::string& path, std::string_view holder)
      -> result<std::unique_ptr<file_lock>> = 0;
};

/// The system's own. Thread-safe.
auto real_file_system() -> file_system&;
/// What the one that has this lock of the real file system wrote; empty if nobody has it. Changes nothing.
auto lock_holder(const std::string& path) -> result<std::string>;

} // namespace weir
