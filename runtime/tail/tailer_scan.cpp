#include "runtime/tail/tailer.hpp"

#include "runtime/os/paths.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto renamed_max = std::size_t{4096};
constexpr auto barred_max = std::size_t{1000};
/// A file that is not to be found for one to two of these is gone for good.
constexpr auto sweep_interval = std::chrono::minutes{10};

/// Compressed files end in letters.
auto is_rotated_name(std::string_view name, std::string_view stem) -> bool {
  return name.starts_with(stem) && name.size() > stem.size() && name.back() >= '0' && name.back() <= '9';
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
  else if (options_.ignore_older > duration{0} && patterns_.matches(path_))
    found(path_); // it was too old, and is no more
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
  for (auto& over : files_.forget_gone()) tell_over(std::move(over.stream));
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
  const auto before = known != nullptr ? file_table::content_of(*known).identity : stream_identity{};
  if (known != nullptr) lose_path(path);
  if (!status.is_regular()) return complaints_.add_once(path, "not a regular file; skipped");
  note_match(path);
  if (auto* file = files_.by_key(status.key))
    relink(*file, path);
  else if (!is_too_old(status))
    add_file(path, status);
  if (!before.place.empty() && !options_.once) find_unseen_targets(before);
}

/// What was begun is read to its end, however old it is by now.
auto tailer::is_too_old(const file_stat& status) const -> bool {
  return options_.ignore_older > duration{0} && clock_.wall_ns() - status.mtime_ns > options_.ignore_older.count()
         && !files_.remembers_inode(status.key.inode);
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
  if (open_file(file)) {
    note_place(file, path);
    place_file(file, status);
  }
  if (!file.is_linked()) return;
  watch_alone(file, path, status);
  follow_predecessor(file, path);
  enqueue(file);
  if (options_.rotated_beside && !is_from_end()) adopt_beside(file);
}

/// What was rotated away before anybody had seen it, the oldest first.
void tailer::adopt_beside(const tailed_file& file) {
  if (file.place.empty()) return;
  const auto directory = directory_of(file.place);
  const auto stem = file.place.substr(file.place.rfind('/') + 1) + '.';
  auto names = std::vector<std::string>{};
  for (const auto& entry : list_directory(directory))
    if (is_rotated_name(entry.name, stem) && !files_.remembers_inode(entry.inode)) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    const auto path = join_path(directory, name);
    auto status = file_stat{};
    if (stat_path(path, status) == 0 && status.is_regular() && files_.by_key(status.key) == nullptr)
      adopt_unseen(file.first_path, path, status);
  }
}

/// Remembers where a link leads to.
void tailer::note_place(tailed_file& file, const std::string& path) {
  auto place = path_of_open(file.fd);
  if (place != path) file.place = std::move(place);
}

/// Decides where reading begins, as soon as the file can be opened.
void tailer::place_file(tailed_file& file, const file_stat& status) {
  if (file.is_placed) return;
  errno = 0;
  const auto is_unreadable = status.size > 0 && read_head(file.fd, 1).empty();
  file.problem = !is_unreadable ? 0 : errno != 0 ? errno : EIO;
  if (is_unreadable) return complaints_.add_once(file.path(), describe_errno(file.problem));
  if (options_.is_own && is_own(file, path_of_open(file.fd))) return;
  file.is_placed = true;
  auto known = files_.recall(file.key);
  const auto next_generation = files_.generation_behind_over(file.key, file.fd);
  for (auto& content : known)
    if (content.identity.path.empty()) content.identity.path = file.first_path;
  if (!known.empty()) {
    auto& newest = known.back();
    file.generation = newest.identity.generation;
    file.first_path = newest.identity.path;
    if (newest.identity.generation >= next_generation && newest.is_of(file.fd, status.size))
      go_on(file, newest), may_delete(file);
    else
      ++file.generation;
  }
  file.generation = std::max(file.generation, next_generation);
  file.replaced = files_.forget_replaced(file.key, file.generation);
  for (auto& content : known)
    if (starting_ && content.identity.generation < file.generation) find_copy(file, content, 0);
  // Copies of what came between two contents that are known were read before.
  if (!known.empty() && known.back().copied_ns != 0)
    known_paths_.note_copy(known.back().identity.lay_at(), known.back().copied_ns);
  if (!file.stream.empty()) end_replaced(file);
  if (known.empty() && is_from_end() && status.size > 0)
    place_at_end(file, status);
  // What has its place before its first turn is known by it: else nobody would notice that it was cut off.
  if (file.head.length == 0) file.head = print_of_text(read_head(file.fd, head_bytes_max));
  file.tag = tag_of(file.first_path);
}

void tailer::go_on(tailed_file& file, file_table::recollection& known) {
  file.offset = known.offset;
  file.start = known.identity.start;
  file.skips = std::move(known.skips);
  file.head = known.identity.head;
  file.named_length = known.is_told ? file.head.length : 0;
  file.witnesses = std::move(known.witnesses);
  if (file.place.empty()) file.place = known.identity.place;
  files_.set_stream(file, known.stream.empty() ? name_of(known.identity, file.fd) : std::move(known.stream));
}

void tailer::place_at_end(tailed_file& file, const file_stat& status) {
  file.offset = status.size;
  note_mark(file, read_head(file.fd, head_bytes_max));
  if (!options_.once) {
    // A line that is being written is read whole: go back to where it begins.
    const auto size = std::min<std::size_t>(status.size, options_.line_bytes_max / 2 * 2 + status.size % 2);
    auto last = std::string(size, '\0');
    const auto got = ::pread(file.fd, last.data(), size, static_cast<off_t>(status.size - size));
    if (got == static_cast<ssize_t>(size)) {
      const auto end_of_line = find_last_line_end(last, file.unit);
      if (end_of_line != std::string::npos)
        file.offset -= size - end_of_line - unit_bytes(file.unit);
      else if (size == status.size)
        file.offset = 0;
    }
  }
  // It has no line yet: whoever comes reads it whole.
  if (file.offset == 0) return;
  file.start = file.offset;
  file.head = print_of_text(read_head(file.fd, head_bytes_max));
  name_stream(file);
  note({file.stream, file.offset, file.offset}, true);
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
  if (file->fd < 0 && !file->is_left_out) open_elsewhere(*file);
  if (file->fd < 0) return;
  if (file->watch < 0 && !options_.once) files_.set_watch(*file, watcher_.watch_file(file->fd));
  enqueue(*file);
}

/// A file whose descriptor was closed while it was idle has probably only got another name beside.
void tailer::open_elsewhere(tailed_file& file) {
  const auto directory = directory_of(file.place.empty() ? file.last_path : file.place);
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
  const auto places = files_.linked_places();
  for (const auto& identity : places)
    if (patterns_.matches(identity.path) && !excluded_.matches(identity.path))
      directories_.push_back(directory_of(identity.place));
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
  for (const auto& directory : directories_) find_unseen(directory, known_paths_);
  for (const auto& identity : places)
    if (const auto* now = files_.by_path(identity.path)) find_targets_in_a_row(identity, *now);
}

/// A file may have come and been rotated away before anything of it was safe. Its name tells whose it was,
/// its time of birth that it is none of those that were read, its head that it is no copy of one.
void tailer::find_unseen(const std::string& directory, const path_memory& known) {
  for (const auto& entry : list_directory(directory)) {
    const auto path = join_path(directory, entry.name);
    if (entry.is_directory || entry.is_link || patterns_.matches(path) || excluded_.matches(path)) continue;
    auto status = file_stat{};
    for (auto end = entry.name.find_last_of(".-_"); end != std::string::npos && end > 0;
         end = entry.name.find_last_of(".-_", end - 1)) {
      const auto place = join_path(directory, entry.name.substr(0, end));
      if (!known.knows(place)) continue;
      const auto* now = files_.by_path(known.path_of(place));
      const auto successor =
          now == nullptr ? path_memory::successor{} : path_memory::successor{now->key.birth_ns, now->fd};
      if (stat_path(path, status) == 0 && files_.by_key(status.key) == nullptr
          && known.is_unseen(place, path, status, successor))
        adopt_unseen(known.path_of(place), path, status);
      break;
    }
  }
}

/// Between two looks a link may have led to others than those that were seen.
void tailer::find_unseen_targets(const stream_identity& before) {
  auto memory = path_memory{};
  memory.remember(before);
  find_unseen(directory_of(before.place), memory);
  if (const auto* now = files_.by_path(before.path)) find_targets_in_a_row(before, *now);
}

/// If a link led to 0.log and leads to 2.log now, it has led to 1.log meanwhile.
void tailer::find_targets_in_a_row(const stream_identity& before, const tailed_file& now) {
  const auto directory = directory_of(before.place);
  if (now.place.empty() || now.place == before.place || directory_of(now.place) != directory) return;
  for (const auto& entry : list_directory(directory)) {
    const auto place = join_path(directory, entry.name);
    auto status = file_stat{};
    if (!is_in_a_row(before.place, place, now.place) || patterns_.matches(place)) continue;
    if (stat_path(place, status) != 0 || !status.is_regular() || files_.by_key(status.key) != nullptr) continue;
    if (!files_.remembers_inode(status.key.inode)) adopt_unseen(before.path, place, status);
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
  file.first_path = path; // unless it is known to have had another one
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
  if (auto place = path_of_open(fd); directory_of(place) != directory_of(from)) file.place = std::move(place);
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

auto tailer::tag_of(const std::string& path) const -> std::string { return tag_of_path(options_.tag, path); }

auto tag_of_path(std::string tag, const std::string& path) -> std::string {
  auto dotted = path.substr(path.starts_with('/') ? 1 : 0);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  const auto fill = [&](std::string_view key, std::string_view value) {
    for (auto at = tag.find(key); at != std::string::npos; at = tag.find(key, at + value.size()))
      tag.replace(at, key.size(), value);
  };
  fill("{name}", path.substr(path.rfind('/') + 1));
  fill("{path}", dotted);
  return tag;
}

} // namespace weir
