/// What was read under which path before: tells files that nobody has seen from copies of others.
#pragma once

#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

/// Whether the names differ in one number alone, and that of `between` lies between the others: 0.log, 1.log, 2.log.
auto is_in_a_row(std::string_view before, std::string_view between, std::string_view now) -> bool;
/// Whether it looks like a compressed file.
auto is_packed(std::string_view path) -> bool;

class path_memory {
public:
  void remember(const std::string& stream);
  void remember(const stream_identity& identity);
  /// While we were away, what had been read under the path was copied and cut off; that copy was born then.
  void note_copy(const std::string& place, std::int64_t birth_ns);
  auto knows(const std::string& place) const -> bool { return known_.contains(place); }
  /// Under which path the files at this place were read.
  auto path_of(const std::string& place) const -> const std::string& { return known_.at(place).path; }
  void clear() { known_.clear(); }

  /// What has the path now.
  struct successor {
    std::int64_t birth_ns = INT64_MAX;
    int fd = -1;
  };
  /// Whether the file at `path` had `first_path` while we were away and nothing of it was read: its time of
  /// birth tells that it is none of those that were read, its head that it is no copy of one.
  auto is_unseen(const std::string& first_path, const std::string& path, const file_stat& status,
                 const successor& now) const -> bool;

private:
  struct known_path {
    std::string path;
    std::int64_t birth_ns = 0; ///< of the newest
    std::int64_t copy_ns = 0;
    bool was_cut_off = false;      ///< copies of what is long read may lie beside it
    std::vector<head_print> heads; ///< how all began
  };
  std::unordered_map<std::string, known_path> known_; ///< by where they lay
};

} // namespace weir
