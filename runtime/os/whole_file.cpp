#include "runtime/os/whole_file.hpp"

#include "runtime/os/replace_files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weir {

auto read_whole(const std::string& path) -> result<std::string> {
  auto file = std::ifstream{path, std::ios::binary};
  if (!file) return error_from_errno("cannot read " + path, errno);
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

auto replace_whole(const std::string& path, std::string_view content) -> result<void> {
  char resolved[PATH_MAX];
  const auto to = ::realpath(path.c_str(), resolved) == nullptr ? path : std::string{resolved};
  struct stat old {};
  const auto mode = ::stat(to.c_str(), &old) == 0 ? old.st_mode & 07777 : 0644U;
  return replace_files({{to, std::string{content}, mode}});
}

} // namespace weir
