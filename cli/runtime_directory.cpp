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

/// After `sudo` or `su` the environment may still name the directory of whoever called it.
auto is_own(const std::string& path) -> bool {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid()
         && ::access(path.c_str(), W_OK) == 0;
}

/// Without slashes at the end, behind which a link would be followed.
auto without_slashes(std::string path) -> std::string {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// In the order of preference.
auto candidates() -> std::vector<std::string> {
  if (auto given = variable("WEIR_RUNTIME_DIR"); !given.empty()) return {without_slashes(std::move(given))};
  auto found = std::vector<std::string>{};
  if (const auto own = variable("XDG_RUNTIME_DIR"); !own.empty() && is_own(own)) found.push_back(own + "/weir");
  if (::access("/run/weir", W_OK) == 0) found.emplace_back("/run/weir");
  found.push_back("/tmp/weir-" + std::to_string(::geteuid()));
  return found;
}

/// Everybody may make a directory in /tmp: one of another user's, or a link to elsewhere, is not ours. Root
/// trusts others no more than anybody else does.
auto check_owner(const std::string& path) -> result<void> {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return error_from_errno("cannot look at " + path, errno);
  if (!S_ISDIR(status.st_mode)) return error{errc::failed, path + " is no directory, but a file or a link"};
  if (status.st_uid != ::geteuid())
    return error{errc::failed, path + " belongs to another user; it wants to be of who runs weir"};
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

auto unusable_directories() -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  for (const auto& directory : candidates()) {
    const auto checked = check_owner(directory);
    if (!checked && ::access(directory.c_str(), F_OK) == 0) found.push_back(checked.failure().what);
  }
  return found;
}

auto running_nodes() -> std::vector<running_node> {
  auto found = std::vector<running_node>{};
  for (const auto& directory : candidates())
    if (check_owner(directory)) add_nodes(directory, found);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

} // namespace weir::cli
