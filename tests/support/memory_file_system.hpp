/// A file system in memory that can lose power: what was not synced survives by the dice of a seed.
#pragma once

#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weir::test {

/// Not thread-safe. Files that were open at a crash fail from then on.
class memory_file_system final : public file_system {
public:
  auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> override;
  auto list(const std::string& directory) -> result<std::vector<std::string>> override;
  auto make_directories(const std::string& directory) -> result<void> override;
  auto rename(const std::string& from, const std::string& to) -> result<void> override;
  auto remove(const std::string& path) -> result<void> override;
  auto sync_directory(const std::string& directory) -> result<void> override;
  auto lock(const std::string& path, std::string_view holder) -> result<std::unique_ptr<file_lock>> override;

  /// The processes are gone, the system stays: locks are free, nothing is lost.
  void kill();
  /// Power is cut. Of what was not synced each page survives or not, and of the changes of names in each
  /// directory the first ones do. With `keep` all survives, with `lose` nothing.
  enum class survival { by_dice, lose, keep };
  void crash(std::uint64_t seed, survival how = survival::by_dice);

  /// For tests that look at files, or damage them. Changes are on the device at once.
  auto content(const std::string& path) const -> std::string;
  void set_content(const std::string& path, std::string bytes);
  auto exists(const std::string& path) const -> bool { return names_.contains(path); }
  auto is_dropped(const std::string& path) const -> bool { return names_.at(path)->is_dropped; }
  auto paths() const -> std::vector<std::string>;
  /// By this life's process.
  auto open_files() const -> std::size_t;
  /// A file system of its own with what is on this one now.
  auto copy() const -> std::unique_ptr<memory_file_system>;

  static constexpr std::size_t page_bytes = 512;
  struct inode {
    std::uint64_t number = 0;
    std::string current;
    std::string durable;
    std::set<std::size_t> dirty; ///< pages of `current` that differ from what is on the device
    std::size_t names = 0;
    bool is_dropped = false; ///< from the memory of the system
    /// A sync failed: what was dirty is neither on the device nor tried again.
    void forget_unsynced() { dirty.clear(); }
  };
  struct life; ///< between two crashes

private:
  struct name_change {
    std::string directory;
    std::function<void(std::map<std::string, std::shared_ptr<inode>>&)> apply;
  };
  void change(const std::string& path,
              std::function<void(std::map<std::string, std::shared_ptr<inode>>&)> apply);
  auto check_directory_of(const std::string& path) const -> result<void>;

  std::map<std::string, std::shared_ptr<inode>> names_;
  std::map<std::string, std::shared_ptr<inode>> durable_names_;
  std::vector<name_change> pending_; ///< changes of names that are not synced, in their order
  std::set<std::string> directories_{""};
  std::uint64_t inodes_ = 0;
  std::shared_ptr<life> life_ = begin_life();
  static auto begin_life() -> std::shared_ptr<life>;
};

/// The inode behind a file that memory_file_system opened; null for others.
auto inode_of(file& f) -> memory_file_system::inode*;

} // namespace weir::test
