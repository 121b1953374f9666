#include "runtime/tail/tailer.hpp"

#include "runtime/os/paths.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace weir {
namespace {

/// A shorter head is not enough to tell a copy from another file, unless times tell, too.
constexpr auto copied_head_min = 32U;

/// Names that logrotate gives to a copy, the likely ones first: in a directory of many files these are quick to try.
auto usual_names(const std::string& path, std::int64_t now_ns) -> std::vector<std::string> {
  const auto seconds = static_cast<std::time_t>(now_ns / 1'000'000'000);
  auto parts = std::tm{};
  ::localtime_r(&seconds, &parts);
  auto date = std::array<char, 16>{};
  std::strftime(date.data(), date.size(), "-%Y%m%d", &parts);
  return {path + ".1", path + date.data()};
}

/// Whether what was born then can be a copy that was made later than `not_before_ns`. Where nobody knows the times,
/// only a long head can tell.
auto may_be_copy(std::int64_t birth_ns, std::int64_t not_before_ns, std::uint32_t head_bytes) -> bool {
  if (birth_ns == 0 || not_before_ns == 0) return head_bytes >= copied_head_min;
  return birth_ns >= not_before_ns;
}

} // namespace

/// What was not read of content that was cut off or overwritten may be in a copy beside it.
void tailer::begin_anew(tailed_file& file, const file_stat& status) {
  auto content = file_table::content_of(file);
  const auto known_size = std::max(file.size_seen, file.size_told);
  const auto seen_ns = file.mtime_seen_ns;
  ++file.generation;
  file.replace_stream(file.known_end());
  file.offset = file.rest = file.start = file.given = file.acknowledged = file.nul_until = 0;
  file.head = {};
  file.skips.clear();
  file.in_long_line = false;
  file.untold.clear();
  file.limit = options_.once ? status.size : file.limit;
  files_.set_stream(file, {});
  if (options_.safe_bytes || content.identity.head.length == 0) return;
  const auto unread = known_size > content.offset ? known_size - content.offset : 0;
  if (find_copy(file, content, seen_ns) == copy_look::another) tell_cut_off(file, unread);
}

void tailer::tell_cut_off(const tailed_file& file, std::uint64_t unread) {
  lost_bytes_ += unread;
  if (unread > 0)
    return complaints_.add("\"" + file.path() + "\": was cut off; " + std::to_string(unread)
                           + " bytes that had not been read are lost: no copy of it lies beside it");
  complaints_.add_once(file.path(), "was cut off; what was written to it since it had been read last is lost, if "
                                    "there was anything: no copy of it lies beside it");
}

/// `not_before_ns`: no copy was born earlier; 0: nobody knows.
auto tailer::find_copy(tailed_file& file, file_table::recollection& content, std::int64_t not_before_ns)
    -> copy_look {
  const auto place = std::string{content.identity.lay_at()};
  if (!may_be_copy(not_before_ns, not_before_ns, content.identity.head.length)) return copy_look::another;
  if (!starting_)
    for (const auto& path : usual_names(place, clock_.wall_ns()))
      if (const auto look = look_at_copy(path, file, content, not_before_ns); look != copy_look::another)
        return look;
  const auto directory = directory_of(place);
  const auto name = place.substr(place.rfind('/') + 1);
  for (const auto& entry : list_directory(directory)) {
    if (!entry.name.starts_with(name) || entry.name == name || entry.is_directory) continue;
    const auto path = join_path(directory, entry.name);
    const auto look = look_at_copy(path, file, content, not_before_ns);
    if (look == copy_look::another) continue;
    if (!starting_) find_later_copies(path, content.identity);
    return look;
  }
  return copy_look::another;
}

auto tailer::look_at_copy(const std::string& path, tailed_file& file, file_table::recollection& content,
                          std::int64_t not_before_ns) -> copy_look {
  auto status = file_stat{};
  if (stat_path(path, status) != 0 || !status.is_regular() || status.key == file.key)
    return copy_look::another;
  if (!may_be_copy(status.key.birth_ns, not_before_ns, content.identity.head.length))
    return copy_look::another;
  // A sink beside it that writes lines as they came has the same head.
  if (options_.is_own && options_.is_own(status.key, path)) return copy_look::another;
  const auto look = adopt_copy(path, status, content);
  if (look != copy_look::adopted) return look;
  auto& copy = *files_.by_key(status.key);
  std::erase_if(file.replaced, [&](const position_range& r) {
    return r.stream == copy.stream
           || std::find(copy.witnesses.begin(), copy.witnesses.end(), r.stream) != copy.witnesses.end();
  });
  if (!starting_) follow(file, copy);
  return look;
}

auto tailer::adopt_copy(const std::string& path, const file_stat& status, file_table::recollection& content)
    -> copy_look {
  auto* known = files_.by_key(status.key);
  const auto is_read_already = known != nullptr && !known->stream.empty();
  if ((is_read_already && starting_) || !files_.recall(status.key).empty()) return copy_look::another;
  auto& copy = known != nullptr ? *known : files_.add(status.key);
  if (copy.fd < 0)
    if (const auto fd = open_path(copy, path); fd >= 0) files_.opened(copy, fd);
  // While running, what is shorter than what was read is a copy all the same: it was made before that was written.
  const auto size = starting_ ? status.size : std::max(status.size, content.end);
  const auto is_found = copy.fd >= 0 && content.is_of(copy.fd, size);
  if (is_found) content.copied_ns = status.key.birth_ns;
  const auto matches = patterns_.matches(path) && !excluded_.matches(path);
  const auto is_adopted = is_found && !is_read_already && (matches || status.size > content.offset);
  if (is_adopted) {
    copy.is_placed = copy.is_copy = true;
    copy.first_path = content.identity.path;
    copy.tag = tag_of(copy.first_path);
    go_on(copy, content);
  }
  if (known == nullptr) is_adopted ? follow_unlinked(copy, status) : files_.remove(copy, false);
  return is_adopted ? copy_look::adopted : is_found ? copy_look::complete : copy_look::another;
}

/// When it was looked at last, nothing was in it. What was written, copied and cut off since then nobody has seen.
void tailer::find_copies_since_empty(const tailed_file& file) {
  auto identity = file_table::content_of(file).identity;
  identity.head = {};
  auto memory = path_memory{};
  memory.remember(identity);
  memory.note_copy(identity.lay_at(), file.mtime_seen_ns);
  const auto now = path_memory::successor{file.key.birth_ns, file.fd};
  for (const auto& path : usual_names(identity.lay_at(), clock_.wall_ns())) {
    auto status = file_stat{};
    if (stat_path(path, status) != 0 || status.size == 0 || files_.by_key(status.key) != nullptr) continue;
    if (patterns_.matches(path) || excluded_.matches(path)) continue;
    if (memory.is_unseen(identity.lay_at(), path, status, now)) return adopt_unseen(identity.path, path, status);
  }
}

/// What came after the copy at `path` may have been copied and cut off, too, before anybody looked.
void tailer::find_later_copies(const std::string& path, const stream_identity& content) {
  auto status = file_stat{};
  if (stat_path(path, status) != 0) return;
  auto memory = path_memory{};
  memory.remember(content);
  memory.note_copy(content.lay_at(), status.key.birth_ns);
  find_unseen(directory_of(path), memory);
}

} // namespace weir
