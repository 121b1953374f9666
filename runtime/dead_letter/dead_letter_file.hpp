/// The file that keeps the dead letters of one collector or sink: each of them once, whatever dies when.
//
// Letters are on the device before the data around them goes on, so none is lost; what is then read or sent
// again after a crash is found in the file and not added a second time: by where it was read, or by its
// chunk, or, where the chunk is gone and its events come in new ones, by where the collector had read it.
#pragma once

#include "runtime/dead_letter/dead_letter.hpp"
#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace weir {

/// Its calls may come from several threads: whoever writes letters, and whoever reads them on to a sink.
class dead_letter_file {
public:
  /// Touches nothing until the first letter comes, or prepare() is called. The file gets no larger than
  /// `bytes_max`, if it is given.
  dead_letter_file(file_system& files, std::string path, std::uint64_t bytes_max = UINT64_MAX)
      : files_(files), path_(std::move(path)), bytes_max_(bytes_max) {}

  /// Adds the letters that are not in it yet and waits for the device; all or an error. After an error call
  /// it again with the same letters; not after errc::limit, which says that the file is full.
  auto add(std::span<const dead_letter> letters) -> result<void>;
  /// Makes directory and file if they are not there, and takes away what a death left half written.
  auto prepare() -> result<void>;
  /// How much of the file with this inode is whole letters on the device; all of a file that is not ours
  /// any more. Waits for an add() that is going on.
  auto safe_bytes(std::uint64_t inode) -> std::uint64_t;
  auto path() const -> const std::string& { return path_; }

private:
  /// Where a letter of a collector was that an earlier process added.
  struct range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  auto open() -> result<std::shared_ptr<file>>;
  auto recover(file& f) -> result<void>;
  /// Writes again what an earlier process wrote. If its sync failed, that may be in the cache only, and no later sync of
  /// ours would tell.
  auto write_again(file& f) -> result<void>;
  /// Reads back what the latest letters were.
  auto learn(const file& f, std::uint64_t size) -> result<void>;
  void learn_letter(const dead_letter& letter);
  auto is_known(const dead_letter& letter) -> bool;
  auto was_read(const dead_letter& letter) -> bool;
  auto was_refused(const dead_letter& letter) -> bool;
  void remember(const dead_letter& letter);

  std::mutex mutex_;
  file_system& files_;
  std::string path_;
  std::uint64_t bytes_max_;
  std::uint64_t inode_ = 0;                ///< of the file as recovered
  std::uint64_t size_ = 0;                 ///< of what is whole and on the device
  std::uint64_t unproven_begin_ = 0;       ///< of what an earlier process wrote, as far as it may be relied on
  std::uint64_t unproven_end_ = 0;
  bool has_failed_ = false;                ///< behind size_ may be anything
  std::unordered_set<std::uint64_t> sent_; ///< letters of sinks
  std::deque<std::uint64_t> sent_order_;
  std::unordered_map<std::uint64_t, std::vector<range>> read_; ///< letters of collectors, by stream and bytes
  /// Letters of sinks that an earlier process added, by tag and record: where its chunk was from.
  std::unordered_map<std::uint64_t, std::vector<std::shared_ptr<const chunk_place>>> refused_;
  chunk_id learned_chunk_; ///< of the letter learned last
  std::shared_ptr<const chunk_place> learned_place_;
};

} // namespace weir
