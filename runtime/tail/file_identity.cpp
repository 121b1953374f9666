#include "runtime/tail/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

namespace weir {
namespace {

constexpr auto name_mark = std::string_view{"t2:"};
constexpr auto witness_mark = std::string_view{"t1:"};

auto stat_at(int fd, const char* path, int flags, file_stat& out) -> int {
  struct statx found {};
  if (::statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return errno;
  const auto ns = [](const statx_timestamp& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  out.key.device = makedev(found.stx_dev_major, found.stx_dev_minor);
  out.key.inode = found.stx_ino;
  out.key.birth_ns = (found.stx_mask & STATX_BTIME) != 0 ? ns(found.stx_btime) : 0;
  out.size = found.stx_size;
  out.mtime_ns = ns(found.stx_mtime);
  out.links = found.stx_nlink;
  out.mode = found.stx_mode;
  return 0;
}

auto load_word(const char* at, std::size_t size) -> std::uint64_t {
  auto word = std::uint64_t{0};
  for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return word;
}

void append_hex(std::string& out, std::uint64_t number) {
  auto text = std::array<char, 16>{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16).ptr;
  out.append(text.data(), end);
  out += ':';
}

auto take_hex(std::string_view& from, std::uint64_t& out) -> bool {
  const auto [end, problem] = std::from_chars(from.data(), from.data() + from.size(), out, 16);
  if (problem != std::errc{} || end == from.data() + from.size() || *end != ':') return false;
  from.remove_prefix(static_cast<std::size_t>(end - from.data()) + 1);
  return true;
}

} // namespace

auto file_key_hash::operator()(const file_key& key) const noexcept -> std::size_t {
  auto hash = key.inode * 0x9e3779b97f4a7c15U ^ key.device;
  hash ^= static_cast<std::uint64_t>(key.birth_ns) * 0xff51afd7ed558ccdU;
  return static_cast<std::size_t>(hash ^ (hash >> 32U));
}

auto file_stat::is_regular() const -> bool { return S_ISREG(mode); }

auto stat_path(const std::string& path, file_stat& out) -> int {
  return stat_at(AT_FDCWD, path.c_str(), 0, out);
}

auto stat_descriptor(int fd, file_stat& out) -> int { return stat_at(fd, "", AT_EMPTY_PATH, out); }

auto is_symlink(const std::string& path) -> bool {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISLNK(found.st_mode);
}

auto print_of(std::string_view head) -> head_print {
  head = head.substr(0, head_bytes_max);
  auto hash = 0x9e3779b97f4a7c15U ^ head.size();
  for (std::size_t at = 0; at < head.size(); at += 8) {
    hash ^= load_word(head.data() + at, std::min<std::size_t>(8, head.size() - at));
    hash *= 0x9fb21c651e98df25U;
    hash ^= hash >> 32U;
  }
  return {static_cast<std::uint32_t>(head.size()), hash};
}

auto print_of_text(std::string_view head) -> head_print {
  return print_of(head.substr(0, head.find_last_not_of('\0') + 1));
}

auto print_of_first_line(std::string_view head) -> head_print {
  const auto end = head.substr(0, head_bytes_max).find('\n');
  return end == std::string_view::npos ? print_of_text(head) : print_of(head.substr(0, end + 1));
}

auto read_head(int fd, std::size_t size) -> std::string_view {
  static thread_local auto head = std::array<char, head_bytes_max>{};
  const auto got = ::pread(fd, head.data(), std::min(size, head.size()), 0);
  return {head.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

auto to_stream(const stream_identity& identity) -> std::string {
  auto text = std::string{identity.path.empty() ? name_mark : witness_mark};
  append_hex(text, identity.key.device);
  append_hex(text, identity.key.inode);
  append_hex(text, static_cast<std::uint64_t>(identity.key.birth_ns));
  append_hex(text, identity.generation);
  append_hex(text, identity.start);
  append_hex(text, identity.head.length);
  append_hex(text, identity.head.hash);
  if (identity.path.empty()) return text;
  text += identity.path;
  return identity.place.empty() ? text : text + '/' + identity.place;
}

auto name_of(stream_identity identity, int fd) -> std::string {
  const auto head = read_head(fd, head_bytes_max);
  // Otherwise it has just been replaced.
  if (print_of(head.substr(0, identity.head.length)) == identity.head) identity.head = print_of_first_line(head);
  identity.path.clear();
  return to_stream(identity);
}

auto parse_stream(std::string_view stream) -> std::optional<stream_identity> {
  const auto is_name = stream.starts_with(name_mark);
  if (!is_name && !stream.starts_with(witness_mark)) return std::nullopt;
  stream.remove_prefix(name_mark.size());
  auto numbers = std::array<std::uint64_t, 7>{};
  for (auto& number : numbers)
    if (!take_hex(stream, number)) return std::nullopt;
  if (numbers[3] > UINT32_MAX || numbers[5] > head_bytes_max || stream.empty() != is_name) return std::nullopt;
  const auto path = stream.substr(0, stream.find("//"));
  const auto place = stream.substr(std::min(path.size() + 1, stream.size()));
  return stream_identity{{numbers[0], numbers[1], static_cast<std::int64_t>(numbers[2])},
                         static_cast<std::uint32_t>(numbers[3]),
                         numbers[4],
                         {static_cast<std::uint32_t>(numbers[5]), numbers[6]},
                         std::string{path},
                         std::string{place}};
}

auto writers_of(int fd) -> writers {
  // A read lease is granted only while nobody has the file open for writing (fcntl(2)). An open() that
  // comes while we hold it signals us: by SIGURG, which is ignored, not by SIGIO, which would end us.
  if (::fcntl(fd, F_SETSIG, SIGURG) != 0) return writers::unknown;
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN ? writers::some : writers::unknown;
  ::fcntl(fd, F_SETLEASE, F_UNLCK);
  return writers::none;
}

auto path_of_open(int fd) -> std::string {
  auto name = std::array<char, 4096>{};
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const auto size = fd < 0 ? -1 : ::readlink(link.c_str(), name.data(), name.size());
  const auto path = std::string_view{name.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  return path.starts_with('/') && !path.ends_with(" (deleted)") ? std::string{path} : std::string{};
}

} // namespace weir
