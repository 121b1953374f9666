/// Which file is which, whatever it is called: device, inode, birth time and a fingerprint of its head.
//
//  stream := "t1:" device ":" inode ":" birth ":" generation ":" start ":" length ":" hash ":" path [ "/" place ]
//  Numbers in lower-case hexadecimal. `length` and `hash` are of the head when the stream was named,
//  `generation` counts truncations, what lies before `start` is not wanted, `path` is the name under which
//  the file was first seen, `place` (an absolute path, so that "//" comes before it) where it lay then, if a link
//  led there. A file that was short when it was named is named again when it has grown: a
//  longer head tells more. Positions stay with the first name; the others are only witnesses of the content.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct file_key {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t birth_ns = 0; ///< 0 where the file system does not know
  auto operator==(const file_key&) const -> bool = default;
};

struct file_key_hash {
  auto operator()(const file_key& key) const noexcept -> std::size_t;
};

/// A fingerprint covers at most this much of a file.
inline constexpr std::size_t head_bytes_max = 1024;

struct head_print {
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  auto operator==(const head_print&) const -> bool = default;
};

struct file_stat {
  file_key key;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint32_t links = 0;
  std::uint32_t mode = 0;
  auto is_regular() const -> bool;
};

/// Both return 0 or the errno. stat_path() follows symbolic links.
auto stat_path(const std::string& path, file_stat& out) -> int;
auto stat_descriptor(int fd, file_stat& out) -> int;
auto is_symlink(const std::string& path) -> bool;

/// Of the first head_bytes_max bytes of `head`. The same on every machine and in every version.
auto print_of(std::string_view head) -> head_print;
/// Without NUL bytes at its end, which may be room that somebody is going to fill.
auto print_of_text(std::string_view head) -> head_print;
/// Reads the head of an open file; empty if that fails.
auto read_head(int fd, std::size_t size) -> std::string_view;

struct stream_identity {
  file_key key;
  std::uint32_t generation = 0;
  std::uint64_t start = 0;
  head_print head;
  std::string path;
  std::string place; ///< empty: at `path`
  /// Where it lay itself.
  auto lay_at() const -> const std::string& { return place.empty() ? path : place; }
};

auto to_stream(const stream_identity& identity) -> std::string;
/// Nothing if `stream` is not one of ours.
auto parse_stream(std::string_view stream) -> std::optional<stream_identity>;

enum class writers { none, some, unknown };

/// Whether anybody has the file open for writing. Only its owner and root are told.
auto writers_of(int fd) -> writers;

/// Without links, as the system knows an open file now; empty if it has no name any more.
auto path_of_open(int fd) -> std::string;

} // namespace weir
