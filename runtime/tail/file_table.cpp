#include "runtime/tail/file_table.hpp"

#include "runtime/os/paths.hpp"
#include "runtime/tail/glob.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <unordered_set>

namespace weir {
namespace {

/// Positions of released files are a convenience: only so many are kept.
constexpr auto remembered_max = std::size_t{100'000};
/// How many files are looked at to find one that can be closed.
constexpr auto candidates_max = 32;

auto is_same_inode(const file_key& a, const file_key& b) -> bool {
  const auto same_birth = a.birth_ns == b.birth_ns || a.birth_ns == 0 || b.birth_ns == 0;
  return a.device == b.device && a.inode == b.inode && same_birth;
}

/// What is in a directory, or would be if it was still there.
struct directory_content {
  std::uint64_t device = 0; ///< 0: nobody knows
  std::unordered_set<std::uint64_t> inodes;
};

auto content_of_directory(const std::string& path) -> directory_content {
  auto content = directory_content{};
  auto status = file_stat{};
  auto there = path;
  auto problem = stat_path(there, status);
  for (; (problem == ENOENT || problem == ENOTDIR) && there != "/"; problem = stat_path(there, status))
    there = directory_of(there);
  if (problem != 0) return content;
  content.device = status.key.device;
  if (there != path) return content;
  for (const auto& entry : list_directory(path)) content.inodes.insert(entry.inode);
  if (::access(path.c_str(), R_OK | X_OK) != 0) content.device = 0;
  return content;
}

/// Witnesses, of which nothing was read, come first: as in replace_stream().
auto witnesses_first(std::vector<position_range> over) -> std::vector<position_range> {
  std::stable_sort(over.begin(), over.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  return over;
}

} // namespace

file_table::~file_table() {
  for (auto& [key, file] : files_)
    if (file->fd >= 0) ::close(file->fd);
}

auto file_table::add(const file_key& key) -> tailed_file& {
  auto& place = files_[key];
  place = std::make_unique<tailed_file>();
  place->key = key;
  return *place;
}

void file_table::remove(tailed_file& file, bool may_return) {
  const auto place = may_return ? path_of_open(file.fd) : std::string{};
  const auto directory = place.empty() ? std::string{} : directory_of(place);
  while (file.is_linked()) unlink(std::string{file.paths.back()});
  close(file);
  set_watch(file, -1);
  if (!file.stream.empty()) {
    streams_.erase(file.stream);
    // Without a birth time, a reused inode number could pass for this file.
    if (may_return && file.key.birth_ns != 0 && remembered_count_ < remembered_max) {
      remember_covered({file.stream, file.start, file.offset}, directory);
      for (const auto& stream : file.witnesses) remember_covered({stream, file.start, file.start}, directory);
    }
  }
  if (file.successor != nullptr) file.successor->predecessor = nullptr;
  if (file.predecessor != nullptr) file.predecessor->successor = nullptr;
  files_.erase(file_key{file.key});
}

auto file_table::by_key(const file_key& key) -> tailed_file* {
  const auto found = files_.find(key);
  return found == files_.end() ? nullptr : found->second.get();
}

auto file_table::by_path(std::string_view path) -> tailed_file* {
  const auto found = paths_.find(path);
  return found == paths_.end() ? nullptr : found->second.file;
}

auto file_table::by_stream(const std::string& stream) -> tailed_file* {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second;
}

auto file_table::by_watch(int watch) -> tailed_file* {
  const auto found = watches_.find(watch);
  return found == watches_.end() ? nullptr : found->second;
}

void file_table::confirm(const std::string& path) {
  if (const auto found = paths_.find(path); found != paths_.end()) found->second.scan = scan_;
}

auto file_table::unconfirmed() const -> std::vector<std::string> {
  auto paths = std::vector<std::string>{};
  for (const auto& [path, entry] : paths_)
    if (entry.scan != scan_) paths.push_back(path);
  return paths;
}

void file_table::link(tailed_file& file, const std::string& path) {
  if (!file.is_linked() && file.fd >= 0) file.open_place = open_.insert(open_.end(), &file);
  file.paths.push_back(path);
  paths_[path] = {&file, scan_};
}

auto file_table::unlink(const std::string& path) -> bool {
  const auto found = paths_.find(path);
  if (found == paths_.end()) return false;
  auto& file = *found->second.file;
  paths_.erase(found);
  std::erase(file.paths, path);
  if (file.is_linked()) return false;
  file.last_path = path;
  if (file.fd >= 0) open_.erase(file.open_place);
  return true;
}

void file_table::set_stream(tailed_file& file, std::string stream) {
  if (!file.stream.empty()) streams_.erase(file.stream);
  file.stream = std::move(stream);
  if (!file.stream.empty()) streams_[file.stream] = &file;
}

void file_table::set_watch(tailed_file& file, int watch) {
  if (file.watch >= 0) watches_.erase(file.watch);
  file.watch = watch;
  if (watch >= 0) watches_[watch] = &file;
}

/// One that would lose nothing if its path vanished, if there is one among the least lately used.
auto file_table::most_idle() const -> tailed_file& {
  auto candidates = candidates_max;
  for (auto* file : open_) {
    if (candidates-- == 0) break;
    if (!file->queued && file->rest == 0) return *file;
  }
  return *open_.front();
}

auto file_table::has_room() -> bool {
  if (!open_.empty() && open_.size() >= open_files_max_) close(most_idle());
  while (!descriptors_.try_take()) {
    if (open_.empty()) return false;
    close(most_idle());
  }
  descriptors_.give_back();
  return true;
}

void file_table::opened(tailed_file& file, int fd) {
  (void)has_room();
  descriptors_.take();
  file.fd = fd;
  if (file.is_linked()) file.open_place = open_.insert(open_.end(), &file);
}

void file_table::used(tailed_file& file) {
  if (file.fd >= 0 && file.is_linked()) open_.splice(open_.end(), open_, file.open_place);
}

void file_table::close(tailed_file& file) {
  if (file.fd < 0) return;
  if (file.is_linked()) open_.erase(file.open_place);
  ::close(file.fd);
  file.fd = -1;
  descriptors_.give_back();
}

auto file_table::make_room() -> bool {
  if (open_.empty()) return false;
  open_files_max_ = std::max<std::size_t>(open_.size() - 1, 1);
  close(most_idle());
  return true;
}

void file_table::remember_covered(const position_range& position, const std::string& directory) {
  auto identity = parse_stream(position.stream);
  if (!identity) return;
  auto& at = remember(std::move(*identity), position.stream, position.end);
  at.known.push_back({position.begin, position.end});
  if (!directory.empty()) at.directory = directory;
}

void file_table::remember_stream(const position_range& position) {
  if (auto identity = parse_stream(position.stream))
    (void)remember(std::move(*identity), position.stream, position.end);
}

void file_table::remember_over(const std::string& stream) {
  if (auto identity = parse_stream(stream)) over_[identity->key.inode].push_back(std::move(*identity));
}

auto file_table::generation_behind_over(const file_key& key, int fd) const -> std::uint32_t {
  auto least = std::uint32_t{0};
  const auto known = over_.find(key.inode);
  if (known == over_.end()) return least;
  for (const auto& i : known->second) {
    if (!is_same_inode(i.key, key)) continue;
    const auto is_back = print_of(read_head(fd, i.head.length)) == i.head;
    least = std::max(least, i.generation + (is_back ? 0U : 1U));
  }
  return least;
}

auto file_table::remember(stream_identity identity, const std::string& stream, std::uint64_t end)
    -> memory& {
  auto& list = remembered_[identity.key.inode];
  auto same = std::find_if(list.begin(), list.end(), [&](const auto& m) { return m.stream == stream; });
  if (same == list.end()) {
    ++remembered_count_;
    same = list.insert(list.end(), {std::move(identity), stream, {}, 0, {}});
    if (!same->identity.path.empty()) same->directory = directory_of(same->identity.lay_at());
  }
  same->end = std::max(same->end, end);
  return *same;
}

auto file_table::content_of(const file_key& key, std::uint32_t generation) const -> recollection {
  auto found = recollection{};
  auto known = std::vector<interval>{};
  const memory* first = nullptr;
  for (const auto& m : remembered_.at(key.inode)) {
    if (!is_same_inode(m.identity.key, key) || m.identity.generation != generation) continue;
    known.insert(known.end(), m.known.begin(), m.known.end());
    found.end = std::max(found.end, m.end);
    const auto tells_more = found.identity.path.empty() || !m.identity.path.empty();
    if (tells_more && m.identity.head.length >= found.identity.head.length) {
      found.identity = m.identity;
      found.is_told = !m.known.empty() && !m.identity.path.empty();
    }
    if (m.has_positions() && (first == nullptr || m.is_before(*first))) first = &m;
    found.witnesses.push_back(m.stream);
  }
  if (first != nullptr) found.stream = first->stream;
  std::erase(found.witnesses, found.stream);
  auto missing = gaps_between(found.identity.start, std::move(known));
  found.offset = missing.begin;
  found.skips = std::move(missing.known);
  return found;
}

auto file_table::recollection::is_of(int fd, std::uint64_t size) const -> bool {
  const auto now = read_head(fd, identity.head.length);
  return now.size() == identity.head.length && size >= end && print_of(now) == identity.head;
}

auto file_table::linked_places() const -> std::vector<stream_identity> {
  auto found = std::vector<stream_identity>{};
  for (const auto& [inode, list] : remembered_)
    for (const auto& m : list)
      if (!m.identity.place.empty()) found.push_back(m.identity);
  return found;
}

auto file_table::content_of(const tailed_file& file) -> recollection {
  auto content = recollection{};
  content.identity = {file.key, file.generation, file.start, file.head, file.first_path, file.place};
  content.stream = file.stream;
  content.witnesses = file.witnesses;
  content.offset = file.offset;
  content.skips = file.skips;
  content.end = file.known_end();
  return content;
}

auto file_table::recall(const file_key& key) const -> std::vector<recollection> {
  auto generations = std::set<std::uint32_t>{};
  if (const auto list = remembered_.find(key.inode); list != remembered_.end())
    for (const auto& m : list->second)
      if (is_same_inode(m.identity.key, key)) generations.insert(m.identity.generation);
  auto found = std::vector<recollection>{};
  for (const auto generation : generations) found.push_back(content_of(key, generation));
  return found;
}

/// Of a stream itself its witnesses tell.
auto file_table::last_directory_of(const memory& m) const -> const std::string& {
  if (!m.directory.empty()) return m.directory;
  const auto& list = remembered_.at(m.identity.key.inode);
  const auto told = std::find_if(list.begin(), list.end(), [&](const memory& other) {
    return !other.directory.empty() && is_same_inode(other.identity.key, m.identity.key);
  });
  return told == list.end() ? m.directory : told->directory;
}

auto file_table::forget_gone() -> std::vector<position_range> {
  auto over = std::vector<position_range>{};
  auto directories = std::unordered_map<std::string, directory_content>{};
  const auto is_gone = [&](memory& m) {
    const auto& directory = last_directory_of(m);
    auto at = directories.find(directory);
    if (at == directories.end()) at = directories.emplace(directory, content_of_directory(directory)).first;
    const auto& key = m.identity.key;
    const auto is_missing =
        at->second.device == key.device && !at->second.inodes.contains(key.inode) && by_key(key) == nullptr;
    const auto goes = is_missing && m.was_missing;
    m.was_missing = is_missing;
    if (goes) over.push_back({m.stream, m.end, m.end});
    return goes;
  };
  for (auto at = remembered_.begin(); at != remembered_.end();) {
    std::erase_if(at->second, is_gone);
    at = at->second.empty() ? remembered_.erase(at) : std::next(at);
  }
  remembered_count_ -= over.size();
  return witnesses_first(std::move(over));
}

auto file_table::forget_replaced(const file_key& key, std::uint32_t generation)
    -> std::vector<position_range> {
  auto over = std::vector<position_range>{};
  const auto list = remembered_.find(key.inode);
  if (list == remembered_.end()) return over;
  std::erase_if(list->second, [&](memory& m) {
    const auto is_older = is_same_inode(m.identity.key, key) ? m.identity.generation < generation
                                                             : m.identity.key.device == key.device;
    if (is_older) over.push_back({std::move(m.stream), m.end, m.end});
    return is_older;
  });
  remembered_count_ -= over.size();
  if (list->second.empty()) remembered_.erase(list);
  return witnesses_first(std::move(over));
}

} // namespace weir
