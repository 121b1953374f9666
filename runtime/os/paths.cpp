#include "runtime/os/paths.hpp"

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

} // namespace weir
