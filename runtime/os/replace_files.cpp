#include "runtime/os/replace_files.hpp"

#include "runtime/os/owned_fd.hpp"
#include "runtime/os/paths.hpp"
#include "runtime/os/random.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

auto cannot_write(const std::string& path) -> error {
  const auto number = errno;
  return error_from_errno("cannot write " + path, number);
}

/// Removes what is left of them.
struct files_beside {
  std::vector<std::string> paths;
  files_beside() = default;
  files_beside(const files_beside&) = delete;
  auto operator=(const files_beside&) -> files_beside& = delete;
  ~files_beside() {
    for (const auto& path : paths)
      if (!path.empty()) ::unlink(path.c_str());
  }
};

auto write_all(int fd, std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// For nobody else to read until it has its mode.
auto write_beside(const new_file& wanted, files_beside& beside) -> result<void> {
  auto path = directory_of(wanted.path) + "/." + name_of(wanted.path) + "." + std::to_string(random_id());
  const auto made = owned_fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!made.is_open()) return cannot_write(wanted.path);
  beside.paths.push_back(std::move(path));
  if (!write_all(made.fd(), wanted.content) || ::fchmod(made.fd(), wanted.mode) != 0 || ::fsync(made.fd()) != 0)
    return cannot_write(wanted.path);
  return {};
}

} // namespace

auto replace_files(const std::vector<new_file>& files) -> result<void> {
  auto beside = files_beside{};
  for (const auto& wanted : files) WEIR_CHECK(write_beside(wanted, beside));
  for (auto i = std::size_t{0}; i < files.size(); ++i) {
    if (::rename(beside.paths[i].c_str(), files[i].path.c_str()) != 0) return cannot_write(files[i].path);
    beside.paths[i].clear();
  }
  for (const auto& written : files) WEIR_CHECK(real_file_system().sync_directory(directory_of(written.path)));
  return {};
}

} // namespace weir
