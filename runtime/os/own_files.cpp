#include "runtime/os/own_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

namespace weir {
namespace {

constexpr auto files_max = std::size_t{200'000};
/// Of files that an earlier process wrote.
constexpr auto any_device = UINT64_MAX;

auto number_at(int fd, const char* path, int flags) -> std::optional<file_number> {
  struct statx found {};
  if (::statx(fd, path, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &found) != 0) return std::nullopt;
  if (!S_ISREG(found.stx_mode)) return std::nullopt;
  const auto has_birth = (found.stx_mask & STATX_BTIME) != 0;
  const auto& birth = found.stx_btime;
  return file_number{makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino,
                     has_birth ? std::int64_t{birth.tv_sec} * 1'000'000'000 + birth.tv_nsec : 0};
}

} // namespace

auto number_of(int fd) -> std::optional<file_number> { return number_at(fd, "", AT_EMPTY_PATH); }

auto number_of(const std::string& path) -> std::optional<file_number> {
  return number_at(AT_FDCWD, path.c_str(), 0);
}

void own_files::add(int fd) { insert(number_of(fd)); }

void own_files::add(const std::string& path) { insert(number_of(path)); }

void own_files::remember(std::uint64_t inode, std::int64_t birth_ns, const std::string& path) {
  if (birth_ns != 0) return insert(file_number{any_device, inode, birth_ns});
  if (const auto now = number_of(path); now && now->inode == inode) insert(now);
}

void own_files::insert(const std::optional<file_number>& one) {
  if (!one) return;
  const auto locked = std::lock_guard{mutex_};
  if (!all_.insert(*one).second) return;
  in_order_.push_back(*one);
  if (in_order_.size() <= files_max) return;
  all_.erase(in_order_.front());
  in_order_.pop_front();
}

auto own_files::contains(std::uint64_t device, std::uint64_t inode, std::int64_t birth_ns) const -> bool {
  const auto locked = std::lock_guard{mutex_};
  return all_.contains({device, inode, birth_ns})
         || (birth_ns != 0 && all_.contains({any_device, inode, birth_ns}));
}

void own_files::claim(std::string_view path_template) {
  auto problem = std::error_code{};
  auto path = std::filesystem::absolute(path_template, problem).lexically_normal().string();
  if (path.find_first_of("{%") == std::string::npos) add(path);
  const auto locked = std::lock_guard{mutex_};
  if (std::find(claimed_.begin(), claimed_.end(), path) == claimed_.end()) claimed_.push_back(std::move(path));
}

auto own_files::claimed() const -> std::vector<std::string> {
  const auto locked = std::lock_guard{mutex_};
  return claimed_;
}

auto own_files_here() -> own_files& {
  static auto files = own_files{};
  return files;
}

} // namespace weir
