#include "tests/chaos/disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

namespace weir::chaos {

namespace {

auto write_text(const std::string& path, const std::string& text) -> bool {
  auto out = std::ofstream{path};
  out << text;
  return static_cast<bool>(out.flush());
}

/// user_namespaces(7): root inside is this user outside.
auto become_root_inside() -> bool {
  const auto user = ::getuid();
  const auto group = ::getgid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return write_text("/proc/self/setgroups", "deny")
         && write_text("/proc/self/uid_map", "0 " + std::to_string(user) + " 1")
         && write_text("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
}

constexpr auto ballast = "/ballast";

} // namespace

auto may_mount() -> bool {
  if (::unshare(CLONE_NEWNS) != 0 && !become_root_inside()) return false;
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

auto scarce_disk::mount(const std::string& folder, std::uint64_t bytes) -> result<scarce_disk> {
  const auto options = "size=" + std::to_string(bytes);
  if (::mount("weir-chaos", folder.c_str(), "tmpfs", 0, options.c_str()) != 0)
    return error_from_errno("cannot mount a tmpfs at " + folder, errno);
  auto mounted = scarce_disk{};
  mounted.folder_ = folder;
  return mounted;
}

scarce_disk::scarce_disk(scarce_disk&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}

auto scarce_disk::operator=(scarce_disk&& other) noexcept -> scarce_disk& {
  std::swap(folder_, other.folder_);
  return *this;
}

scarce_disk::~scarce_disk() {
  if (is_mounted()) ::umount2(folder_.c_str(), MNT_DETACH);
}

void scarce_disk::fill() {
  if (!is_mounted()) return;
  const auto file = ::open((folder_ + ballast).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  struct statvfs room {};
  // What is freed meanwhile is taken, too.
  for (auto tries = 0; tries < 10 && ::fstatvfs(file, &room) == 0 && room.f_bavail > 0; ++tries) {
    const auto end = ::lseek(file, 0, SEEK_END);
    if (::posix_fallocate(file, end, static_cast<off_t>(room.f_bavail * room.f_bsize)) != 0) break;
  }
  ::close(file);
}

void scarce_disk::empty() {
  if (is_mounted()) ::unlink((folder_ + ballast).c_str());
}

} // namespace weir::chaos
