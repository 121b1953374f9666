/// The files that a tail knows, by inode, path, stream and watch.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/tail/tailed_file.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// Indexes by inode, path, stream and watch; bounds the descriptors that idle files keep open.
class file_table {
public:
  file_table(std::size_t open_files_max, descriptor_budget* descriptors)
      : descriptors_(descriptors), open_files_max_(open_files_max) {}
  ~file_table();
  file_table(const file_table&) = delete;
  auto operator=(const file_table&) -> file_table& = delete;

  auto add(const file_key& key) -> tailed_file&;
  /// Closes and forgets. `may_return`: its position stays known, in case a path leads to it again.
  void remove(tailed_file& file, bool may_return);
  auto by_key(const file_key& key) -> tailed_file*;
  auto by_path(std::string_view path) -> tailed_file*;
  auto by_stream(const std::string& stream) -> tailed_file*;
  auto by_watch(int watch) -> tailed_file*;
  auto all() -> std::unordered_map<file_key, std::unique_ptr<tailed_file>, file_key_hash>& { return files_; }
  auto all() const -> const std::unordered_map<file_key, std::unique_ptr<tailed_file>, file_key_hash>& {
    return files_;
  }
  auto size() const -> std::size_t { return files_.size(); }

  /// After a scan, unconfirmed() are the paths that were neither linked nor confirmed during it.
  void begin_scan() { ++scan_; }
  void confirm(const std::string& path);
  auto unconfirmed() const -> std::vector<std::string>;

  void link(tailed_file& file, const std::string& path);
  /// Returns whether that was the last path of its file.
  auto unlink(const std::string& path) -> bool;
  void set_stream(tailed_file& file, std::string stream);
  void set_watch(tailed_file& file, int watch);

  /// Whether one more may be opened; may close those that were used least lately and still have a path.
  auto has_room() -> bool;
  /// Takes over `fd`; makes room for it as far as it can.
  void opened(tailed_file& file, int fd);
  void used(tailed_file& file);
  void close(tailed_file& file);
  auto open_count() const -> std::size_t { return open_.size(); }
  /// The process may not open any more: closes one and stays below from now on. False if none was open.
  auto make_room() -> bool;

  /// What an earlier instance handed on.
  void remember_covered(const position_range& position, const std::string& directory = {});
  /// What it handed on of a stream that is read again.
  void remember_stream(const position_range& position);
  /// A stream that was said to be over.
  void remember_over(const std::string& stream);
  /// The least generation that an open file can have after what was over of its inode: it may be the same content that is
  /// back, or a later one.
  auto generation_behind_over(const file_key& key, int fd) const -> std::uint32_t;
  /// What is known of one content of an inode.
  struct recollection {
    stream_identity identity; ///< with the longest head that is known
    std::string stream;                 ///< empty: only witnesses of it are known
    std::vector<std::string> witnesses; ///< as tailed_file::witnesses
    bool is_told = false;               ///< all receivers have one that says what `identity` does
    std::uint64_t offset = 0;           ///< where to go on
    std::vector<interval> skips;        ///< as tailed_file::skips
    std::uint64_t end = 0;              ///< it was at least as long
    std::int64_t copied_ns = 0;         ///< when its copy was born, if one was found
    /// Whether the open file has this very content, as far as can be told.
    auto is_of(int fd, std::uint64_t size) const -> bool;
  };
  /// Of what a file has now.
  static auto content_of(const tailed_file& file) -> recollection;
  /// What earlier instances read through links.
  auto linked_places() const -> std::vector<stream_identity>;
  /// By generation.
  auto recall(const file_key& key) const -> std::vector<recollection>;
  /// Streams of files that had this inode before, and of content that was replaced since, each with its end:
  /// they are forgotten here.
  auto forget_replaced(const file_key& key, std::uint32_t generation) -> std::vector<position_range>;
  /// Streams of files that nobody follows and that were missing in their directories at this call and the one
  /// before: they are forgotten here. A directory of another device than theirs says nothing.
  auto forget_gone() -> std::vector<position_range>;
  /// Whether a position of some file with this inode number is remembered.
  auto remembers_inode(std::uint64_t inode) const -> bool { return remembered_.contains(inode); }

private:
  struct hash_text {
    using is_transparent = void;
    auto operator()(std::string_view text) const noexcept -> std::size_t {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct path_entry {
    tailed_file* file = nullptr;
    std::uint64_t scan = 0; ///< in which it was confirmed last
  };
  struct memory {
    stream_identity identity;
    std::string stream;
    std::vector<interval> known; ///< in any order
    std::uint64_t end = 0;       ///< the greatest of them
    std::string directory;       ///< where it was last; empty: not known
    bool was_missing = false;
    /// Whether it is the stream, and not a witness of one.
    auto has_positions() const -> bool { return identity.path.empty() || end > identity.start; }
    /// Of two such, as an earlier version may have left.
    auto is_before(const memory& other) const -> bool {
      if (identity.path.empty() != other.identity.path.empty()) return identity.path.empty();
      return identity.head.length < other.identity.head.length;
    }
  };

  auto last_directory_of(const memory& m) const -> const std::string&;
  auto most_idle() const -> tailed_file&;
  auto content_of(const file_key& key, std::uint32_t generation) const -> recollection;
  auto remember(stream_identity identity, const std::string& stream, std::uint64_t end) -> memory&;

  std::unordered_map<file_key, std::unique_ptr<tailed_file>, file_key_hash> files_;
  std::unordered_map<std::string, path_entry, hash_text, std::equal_to<>> paths_;
  std::unordered_map<std::string, tailed_file*> streams_;
  std::unordered_map<int, tailed_file*> watches_;
  std::unordered_map<std::uint64_t, std::vector<memory>> remembered_; ///< by inode number
  std::size_t remembered_count_ = 0;
  std::unordered_map<std::uint64_t, std::vector<stream_identity>> over_; ///< by inode number
  std::list<tailed_file*> open_; ///< linked files with a descriptor, least lately used first
  descriptor_budget::share descriptors_;
  std::size_t open_files_max_;
  std::uint64_t scan_ = 0;
};

} // namespace weir
