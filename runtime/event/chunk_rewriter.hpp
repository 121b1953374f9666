/// A chunk of which some events are left out or changed, with cuts that say where those that are left were born.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/birth_walker.hpp"
#include "runtime/event/births.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/cuts.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace weir {

/// Events of one tag that lie behind each other in a chunk.
struct event_stretch {
  std::uint64_t first = 0;  ///< which of the chunk's events is the first
  std::uint64_t events = 0; ///< that `entries` should have; fewer if they are damaged
  std::string_view tag;
  std::string_view entries;
  /// Of these, by number in the chunk: chunk::timed_at_reading of what goes on. As input it is not looked at.
  std::span<const index_range> timed_at_reading = {};
};

struct time_bounds {
  std::int64_t min_ns = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ns = std::numeric_limits<std::int64_t>::min();
};

/// Begun for each section of the chunk in turn, given what is left of it in order, and ended; then taken. Copies nothing as
/// long as all is as it was.
class chunk_rewriter {
public:
  explicit chunk_rewriter(const chunk_ptr& from) : from_(from) {}
  /// With these positions instead of the chunk's: parts of them, in which the events lie that are left.
  chunk_rewriter(const chunk_ptr& from, std::vector<position_range> positions);

  /// `first`: which of the chunk's events is the section's first.
  void begin(const section& s, std::string_view entries, std::string_view cuts, std::uint64_t first);
  void add(const event_stretch& part);
  void end();
  /// The chunk itself if nothing has changed; else another one of the same id, source and positions. `times`: of events that
  /// have others than before.
  auto take(const time_bounds& times) -> chunk_ptr;

private:
  auto with_marks_alone() -> chunk_ptr;
  void keep();
  void append_section(const section& s, std::string_view entries, std::string_view cuts);
  void change();
  void begin_section(std::string_view tag);
  void end_section();
  void place(const event_stretch& part);
  auto positions() const -> const std::vector<position_range>& { return positions_ ? *positions_ : from_->positions; }
  auto range_of_next() const -> std::uint32_t;

  chunk_ptr from_;
  std::optional<std::vector<position_range>> positions_; ///< absent: as they were
  std::shared_ptr<chunk> made_; ///< absent: all is as it was
  std::size_t kept_ = 0;        ///< sections, as long as that is so
  byte_buffer body_;
  const section* section_ = nullptr;
  std::string_view entries_;
  std::string_view section_cuts_;
  bool is_whole_ = false;
  bool has_parts_ = false;
  bool is_building_ = false; ///< the last section of made_
  std::optional<birth_walker> walk_;
  std::uint64_t next_ = 0;   ///< the event that walk_ comes to
  std::uint64_t events_ = 0; ///< that are left, up to the section
  std::vector<index_range> timed_at_reading_; ///< of these
  births births_;                     ///< of the section that is built
  std::vector<std::uint32_t> ranges_; ///< by run of births_
  cut_writer cuts_;
};

} // namespace weir
