/// What was read under which path before this start: tells files that nobody has seen from copies of others.
#pragma once

#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

class path_memory {
public:
  void remember(const std::string& stream);
  /// While we were away, what had been read under the path was copied and cut off; that copy was born then.
  void note_copy(const std::string& path, std::int64_t birth_ns);
  auto knows(const std::string& path) const -> bool { return known_.contains(path); }
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
    std::int64_t birth_ns = 0; ///< of the newest
    std::int64_t copy_ns = 0;
    std::vector<head_print> heads; ///< how all began
  };
  std::unordered_map<std::string, known_path> known_;
};

} // namespace weir
