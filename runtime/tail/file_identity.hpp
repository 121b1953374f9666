/// Which file is which, whatever it is called: device, inode, birth time and a fingerprint of its head.
//
//  stream  := "t2:" numbers
//  witness := "t1:" numbers path [ "/" place ]
//  numbers := device ":" inode ":" birth ":" generation ":" start ":" length ":" hash ":"
//  In lower-case hexadecimal. `generation` counts truncations, what lies before `start` is not wanted, `length` and
//  `hash` are of a part of the head: of a stream the first line, so that whoever reads the same content calls it the
//  same, whatever the path and the size of the file have become by then. Positions are those of the stream. Its
//  witnesses only tell of it: `path` is the name under which the file was first seen, `place` (an absolute path, so
//  that "//" comes before it) where it lay then, if a link led there; they have all of the head, and one more comes when
//  that has grown. Earlier versions had positions under the first witness; such a stream
//  keeps that name.
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
/// Of the first line, if it is whole within the head, and of all that is there otherwise.
auto print_of_first_line(std::string_view head) -> head_print;
/// Reads the head of an open file; empty if that fails.
auto read_head(int fd, std::size_t size) -> std::string_view;

struct stream_identity {
  file_key key;
  std::uint32_t generation = 0;
  std::uint64_t start = 0;
  head_print head;
  std::string path;  ///< empty: not known, as of a stream without its witnesses
  std::string place; ///< empty: at `path`
  /// Where it lay itself.
  auto lay_at() const -> const std::string& { return place.empty() ? path : place; }
};

/// A witness, or without a path the stream itself.
auto to_stream(const stream_identity& identity) -> std::string;
/// What the stream itself is called whose content the open file has now.
auto name_of(stream_identity identity, int fd) -> std::string;
/// Nothing if `stream` is not one of ours.
auto parse_stream(std::string_view stream) -> std::optional<stream_identity>;

enum class writers { none, some, unknown };

/// Whether anybody has the file open for writing. Only its owner and root are told.
auto writers_of(int fd) -> writers;

/// Without links, as the system knows an open file now; empty if it has no name any more.
auto path_of_open(int fd) -> std::string;

} // namespace weir
