#include "runtime/tail/watcher.hpp"

#include "runtime/tail/glob.hpp"

#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir {
namespace {

constexpr std::uint32_t name_events = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t self_events = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;
constexpr std::uint32_t content_events = IN_MODIFY | IN_ATTRIB;
constexpr std::uint32_t file_events = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr std::uint32_t leave_events = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

/// Whether others can change files here without this kernel knowing.
auto is_remote(const std::string& path) -> bool {
  struct statfs found {};
  if (::statfs(path.c_str(), &found) != 0) return false;
  // Magic numbers of statfs(2): NFS, SMB, CIFS, SMB2, FUSE, 9p, Ceph, AFS, Coda.
  constexpr auto remote = std::array<std::uint32_t, 9>{
      0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245};
  return std::find(remote.begin(), remote.end(), static_cast<std::uint32_t>(found.f_type)) != remote.end();
}

} // namespace

watcher::watcher(bool enabled) {
  if (!enabled) return;
  events_ = owned_fd{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!events_.is_open()) give_up("inotify is not to be had: " + describe_errno(errno));
}

void watcher::give_up(std::string why) {
  // Closed, so that nobody goes on waiting for it: events that nobody drains would wake for ever.
  events_ = owned_fd{};
  if (complaint_.empty()) complaint_ = std::move(why);
}

void watcher::watch_directory(const std::string& path, bool holds_files) {
  if (!works()) return;
  if (const auto known = by_path_.find(path); known != by_path_.end())
    holds_files = holds_files || directories_[known->second].holds_files;
  else if (is_remote(path))
    return give_up("\"" + path + "\" is on a file system that others can change unnoticed");
  const auto mask = name_events | self_events | (holds_files ? content_events : 0U);
  const auto watch = ::inotify_add_watch(fd(), path.c_str(), mask);
  if (watch < 0) {
    if (errno == ENOSPC || errno == ENOMEM)
      give_up("the limit of inotify watches is reached at \"" + path + "\"");
    return;
  }
  auto& entry = directories_[watch];
  entry.holds_files = entry.holds_files || holds_files;
  if (std::find(entry.paths.begin(), entry.paths.end(), path) == entry.paths.end())
    entry.paths.push_back(path);
  by_path_.insert_or_assign(path, watch);
}

auto watcher::watch_file(const std::string& path) -> int {
  if (!works()) return -1;
  const auto watch = ::inotify_add_watch(fd(), path.c_str(), file_events);
  if (watch < 0 && errno == ENOSPC) give_up("the limit of inotify watches is reached at \"" + path + "\"");
  return watch;
}

void watcher::forget(int watch) {
  if (works() && watch >= 0) ::inotify_rm_watch(fd(), watch);
}

void watcher::drain(watch_listener& listener) {
  if (!works()) return;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto got = ::read(fd(), buffer.data(), buffer.size());
    if (got <= 0) return;
    for (auto at = std::size_t{0}; at < static_cast<std::size_t>(got);) {
      auto event = inotify_event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const auto* name = buffer.data() + at + sizeof event;
      report({event.wd, event.mask, event.cookie, {name, ::strnlen(name, event.len)}}, listener);
      at += sizeof event + event.len;
    }
    if (static_cast<std::size_t>(got) < buffer.size() / 2) return;
  }
}

void watcher::report(const change& c, watch_listener& listener) {
  if ((c.mask & IN_Q_OVERFLOW) != 0) return listener.everything_changed();
  if (directories_.contains(c.watch)) return report_directory(c, listener);
  if ((c.mask & IN_IGNORED) == 0) listener.file_changed(c.watch, (c.mask & leave_events) != 0);
}

void watcher::report_move(std::uint32_t mask, std::uint32_t cookie, const std::string& path,
                          watch_listener& listener) {
  if ((mask & IN_MOVED_FROM) != 0) {
    moved_cookie_ = cookie;
    moved_from_ = path;
  } else if ((mask & IN_MOVED_TO) != 0 && cookie == moved_cookie_) {
    listener.moved(moved_from_, path);
  }
}

void watcher::report_directory(const change& c, watch_listener& listener) {
  if ((c.mask & (IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF)) != 0) {
    // The path may lead elsewhere from now on: the next look finds out and watches anew.
    for (const auto& path : directories_[c.watch].paths) by_path_.erase(path);
    directories_.erase(c.watch);
    if ((c.mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(fd(), c.watch);
    return listener.everything_changed();
  }
  if ((c.mask & IN_ISDIR) != 0) return (c.mask & name_events) != 0 ? listener.everything_changed() : void();
  const auto& entry = directories_[c.watch];
  for (const auto& path : entry.paths) {
    report_move(c.mask, c.cookie, join_path(path, c.name), listener);
    if ((c.mask & IN_MODIFY) != 0)
      listener.content_changed(path, c.name);
    else if (entry.holds_files)
      listener.name_changed(path, c.name);
    else
      listener.everything_changed();
  }
}

} // namespace weir
