/// What a tailer is told.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/codec/text_encoding.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct tail_options {
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  bool from_end = false; ///< of files that are there when nothing is known of them
  bool once = false;     ///< end when everything that is there has been read
  bool inotify = true;
  bool expects_files = true; ///< says so if there are none
  std::size_t line_bytes_max = 1 << 20;
  std::size_t open_files_max = 0;           ///< 0: as many as there are
  descriptor_budget* descriptors = nullptr; ///< outlives the tailer; null: nobody counts
  duration refresh_interval = std::chrono::seconds{10}; ///< between looks at everything, as a safety net
  duration poll_interval = std::chrono::seconds{1};     ///< the same where inotify does not work
  std::string tag = "{path}";
  /// What lies beside the end of a link with its name, a dot and digits was there before it, and is read first.
  bool rotated_beside = false;
  std::optional<text_unit> unit;  ///< absent: UTF-16 of files that begin with its mark, else bytes
  duration ignore_older{0};       ///< files that have not been written for so long are left alone when they are found; 0: none are
  bool delete_read = false;       ///< a file goes when all of it is safe and nobody writes to it
  /// How much of the file with this inode is there to stay; nothing behind it is looked at. Absent: all.
  std::function<std::uint64_t(std::uint64_t inode)> safe_bytes = {};
  /// Whether this process writes the file itself: it is not read then. `place`: its path without links when it is
  /// seen first, empty later. Absent: no.
  std::function<bool(const file_key& key, const std::string& place)> is_own = {};
  /// Whether nothing is to be read of a file yet, by its path and place as in line_block; asked again after
  /// tailer::look_again(). Absent: no.
  std::function<bool(const std::string& path, const std::string& place)> waits = {};
};

/// A tag template with {path} (dots for slashes) and {name}, filled.
auto tag_of_path(std::string tag, const std::string& path) -> std::string;

} // namespace weir
