#include "runtime/tail/tailer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto renamed_max = std::size_t{4096};
constexpr auto barred_max = std::size_t{1000};
/// A shorter head is not enough to tell a copy from another file.
constexpr auto copied_head_min = 32U;
/// A file that is not to be found for one to two of these is gone for good.
constexpr auto sweep_interval = std::chrono::minutes{10};

void follow(tailed_file& file, tailed_file& before) {
  if (before.successor != nullptr) before.successor->predecessor = nullptr;
  if (file.predecessor != nullptr) file.predecessor->successor = nullptr;
  before.successor = &file;
  file.predecessor = &before;
}

} // namespace

void tailer::enter(const std::string& directory, bool holds_files) {
  if (!options_.once) watcher_.watch_directory(directory, holds_files);
  if (holds_files) directories_.push_back(directory);
}

void tailer::unlisted(const std::string& directory, int problem) {
  bar(directory, problem);
  if (problem == EMFILE || problem == ENFILE) scan_wanted_ = files_.make_room() || scan_wanted_;
}

void tailer::bar(const std::string& path, int problem) {
  complaints_.add_once(path, describe_errno(problem));
  if (barred_.size() < barred_max) barred_.insert_or_assign(path, problem);
}

/// Remembers that some pattern leads to a file.
void tailer::note_match(const std::string& path) {
  const auto which = pattern_ ? pattern_ : patterns_.find(path);
  if (which && *which < matched_.size()) matched_[*which] = true;
}

void tailer::content_changed(const std::string& directory, std::string_view name) {
  path_.assign(directory);
  if (!path_.ends_with('/')) path_ += '/';
  path_ += name;
  if (auto* file = files_.by_path(path_))
    enqueue(*file);
  else if (renamed_.contains(path_))
    look_at_renamed(path_);
}

/// Between two looks a file may come, be written and be rotated away: its names tell that it was ours.
void tailer::moved(const std::string& from, const std::string& to) {
  const auto was_ours = renamed_.erase(from) > 0 || (patterns_.matches(from) && !excluded_.matches(from));
  if (!was_ours || patterns_.matches(to)) return;
  if (renamed_.size() >= renamed_max) renamed_.clear();
  renamed_.insert(to);
  auto status = file_stat{};
  if (stat_path(to, status) != 0 || !status.is_regular() || files_.by_key(status.key) != nullptr) return;
  if (files_.remembers_inode(status.key.inode)) return adopt_rotated(to, status);
  adopt_unseen(from, to, status);
}

/// Somebody still writes to a rotated file that had been read to its end and let go.
void tailer::look_at_renamed(const std::string& path) {
  auto status = file_stat{};
  if (stat_path(path, status) != 0 || files_.by_key(status.key) != nullptr) return;
  if (files_.remembers_inode(status.key.inode)) adopt_rotated(path, status);
}

void tailer::name_changed(const std::string& directory, std::string_view name) {
  auto path = join_path(directory, name);
  if (files_.by_path(path) != nullptr || patterns_.matches(path)) found(path);
}

void tailer::file_changed(int watch, bool may_have_left) {
  auto* file = files_.by_watch(watch);
  if (file == nullptr) return;
  // The end of a link may lie in a directory that nobody watches: its successor has to be looked for.
  if (may_have_left && file->is_linked()) scan_wanted_ = true;
  enqueue(*file);
}

void tailer::scan() {
  scan_wanted_ = false;
  unlinked_wanted_ = !unlinked_.empty();
  scanned_at_ = clock_.monotonic();
  directories_.clear();
  barred_.clear();
  matched_.assign(options_.paths.size(), false);
  files_.begin_scan();
  patterns_.walk(*this);
  pattern_.reset();
  for (const auto& path : files_.unconfirmed()) found(path);
  for (const auto& path : files_.unconfirmed()) lose_path(path);
  if (scanned_at_ - swept_at_ >= sweep_interval) forget_gone();
}

/// Files that were let go and deleted afterwards: nobody has to remember how far they were read.
void tailer::forget_gone() {
  swept_at_ = clock_.monotonic();
  for (auto& over : files_.forget_gone()) notes_.push_back({std::move(over.stream), over.end, end_of_stream});
}

void tailer::found(const std::string& path) {
  auto* known = files_.by_path(path);
  if (known == nullptr && excluded_.matches(path)) return;
  auto status = file_stat{};
  if (const auto problem = stat_path(path, status); problem != 0) {
    if (known != nullptr) lose_path(path);
    if (problem != ENOENT && problem != ENOTDIR) bar(path, problem);
    return;
  }
  if (known != nullptr && known->key == status.key) {
    files_.confirm(path);
    note_match(path);
    watch_alone(*known, path, status);
    const auto changed = known->size_seen != status.size || known->mtime_seen_ns != status.mtime_ns;
    known->size_told = status.size;
    if (changed || known->is_unreadable()) enqueue(*known);
    return;
  }
  if (known != nullptr) lose_path(path);
  if (!status.is_regular()) return complaints_.add_once(path, "not a regular file; skipped");
  note_match(path);
  if (auto* file = files_.by_key(status.key))
    relink(*file, path);
  else
    add_file(path, status);
}

void tailer::relink(tailed_file& file, const std::string& path) {
  if (!file.is_linked()) std::erase(unlinked_, &file);
  files_.link(file, path);
  file.looks_at_end = 0;
  file.take_rest = false;
  auto status = file_stat{};
  if (stat_path(path, status) == 0) watch_alone(file, path, status);
  enqueue(file);
}

void tailer::add_file(const std::string& path, const file_stat& status) {
  auto& file = files_.add(status.key);
  file.first_path = path;
  file.mtime_seen_ns = status.mtime_ns;
  file.size_told = status.size;
  files_.link(file, path);
  if (options_.once) file.limit = status.size;
  // Opened at once: what is renamed or removed before its turn must not be lost.
  if (open_file(file)) place_file(file, status);
  if (!file.is_linked()) return;
  watch_alone(file, path, status);
  follow_predecessor(file, path);
  enqueue(file);
}

/// Decides where reading begins, as soon as the file can be opened.
void tailer::place_file(tailed_file& file, const file_stat& status) {
  if (file.is_placed) return;
  errno = 0;
  const auto is_unreadable = status.size > 0 && read_head(file.fd, 1).empty();
  file.problem = !is_unreadable ? 0 : errno != 0 ? errno : EIO;
  if (is_unreadable) return complaints_.add_once(file.path(), describe_errno(file.problem));
  file.is_placed = true;
  auto known = files_.recall(file.key);
  if (!known.empty()) {
    auto& newest = known.back();
    file.generation = newest.identity.generation;
    file.first_path = newest.identity.path;
    if (newest.is_of(file.fd, status.size))
      go_on(file, newest);
    else
      ++file.generation;
  }
  file.replaced = files_.forget_replaced(file.key, file.generation);
  for (auto& content : known)
    if (starting_ && content.identity.generation < file.generation) find_copy(file, content);
  if (!file.stream.empty()) end_replaced(file);
  if (known.empty() && starting_ && is_first_start_ && options_.from_end && status.size > 0)
    place_at_end(file, status);
  file.tag = tag_of(file.first_path);
}

void tailer::go_on(tailed_file& file, file_table::recollection& known) {
  file.offset = known.offset;
  file.start = known.identity.start;
  file.skips = std::move(known.skips);
  file.head = known.identity.head;
  file.named_length = file.head.length;
  file.witnesses = std::move(known.witnesses);
  files_.set_stream(file, std::move(known.stream));
}

/// What was written to a file before it was copied and cut off, while we were away, is in the copy.
void tailer::find_copy(tailed_file& file, file_table::recollection& content) {
  const auto& path = content.identity.path;
  const auto directory = directory_of(path);
  const auto name = path.substr(path.rfind('/') + 1);
  if (content.identity.head.length < copied_head_min) return;
  for (const auto& entry : list_directory(directory)) {
    if (!entry.name.starts_with(name) || entry.name == name || entry.is_directory) continue;
    const auto other = join_path(directory, entry.name);
    auto status = file_stat{};
    if (stat_path(other, status) != 0 || !status.is_regular() || status.key == file.key) continue;
    if (adopt_copy(other, status, content)) {
      std::erase_if(file.replaced, [&](const position_range& r) {
        const auto* copy = files_.by_key(status.key);
        return r.stream == copy->stream
               || std::find(copy->witnesses.begin(), copy->witnesses.end(), r.stream)
                      != copy->witnesses.end();
      });
      return;
    }
  }
}

auto tailer::adopt_copy(const std::string& path, const file_stat& status, file_table::recollection& content)
    -> bool {
  auto* known = files_.by_key(status.key);
  const auto matches = patterns_.matches(path) && !excluded_.matches(path);
  const auto is_read_on = status.size > content.offset;
  if (known != nullptr && !known->stream.empty()) return false;
  if (!files_.recall(status.key).empty()) return false;
  auto& copy = known != nullptr ? *known : files_.add(status.key);
  if (copy.fd < 0)
    if (const auto fd = open_path(copy, path); fd >= 0) files_.opened(copy, fd);
  const auto is_found = copy.fd >= 0 && content.is_of(copy.fd, status.size);
  if (is_found) known_paths_.note_copy(content.identity.path, status.key.birth_ns);
  const auto is_copy = is_found && (matches || is_read_on);
  if (is_copy) {
    copy.is_placed = copy.is_copy = true;
    copy.first_path = content.identity.path;
    copy.tag = tag_of(copy.first_path);
    go_on(copy, content);
  }
  if (known == nullptr) is_copy ? follow_unlinked(copy, status) : files_.remove(copy, false);
  return is_copy;
}

void tailer::place_at_end(tailed_file& file, const file_stat& status) {
  file.offset = status.size;
  if (!options_.once) {
    // A line that is being written is read whole: go back to where it begins.
    auto last = std::string(std::min<std::size_t>(status.size, options_.line_bytes_max), '\0');
    const auto got =
        ::pread(file.fd, last.data(), last.size(), static_cast<off_t>(status.size - last.size()));
    if (got == static_cast<ssize_t>(last.size())) {
      const auto end_of_line = last.rfind('\n');
      if (end_of_line != std::string::npos)
        file.offset -= last.size() - end_of_line - 1;
      else if (last.size() == status.size)
        file.offset = 0;
    }
  }
  file.start = file.offset;
  file.head = print_of(read_head(file.fd, head_bytes_max));
  name_stream(file);
  notes_.push_back({file.stream, file.offset, file.offset});
}

/// Directories report their files by the name that was used for writing. Where that may be another name,
/// the inode itself is watched.
void tailer::watch_alone(tailed_file& file, const std::string& path, const file_stat& status) {
  if (options_.once || file.watch >= 0 || !watcher_.works()) return;
  if (status.links > 1 || is_symlink(path)) files_.set_watch(file, watcher_.watch_file(path));
}

void tailer::lose_path(const std::string& path) {
  auto* file = files_.by_path(path);
  if (file == nullptr || !files_.unlink(path)) return;
  unlinked_.push_back(file);
  unlinked_wanted_ = true;
  file->looks_at_end = 0;
  if (file->fd < 0) open_elsewhere(*file);
  if (file->fd < 0) return;
  if (file->watch < 0 && !options_.once) files_.set_watch(*file, watcher_.watch_file(file->fd));
  enqueue(*file);
}

/// A file whose descriptor was closed while it was idle has probably only got another name beside.
void tailer::open_elsewhere(tailed_file& file) {
  const auto directory = directory_of(file.last_path);
  for (const auto& entry : list_directory(directory)) {
    if (entry.inode != file.key.inode) continue;
    const auto fd = open_path(file, join_path(directory, entry.name));
    if (fd < 0) continue;
    files_.opened(file, fd);
    return;
  }
  if (file.size_seen > file.offset || file.is_unreadable())
    complaints_.add_once(file.last_path, "gone before it was read to its end");
}

void tailer::follow_predecessor(tailed_file& file, const std::string& path) {
  for (auto at = unlinked_.rbegin(); at != unlinked_.rend(); ++at) {
    if ((*at)->last_path != path || *at == &file) continue;
    follow(file, **at);
    unlinked_wanted_ = true;
    return;
  }
}

void tailer::find_rotated_while_away() {
  std::sort(directories_.begin(), directories_.end());
  directories_.erase(std::unique(directories_.begin(), directories_.end()), directories_.end());
  for (const auto& directory : directories_) {
    for (const auto& entry : list_directory(directory)) {
      if (!files_.remembers_inode(entry.inode)) continue;
      const auto path = join_path(directory, entry.name);
      auto status = file_stat{};
      if (stat_path(path, status) != 0 || !status.is_regular() || files_.by_key(status.key) != nullptr)
        continue;
      adopt_rotated(path, status);
    }
  }
}

/// A file may have come and been rotated away before anything of it was safe. Its name tells whose it was,
/// its time of birth that it is none of those that were read, its head that it is no copy of one.
void tailer::find_unseen() {
  for (const auto& directory : directories_) {
    for (const auto& entry : list_directory(directory)) {
      const auto path = join_path(directory, entry.name);
      if (entry.is_directory || entry.is_link || patterns_.matches(path) || excluded_.matches(path)) continue;
      auto status = file_stat{};
      for (auto end = entry.name.find_last_of(".-_"); end != std::string::npos && end > 0;
           end = entry.name.find_last_of(".-_", end - 1)) {
        const auto first_path = join_path(directory, entry.name.substr(0, end));
        if (!known_paths_.knows(first_path)) continue;
        const auto* now = files_.by_path(first_path);
        const auto successor =
            now == nullptr ? path_memory::successor{} : path_memory::successor{now->key.birth_ns, now->fd};
        if (stat_path(path, status) == 0 && files_.by_key(status.key) == nullptr
            && known_paths_.is_unseen(first_path, path, status, successor))
          adopt_unseen(first_path, path, status);
        break;
      }
    }
  }
}

/// A file that has got another name that matches still comes before what has its name now.
void tailer::follow_renamed_while_away() {
  for (const auto& [key, before] : files_.all()) {
    auto* now = before->stream.empty() ? nullptr : files_.by_path(before->first_path);
    if (now == nullptr || now == before.get() || !now->stream.empty()) continue;
    const auto* other = now->predecessor;
    if (other == nullptr || other->mtime_seen_ns < before->mtime_seen_ns) follow(*now, *before);
  }
}

void tailer::adopt_rotated(const std::string& path, const file_stat& status) {
  auto& file = files_.add(status.key);
  if (const auto fd = open_path(file, path); fd >= 0) files_.opened(file, fd);
  if (file.fd >= 0) place_file(file, status);
  // Its content may have been replaced before it was renamed; without a time of birth it rather is another
  // file with a reused number.
  const auto is_ours = !file.stream.empty() || (file.generation > 0 && file.key.birth_ns != 0);
  if (!is_ours) return files_.remove(file, false);
  follow_unlinked(file, status);
}

void tailer::adopt_unseen(const std::string& from, const std::string& to, const file_stat& status) {
  auto& file = files_.add(status.key);
  file.first_path = from;
  const auto fd = open_path(file, to);
  if (fd < 0) return files_.remove(file, false);
  files_.opened(file, fd);
  place_file(file, status);
  follow_unlinked(file, status);
}

/// Reads a file on that no path of ours leads to.
void tailer::follow_unlinked(tailed_file& file, const file_stat& status) {
  if (options_.once) file.limit = status.size;
  file.last_path = file.first_path;
  file.mtime_seen_ns = status.mtime_ns;
  unlinked_.push_back(&file);
  unlinked_wanted_ = true;
  if (!options_.once) files_.set_watch(file, watcher_.watch_file(file.fd));
  if (auto* now = files_.by_path(file.last_path)) follow_predecessor(*now, file.last_path);
  enqueue(file);
}

auto tailer::tag_of(const std::string& path) const -> std::string {
  auto dotted = path.substr(path.starts_with('/') ? 1 : 0);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  auto tag = options_.tag;
  const auto fill = [&](std::string_view key, std::string_view value) {
    for (auto at = tag.find(key); at != std::string::npos; at = tag.find(key, at + value.size()))
      tag.replace(at, key.size(), value);
  };
  fill("{name}", path.substr(path.rfind('/') + 1));
  fill("{path}", dotted);
  return tag;
}

} // namespace weir
