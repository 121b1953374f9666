/// What this process writes itself, so that it takes none of it for input.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace weir {

/// Thread-safe.
class own_files {
public:
  /// Somebody writes to the regular file behind this descriptor. It stays known, whatever it is called and whether
  /// or not it is still open, for as long as the file system can tell it from a later file of the same number.
  void add(int fd);
  auto contains(std::uint64_t device, std::uint64_t inode, std::int64_t birth_ns) const -> bool;

  /// Somebody writes to files whose paths come from this template ({tag}, %Y, as sinks have them); if it ends in a
  /// slash, to all that lies in that directory. Relative to the working directory.
  void claim(std::string_view path_template);
  auto claimed() const -> std::vector<std::string>;

private:
  struct number {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t birth_ns = 0;
    auto operator==(const number&) const -> bool = default;
  };
  struct hash_number {
    auto operator()(const number& n) const noexcept -> std::size_t {
      return static_cast<std::size_t>((n.inode ^ n.device) * 0x9e3779b97f4a7c15U
                                      ^ static_cast<std::uint64_t>(n.birth_ns));
    }
  };

  mutable std::mutex mutex_;
  std::unordered_set<number, hash_number> all_;
  std::deque<number> in_order_; ///< the oldest first: only so many are kept
  std::vector<std::string> claimed_;
};

/// Of this process.
auto own_files_here() -> own_files&;

} // namespace weir
