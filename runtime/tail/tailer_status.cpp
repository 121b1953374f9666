#include "runtime/tail/tailer.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto looks_max = std::size_t{1000};
constexpr auto problems_max = std::size_t{20};

auto unread_bytes(const tailed_file& file) -> std::uint64_t {
  auto unread = file.size_told > file.offset ? file.size_told - file.offset : 0;
  for (const auto& known : file.skips)
    unread -= std::min(unread, std::min(known.end, file.size_told) - std::min(known.begin, file.size_told));
  return unread;
}

} // namespace

auto tailer::figures(std::size_t shown_max) const -> tail_figures {
  // Of files that do not wait for their turn the size is known.
  for (auto i = std::size_t{0}; i < std::min(queue_.size(), looks_max); ++i) {
    auto& file = *queue_[i];
    auto status = file_stat{};
    const auto problem = file.fd >= 0 ? stat_descriptor(file.fd, status) : stat_path(file.path(), status);
    if (problem == 0 && status.key == file.key) file.size_told = status.size;
  }
  struct ranked {
    const tailed_file* file;
    std::uint64_t unread;
  };
  auto all = std::vector<ranked>{};
  all.reserve(files_.size());
  auto list = tail_figures{};
  for (const auto& [key, file] : files_.all()) {
    if (file->is_left_out) continue;
    all.push_back({file.get(), unread_bytes(*file)});
    list.unread_bytes += all.back().unread;
  }
  list.count = all.size();
  const auto shown = std::min(all.size(), shown_max);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const ranked& a, const ranked& b) {
                      if (a.file->is_unreadable() != b.file->is_unreadable()) return a.file->is_unreadable();
                      return a.unread != b.unread ? a.unread > b.unread : a.file->path() < b.file->path();
                    });
  for (const auto& [file, unread] : std::span{all}.first(shown))
    list.shown.push_back({file->is_linked() ? file->path() : file->last_path, file->offset, file->size_told,
                          unread, file->read_ns, file->is_unreadable() ? describe_errno(file->problem) : ""});
  return list;
}

auto tailer::problems() const -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  const auto add = [&](const std::string& path, std::string_view what) {
    if (found.size() < problems_max) found.push_back("\"" + path + "\": " + std::string{what});
  };
  for (const auto& [path, problem] : barred_) add(path, describe_errno(problem));
  for (const auto& [key, file] : files_.all())
    if (file->is_unreadable()) add(file->path(), describe_errno(file->problem));
  for (std::size_t i = 0; i < matched_.size(); ++i)
    if (!matched_[i]) add(options_.paths[i], "no file matches");
  return found;
}

auto tailer::open_files() const -> std::size_t { return files_.open_count() + unlinked_.size(); }

auto tailer::summary() const -> std::string {
  auto text = std::to_string(files_.size()) + " files";
  if (!unlinked_.empty()) text += ", " + std::to_string(unlinked_.size()) + " rotated";
  if (deleted_files_ > 0) text += ", " + std::to_string(deleted_files_) + " read and deleted";
  if (long_lines_ > 0) text += ", " + std::to_string(long_lines_) + " long lines split";
  if (hole_bytes_ > 0) text += ", " + to_text(byte_count{hole_bytes_}) + " of holes skipped";
  if (lost_bytes_ > 0) text += ", " + to_text(byte_count{lost_bytes_}) + " lost when they were cut off";
  return text;
}

} // namespace weir
