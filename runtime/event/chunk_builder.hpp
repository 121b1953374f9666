/// Collects entries into a body with a section table, and cuts chunks from it at save points.
#pragma once

#include "runtime/base/buffer_pool.hpp"
#include "runtime/event/births.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/cuts.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace weir {

/// The cut chunks lack id, settled_below and closed_ns: their collector gives them, and takes the ranges of local
/// streams out, which their cuts pass over.
class chunk_builder {
public:
  /// Begins an entry of `tag` and returns the buffer to append it to; end with finish() or abandon().
  auto begin(std::string_view tag) -> byte_buffer&;
  /// Counts what was appended since begin() as `count` entries of `time_ns`, the first of them born at `born` and the
  /// others one apart.
  void finish(std::int64_t time_ns, std::uint32_t count = 1, const birth& born = {});
  /// One entry of several lines, or born before one before it.
  void finish(std::int64_t time_ns, const event_span& born);
  /// The event that was finished last has the time at which it was read (chunk::timed_at_reading).
  void mark_timed_at_reading() { append_range(timed_at_reading_, events_ - 1, 1); }
  void abandon() { body_.truncate(entry_begin_); }

  /// A save point: everything so far covers `stream` from `begin` to `end`. Several of them without an event
  /// between are one.
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end);
  /// As covered(), by a notice (chunk::is_notice). Nothing is put between the last save point and this.
  void tell_all(std::string_view stream, std::uint64_t begin, std::uint64_t end);
  /// Forgets what came after the last save point; returns how many events that were.
  auto roll_back() -> std::uint64_t;

  /// As a chunk's footprint: with the tables.
  auto bytes() const -> std::size_t { return body_.size() + table_bytes_; }
  auto body_bytes() const -> std::size_t { return body_.size(); }
  /// What came after the last save point: it will be in one chunk.
  auto unsaved_bytes() const -> std::size_t { return bytes() - saved_.body - saved_.table_bytes; }
  auto events() const -> std::uint64_t { return events_; }
  /// Neither events nor positions to hand on.
  auto empty() const -> bool { return has_no_data() && notices_.empty(); }
  auto notices() const -> const std::vector<position_range>& { return notices_; }
  auto positions() const -> const std::vector<position_range>& { return positions_; }

  /// Everything up to now as chunks of at most `bytes_max` each, cut at save points: a chunk's
  /// positions are of its events and of no others. What lies between two save points stays together, however
  /// large it is. Without positions, chunks are cut between sections; a section never is larger than half a
  /// MiB unless one event is. Notices come last.
  auto take(std::size_t bytes_max) -> std::vector<std::shared_ptr<chunk>>;

private:
  struct open_section {
    section table;
    std::int64_t time_min_ns = INT64_MAX;
    std::int64_t time_max_ns = INT64_MIN;
  };
  struct save_point {
    std::size_t body = 0;
    std::size_t table_bytes = 0;
    std::size_t sections = 0;
    open_section last;
    std::uint64_t events = 0;
    births::mark born;
    bool is_latest = false; ///< nothing came since
  };
  /// A save point where a chunk may end.
  struct boundary {
    std::size_t bytes = 0; ///< before it, with the tables
    std::size_t sections = 0;
    std::size_t positions = 0;
  };
  class cut_maker;
  auto has_no_data() const -> bool { return events_ == 0 && positions_.empty(); }
  void take_data(std::size_t bytes_max, std::vector<std::shared_ptr<chunk>>& out);
  void take_notices(std::vector<std::shared_ptr<chunk>>& out);
  void pop_empty_section();
  void add_boundary();
  void add_entries(std::int64_t time_ns, std::uint32_t count);
  auto ends_of_chunks(std::size_t bytes_max) const -> std::vector<boundary>;
  void forget_all();
  auto release_body() -> shared_bytes;
  auto cut(std::size_t first, std::size_t last, const shared_bytes& body, std::size_t& offset)
      -> std::shared_ptr<chunk>;

  buffer_pool pool_{8, std::size_t{2} << 20};
  byte_buffer body_;
  std::vector<open_section> sections_;
  std::vector<position_range> positions_;
  std::vector<position_range> notices_;
  std::vector<std::uint64_t> covered_events_; ///< by range: how many events there were when it was covered
  births births_;
  cut_writer cuts_;
  std::size_t table_bytes_ = 0; ///< of both; of sections, those with events
  std::uint64_t events_ = 0;
  std::vector<index_range> timed_at_reading_;
  std::size_t entry_begin_ = 0;
  save_point saved_;
  std::vector<boundary> boundaries_;
};

} // namespace weir
