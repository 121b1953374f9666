#include "cli/runtime_directory.hpp"

#include "cli/control_socket.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace weir::cli {
namespace {

constexpr auto suffix = std::string_view{".sock"};

auto variable(const char* name) -> std::string {
  const auto* text = std::getenv(name);
  return text != nullptr ? text : "";
}

/// In the order of preference.
auto candidates() -> std::vector<std::string> {
  if (auto given = variable("WEIR_RUNTIME_DIR"); !given.empty()) return {std::move(given)};
  auto found = std::vector<std::string>{};
  if (const auto own = variable("XDG_RUNTIME_DIR"); !own.empty() && ::access(own.c_str(), W_OK) == 0)
    found.push_back(own + "/weir");
  if (::access("/run/weir", W_OK) == 0) found.emplace_back("/run/weir");
  found.push_back("/tmp/weir-" + std::to_string(::getuid()));
  return found;
}

/// Everybody may make a directory in /tmp: one of another user's, or a link to elsewhere, is not ours.
auto check_owner(const std::string& path) -> result<void> {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return error_from_errno("cannot look at " + path, errno);
  if (!S_ISDIR(status.st_mode)) return error{errc::failed, path + " is no directory"};
  if (status.st_uid != ::getuid() && ::getuid() != 0)
    return error{errc::failed, path + " belongs to another user"};
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return error{errc::failed, "others may write to " + path + "; wants mode 0700"};
  return {};
}

void add_nodes(const std::string& directory, std::vector<running_node>& found) {
  auto failed = std::error_code{};
  for (auto at = std::filesystem::directory_iterator{directory, failed};
       !failed && at != std::filesystem::directory_iterator{}; at.increment(failed)) {
    const auto file = at->path().filename().string();
    if (!file.ends_with(suffix) || !is_served(at->path().string())) continue;
    found.push_back({file.substr(0, file.size() - suffix.size()), at->path().string()});
  }
}

} // namespace

auto make_runtime_directory() -> result<std::string> {
  const auto path = candidates().front();
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return error_from_errno("cannot make " + path, errno);
  WEIR_CHECK(check_owner(path));
  return path;
}

auto socket_path(const std::string& directory, std::string_view cluster, std::string_view node)
    -> result<std::string> {
  auto path = directory + '/' + std::string{cluster} + '.' + std::string{node} + std::string{suffix};
  if (path.size() < sizeof(sockaddr_un::sun_path)) return path;
  return error{errc::limit, path + " is too long for a socket"};
}

auto running_nodes() -> std::vector<running_node> {
  auto found = std::vector<running_node>{};
  for (const auto& directory : candidates())
    if (check_owner(directory)) add_nodes(directory, found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

} // namespace weir::cli
