/// What this process writes itself, so that it takes none of it for input.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace weir {

/// Tells a file from all others, also from later ones of the same inode number, if there is a time of birth.
struct file_number {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t birth_ns = 0; ///< 0: the file system does not know
  auto operator==(const file_number&) const -> bool = default;
};

/// Of a regular file.
auto number_of(int fd) -> std::optional<file_number>;
auto number_of(const std::string& path) -> std::optional<file_number>;

/// Thread-safe.
class own_files {
public:
  /// Somebody writes to the regular file behind this descriptor. It stays known, whatever it is called and whether
  /// or not it is still open, for as long as the file system can tell it from a later file of the same number.
  void add(int fd);
  /// The same for what a path leads to, if anything.
  void add(const std::string& path);
  /// An earlier process wrote it. A device may have got another number since, so it does not count. Without a
  /// time of birth it is only believed if `path` still leads to it.
  void remember(std::uint64_t inode, std::int64_t birth_ns, const std::string& path);
  auto contains(std::uint64_t device, std::uint64_t inode, std::int64_t birth_ns) const -> bool;

  /// Somebody writes to files whose paths come from this template ({tag}, %Y, as sinks have them); if it ends in a
  /// slash, to all that lies in that directory. Relative to the working directory. What is there is taken as add()
  /// does.
  void claim(std::string_view path_template);
  auto claimed() const -> std::vector<std::string>;

private:
  struct hash_number {
    auto operator()(const file_number& n) const noexcept -> std::size_t {
      return static_cast<std::size_t>((n.inode ^ n.device) * 0x9e3779b97f4a7c15U
                                      ^ static_cast<std::uint64_t>(n.birth_ns));
    }
  };
  void insert(const std::optional<file_number>& one);

  mutable std::mutex mutex_;
  std::unordered_set<file_number, hash_number> all_;
  std::deque<file_number> in_order_; ///< the oldest first: only so many are kept
  std::vector<std::string> claimed_;
};

/// Of this process.
auto own_files_here() -> own_files&;

} // namespace weir
