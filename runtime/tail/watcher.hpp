/// Tells which files changed: inotify on directories, and on single files that no directory reports.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/owned_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

/// What happened. Events are hints: whoever gets one looks at the file itself.
class watch_listener {
public:
  virtual ~watch_listener() = default;
  /// Bytes of `name` in `directory` changed.
  virtual void content_changed(const std::string& directory, std::string_view name) = 0;
  /// `name` appeared in, disappeared from or was replaced in `directory`.
  virtual void name_changed(const std::string& directory, std::string_view name) = 0;
  /// The file at path `from` is at path `to` now; both lie in watched directories.
  virtual void moved(const std::string& from, const std::string& to) = 0;
  /// Something happened to the file watched on its own as `watch`.
  /// `may_have_left`: a name of it may be gone.
  virtual void file_changed(int watch, bool may_have_left) = 0;
  /// Directories changed, or events were lost: look at everything.
  virtual void everything_changed() = 0;
};

class watcher {
public:
  explicit watcher(bool enabled);

  /// False where inotify is missing, was refused or cannot see changes: then everything must be polled.
  auto works() const -> bool { return events_.is_open(); }
  auto fd() const -> int { return events_.fd(); }
  /// Why it does not work; empty if it does.
  auto complaint() const -> const std::string& { return complaint_; }

  /// Idempotent. `holds_files`: report changes of content, too.
  void watch_directory(const std::string& path, bool holds_files);
  /// Returns the watch, -1 if there is none.
  auto watch_file(const std::string& path) -> int;
  auto watch_file(int fd) -> int { return watch_file("/proc/self/fd/" + std::to_string(fd)); }
  void forget(int watch);
  /// Reports everything that is queued. Never blocks.
  void drain(watch_listener& listener);
  auto directories() const -> std::size_t { return directories_.size(); }

private:
  struct directory {
    std::vector<std::string> paths; ///< several if links lead to it
    bool holds_files = false;
  };
  void give_up(std::string why);
  void report_move(std::uint32_t mask, std::uint32_t cookie, const std::string& path,
                   watch_listener& listener);
  /// One event of inotify(7), with the cookie that joins the two halves of a move.
  struct change {
    int watch = -1;
    std::uint32_t mask = 0;
    std::uint32_t cookie = 0;
    std::string_view name;
  };
  void report(const change& c, watch_listener& listener);
  void report_directory(const change& c, watch_listener& listener);

  owned_fd events_; ///< of inotify(7)
  std::uint32_t moved_cookie_ = 0; ///< of the last first half of a move
  std::string moved_from_;
  std::string complaint_;
  std::unordered_map<int, directory> directories_;
  std::unordered_map<std::string, int> by_path_;
};

} // namespace weir
