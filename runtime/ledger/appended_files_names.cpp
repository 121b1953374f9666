#include "runtime/ledger/appended_files.hpp"
#include "runtime/ledger/file_recovery.hpp"
#include "runtime/os/paths.hpp"

#include <ctime>

namespace weir {
namespace {

constexpr auto quiet_before_finish = std::chrono::seconds{10};

auto is_unfinished(const file_mark& mark) -> bool { return mark.path.ends_with(unfinished_suffix); }

/// "20261122T150405Z"
auto time_stamp(std::int64_t time_ns) -> std::string {
  const auto second = static_cast<std::time_t>(time_ns / 1'000'000'000);
  auto parts = std::tm{};
  gmtime_r(&second, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

/// What programs want at the end of a name.
auto extension_of(const std::string& path) -> std::string {
  for (const auto* end : {".gz", ".zst"})
    if (path.ends_with(end)) return end;
  return {};
}

} // namespace

auto appended_files::is_old(const file_mark& mark) const -> bool {
  return options_.rotate_age.count() > 0 && time_.wall_ns() - mark.begun_ns >= options_.rotate_age.count();
}

/// A name that no file has: the path, or the path and the time.
auto appended_files::free_name(const std::string& path, bool with_time) -> std::string {
  if (!with_time && !files_.inode(path)) return path;
  const auto extension = extension_of(path);
  const auto stem = path.substr(0, path.size() - extension.size()) + '.' + time_stamp(time_.wall_ns());
  auto name = stem + extension;
  for (auto number = 1; files_.inode(name); ++number) name = stem + '-' + std::to_string(number) + extension;
  return name;
}

/// Between batches as far as this file goes. A crash after the rename finds the file by its inode. Once it has
/// its name nothing more goes into it, whatever fails then: the ledger may have forgotten where it ended.
auto appended_files::finish_file(const file_mark& mark, bool with_time) -> result<void> {
  auto path = mark.path;
  if (is_unfinished(mark)) path.resize(path.size() - unfinished_suffix.size());
  const auto inode = files_.inode(mark.path);
  if (inode && *inode == mark.inode) {
    WEIR_CHECK(files_.rename(mark.path, free_name(path, with_time)));
    const auto synced = options_.is_durable ? files_.sync_directory(directory_of(path)) : result<void>{};
    if (!synced) findings_.push_back(synced.failure().what);
  }
  if (const auto done = ledger_->forget(mark.path); !done) findings_.push_back(done.failure().what);
  return {};
}

/// Those that are too old, and those whose period is over.
void appended_files::finish_files() {
  finished_at_ = now_;
  if (ledger_ == nullptr || (options_.rotate_age.count() == 0 && !options_.renames_finished)) return;
  auto old = std::vector<file_mark>{};
  auto over = std::vector<file_mark>{};
  for (const auto& [name, mark] : ledger_->files()) {
    if (mark.length == 0) continue;
    auto path = name;
    if (is_unfinished(mark)) path.resize(path.size() - unfinished_suffix.size());
    const auto open = by_path_.find(path);
    const auto is_quiet = open == by_path_.end() || now_ - open->second->touched >= quiet_before_finish;
    if (is_unfinished(mark) && mark.period_end_ns < newest_period_ns_ && is_quiet)
      over.push_back(mark);
    else if (is_old(mark))
      old.push_back(mark);
    else
      continue;
    drop(path);
  }
  for (const auto* group : {&over, &old})
    for (const auto& mark : *group)
      if (const auto done = finish_file(mark, group == &old); !done) findings_.push_back(done.failure().what);
}

auto appended_files::finish() -> result<void> {
  close_all();
  if (ledger_ == nullptr || !options_.renames_finished) return {};
  auto unfinished = std::vector<file_mark>{};
  for (const auto& [path, mark] : ledger_->files())
    if (is_unfinished(mark) && mark.length > 0) unfinished.push_back(mark);
  for (const auto& mark : unfinished) WEIR_CHECK(finish_file(mark, false));
  return {};
}

} // namespace weir
