#include "runtime/os/paths.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace weir {

auto directory_of(const std::string& path) -> std::string {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

auto name_of(const std::string& path) -> std::string {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

auto make_directories(file_system& files, const std::string& directory, bool durable) -> result<void> {
  auto missing = std::vector<std::string>{};
  for (auto at = directory; durable; at = directory_of(at)) {
    const auto listed = files.list(at);
    if (listed || listed.failure().code != errc::not_found || at == directory_of(at)) break;
    missing.push_back(at);
  }
  WEIR_CHECK(files.make_directories(directory));
  for (const auto& made : missing) WEIR_CHECK(files.sync_directory(directory_of(made)));
  return {};
}

auto check_writable(const std::string& path) -> result<void> {
  struct stat found {};
  auto at = path;
  // What is missing would be made in the nearest directory above it that is there.
  while (::stat(at.c_str(), &found) != 0) {
    if (errno != ENOENT) return error_from_errno("cannot write " + path, errno);
    if (at == directory_of(at)) break;
    at = directory_of(at);
  }
  const auto is_right = at == path ? S_ISREG(found.st_mode) : S_ISDIR(found.st_mode);
  if (!is_right)
    return error{errc::failed, "cannot write " + path + ": " + at
                                   + (at == path ? " is no regular file" : " is no directory")};
  if (::access(at.c_str(), at == path ? W_OK : W_OK | X_OK) == 0) return {};
  const auto number = errno;
  return error_from_errno("cannot write " + path + (at == path ? "" : ": in " + at), number);
}

} // namespace weir
