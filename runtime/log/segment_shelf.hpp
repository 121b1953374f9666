/// The segments of an open chunk log: finds records in them and keeps few files open.
#pragma once

#include "runtime/log/segment.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir {

class segment_shelf {
public:
  explicit segment_shelf(file_system& files) : files_(files) {}

  auto all() -> std::deque<segment>& { return segments_; }
  auto all() const -> const std::deque<segment>& { return segments_; }
  /// Of the files, as reserved.
  auto bytes() const -> std::uint64_t;
  void add(segment s);
  /// Deletes the file; that it may still be there afterwards does no harm.
  void drop_front();
  void drop_back();
  /// Gives back what is reserved behind `end`, and forgets records that lie there.
  void cut(segment& of, std::uint64_t end, std::uint64_t last);

  /// Where a record lies that is in no cache. errc::not_found: nowhere.
  struct place {
    segment* in = nullptr;
    located_record record;
  };
  auto locate(std::uint64_t number) -> result<place>;
  /// The same in a segment that cannot be read everywhere: what lies on a bad page is nowhere.
  auto locate_salvaged(std::uint64_t number) -> result<place>;
  /// The segment that has, or should have, the record.
  auto find(std::uint64_t number) -> segment*;
  /// The bytes of it in which a record lies that locate() does not find.
  auto gap_of(segment& in, std::uint64_t number) -> std::pair<std::uint64_t, std::uint64_t>;
  /// Opens it if it is closed.
  auto file_of(segment& s) -> result<std::shared_ptr<file>>;

private:
  /// The records of a block, read once for those who go through it.
  struct known_block {
    std::uint64_t segment = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::vector<located_record> records;
  };
  auto block_with(segment& in, std::uint64_t number) -> result<const known_block*>;
  static auto read_block(const segment& in, const file& from, const segment_index::block& where)
      -> result<known_block>;
  void forget(segment& s);
  /// Closes those that were used least lately if too many are open.
  void note_opened(const segment& s);
  /// Unless it is written to.
  auto close(std::uint64_t number) -> bool;

  file_system& files_;
  std::deque<segment> segments_;
  std::deque<known_block> blocks_;
  std::deque<std::uint64_t> opened_; ///< numbers of open segments, the last used last
};

} // namespace weir
