#include "runtime/os/whole_file.hpp"

#include "runtime/os/owned_fd.hpp"
#include "runtime/os/paths.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weir {
namespace {

auto write_all(int fd, std::string_view content) -> bool {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Where links lead; the path itself if nothing is there yet.
auto real_path(const std::string& path) -> std::string {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) == nullptr ? path : std::string{resolved};
}

/// Made beside what it is to replace.
auto write_beside(const std::string& path, std::string_view content, const std::string& to) -> result<void> {
  const auto made = owned_fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!made.is_open()) return error_from_errno("cannot make " + path, errno);
  struct stat old {};
  const auto is_there = ::stat(to.c_str(), &old) == 0;
  if (is_there && ::fchown(made.fd(), old.st_uid, old.st_gid) != 0 && errno != EPERM)
    return error_from_errno("cannot give " + path + " its owner", errno);
  if (::fchmod(made.fd(), is_there ? old.st_mode & 07777 : 0644) != 0) return error_from_errno("cannot give " + path + " its mode", errno);
  if (!write_all(made.fd(), content) || ::fsync(made.fd()) != 0) return error_from_errno("cannot write " + path, errno);
  return {};
}

} // namespace

auto read_whole(const std::string& path) -> result<std::string> {
  auto file = std::ifstream{path, std::ios::binary};
  if (!file) return error_from_errno("cannot read " + path, errno);
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

auto replace_whole(const std::string& path, std::string_view content) -> result<void> {
  const auto to = real_path(path);
  const auto beside = to + ".new";
  if (auto written = write_beside(beside, content, to); !written) {
    ::unlink(beside.c_str());
    return written;
  }
  if (std::rename(beside.c_str(), to.c_str()) != 0) return error_from_errno("cannot replace " + to, errno);
  const auto directory = owned_fd{::open(directory_of(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory.is_open() || ::fsync(directory.fd()) != 0) return error_from_errno("cannot sync the directory of " + to, errno);
  return {};
}

} // namespace weir
