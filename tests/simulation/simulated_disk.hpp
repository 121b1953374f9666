/// A disk that loses what was not synced when its machine loses power, and the view a process has of it.
#pragma once

#include "runtime/os/file_system.hpp"
#include "tests/simulation/seeded.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weir::test {

/// What a disk does wrong now.
struct disk_faults {
  std::uint64_t write_fails_one_in = 0; ///< 0: never
  std::uint64_t sync_fails_one_in = 0;
  bool full = false;                  ///< no file can grow
  std::uint64_t dies_in_calls = 0;    ///< the process ends inside that call from now; 0: it does not
  bool failed_sync_is_hidden = false; ///< deliberate bugs, made by a system that lies
  bool sync_does_nothing = false;     ///< where `lies_about` is in the path
  std::string lies_about;
};

/// Survives its processes. One process uses it at a time.
class simulated_disk {
public:
  explicit simulated_disk(std::uint64_t seed) : random_(seed) {}

  struct inode {
    std::uint64_t number = 0;
    std::string path; ///< the first it had
    std::string seen; ///< as processes see it
    std::string kept; ///< as it is on the device
    struct change {
      std::uint64_t offset = 0;
      std::string bytes;
      bool is_size = false; ///< the file got the size `offset`
    };
    std::vector<change> unsynced;
  };
  using inode_ptr = std::shared_ptr<inode>;

  /// A fresh process's view; the former one is dead.
  auto mount() -> std::unique_ptr<file_system>;
  /// The process is no more: its handles do nothing.
  void unmount();
  /// What the device has is all there is now.
  void lose_power();
  /// It is another one, and empty.
  void lose_all();
  auto is_dead() const -> bool { return dead_; }
  /// Counts a call; true: the process ends in it, and maybe it still has its effect.
  auto dies() -> bool;
  /// Content of a file, empty if there is none.
  auto content(const std::string& path) const -> std::string;
  auto files() const -> std::vector<std::string>;

  disk_faults faults;
  std::function<void(const std::string&)> trace; ///< if set, hears of every change
  std::uint64_t calls = 0;

private:
  friend class disk_view;
  friend class disk_file;
  using names = std::map<std::string, inode_ptr>;
  struct renaming {
    std::string directory;
    std::string from; ///< empty: made as `to`
    std::string to;   ///< empty: removed
    inode_ptr what;
  };

  void tell(const std::string& path, const char* what, std::uint64_t from = 0, std::uint64_t size = 0) const {
    if (trace)
      trace(path + ": " + what + " " + std::to_string(from) + " " + std::to_string(size)
            + (dead_ ? " (dies)" : ""));
  }
  void write(inode& to, std::uint64_t offset, std::string bytes);
  void resize(inode& to, std::uint64_t size);
  void sync(inode& of);
  /// A random part of what was not synced gets to the device, the rest never will.
  void scatter(inode& of);
  static void apply(std::string& to, const inode::change& c);
  static void apply(names& to, const renaming& r);

  seeded random_;
  names names_;
  names kept_names_;
  std::set<std::string> directories_{"/"};
  std::vector<renaming> unsynced_names_;
  std::set<std::string> locks_;
  std::uint64_t last_inode_ = 0;
  std::uint64_t mounts_ = 0;
  bool dead_ = true;
};

} // namespace weir::test
