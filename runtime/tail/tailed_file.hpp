/// What a tail knows of one file: one inode, whatever and however many its names are.
#pragma once

#include "runtime/codec/text_encoding.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <list>
#include <string>
#include <vector>

namespace weir {

struct tailed_file {
  file_key key;
  std::vector<std::string> paths; ///< that lead to it now; empty: rotated away or deleted
  std::string first_path;         ///< under which it was first seen; gives the tag
  std::string last_path;          ///< the last one it lost
  std::string place; ///< where it lay when it was first opened, if `first_path` leads there by a link
  std::string tag;
  std::string stream;                 ///< empty until the first line was read
  std::uint32_t generation = 0;       ///< how often its content was replaced
  head_print head;                    ///< grows with the file
  std::uint32_t named_length = 0;     ///< of the longest head in a name of it
  std::vector<std::string> witnesses; ///< names that it got when its head had grown
  std::uint64_t offset = 0; ///< where to read on; always the beginning of a line or of a piece of one
  std::uint64_t rest = 0;   ///< bytes behind `offset` that are no line yet
  std::uint64_t start = 0;  ///< where it was first begun
  /// A witness that all have to know before anything of it is given; empty: there is none.
  std::string untold;
  /// Ahead of `offset`, the next one last: what an earlier instance handed on. Blocks end where one begins;
  /// an empty one is only that.
  std::vector<interval> skips;
  std::uint64_t nul_until = 0;    ///< from `offset` up to here there is nothing but NUL
  std::uint64_t given = 0;        ///< end of the last block
  std::uint64_t acknowledged = 0; ///< end of the last block that is safe
  /// Streams of what the inode held before. They are over when something of this one is safe: until then they
  /// are what a later process knows the inode by.
  std::vector<position_range> replaced;
  std::uint64_t size_seen = 0; ///< when it was read last
  std::uint64_t size_told = 0; ///< the newest that is known; for status alone
  std::int64_t read_ns = 0;    ///< wall clock, of the last block
  std::int64_t mtime_seen_ns = 0;
  std::uint64_t limit = UINT64_MAX;   ///< with `once`: its size when it was found
  tailed_file* predecessor = nullptr; ///< had the path before; is read first
  tailed_file* successor = nullptr;
  int problem = 0; ///< errno, if it could not be read when that was tried last
  int fd = -1;
  int watch = -1;       ///< of its own, if no directory reports it
  std::size_t mark_bytes = 0; ///< at its very beginning: a byte order mark
  text_unit unit = text_unit::byte;
  int looks_at_end = 0; ///< since it lost its last path
  bool queued = false;
  bool is_waiting = false; ///< for what tail_options::waits says
  bool take_rest = false; ///< deliver the last line though nothing ends it
  bool in_long_line = false;
  bool long_line_noted = false;
  bool is_copy = false;                         ///< has what another inode had before that was cut off
  bool is_left_out = false;                          ///< this process writes it, or it is compressed
  bool is_placed = false;                       ///< `offset` is decided
  std::list<tailed_file*>::iterator open_place; ///< in the list of open descriptors, if fd >= 0 and linked

  /// Content of the same beginning may have another name: its own is to be known before anything of it is given.
  auto is_named_apart() const -> bool { return generation > 0 || start > 0; }
  auto is_unreadable() const -> bool { return problem != 0; }
  auto is_linked() const -> bool { return !paths.empty(); }
  /// The content is at least as long.
  auto known_end() const -> std::uint64_t { return skips.empty() ? offset : skips.front().end; }
  /// Its content is gone, or will be when it is let go. What was read of it is forgotten last: by a witness alone it
  /// would be begun again.
  void replace_stream(std::uint64_t end) {
    for (auto& name : witnesses) replaced.push_back({std::move(name), 0, end});
    witnesses.clear();
    if (!stream.empty()) replaced.push_back({stream, 0, end});
  }
  auto path() const -> const std::string& { return paths.empty() ? first_path : paths.front(); }
};

/// `before` is read first. Each has one before it and one behind it at most.
inline void follow(tailed_file& file, tailed_file& before) {
  if (before.successor != nullptr) before.successor->predecessor = nullptr;
  if (file.predecessor != nullptr) file.predecessor->successor = nullptr;
  before.successor = &file;
  file.predecessor = &before;
}

} // namespace weir
