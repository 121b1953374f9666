/// Cuts: the position of each event of a chunk, in one or two bytes an event.
//
//  cuts   := group*           of a section: its events in order, all of them; empty: nothing is known of them
//  group  := range uvarint    0: these events have no position, and no delta follows; n: they are of the range that
//                             lies n - 1 behind that of the group before, at first of the chunk's first one
//            events uvarint   1 or more
//            delta*           until each of them has its own
//          | 0 0              of events of several lines, or of such as come behind one that lies behind them
//            range uvarint    n as above, 1 or more
//            events uvarint   1 or more
//            span*            one an event
//  delta  := svarint d        d > 0: the event is d behind the last one of the range, or behind its begin
//                             d = 0: it is at the same place; its ordinal there is the next, at first 0
//                             d < 0: no event; the ordinal of the next one is higher by -d: so many that were born
//                             with it are not in the chunk
//  span   := svarint          so far the first line of the event lies behind that of the span before, at first behind
//                             the range's begin; it may lie before that of the span before
//            ordinal uvarint  of the event among those whose first line is there
//            extent uvarint   so far its last line lies behind its first
//  uvarint := LEB128; svarint: uvarint of its zigzag form
//
//  Each section begins anew, so that one that is sent without the others still tells where its events are from. What
//  was dropped leaves a larger delta. A position is where a line or entry begins: range.begin <= position < range.end.
#pragma once

#include "runtime/event/births.hpp"
#include "runtime/event/chunk.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir {

/// Writes the cuts of one section after the other.
class cut_writer {
public:
  void begin_section(std::string& out);
  /// The next events, with the deltas of all but the first; `range` has the number `number` among those of the
  /// chunk. If they cannot be of it, nothing is known of them.
  void add(const births::run& next, std::string_view deltas, const position_range& range, std::uint32_t number);
  void add_unknown(std::uint64_t events);
  /// Appends the section's cuts to what begin_section() was given; returns their bytes.
  auto end_section() -> std::uint32_t;

private:
  auto put(const birth& first) -> std::uint32_t;
  void add_spans(const births::run& next, std::string_view deltas, const position_range& range, std::uint32_t number);
  void begin_group(std::uint64_t range);
  void end_group();

  std::string* out_ = nullptr;
  std::size_t begin_ = 0;    ///< of the section's cuts in `out_`
  bool is_any_known_ = false;
  std::uint32_t number_ = 0; ///< of the range
  std::uint64_t position_ = 0;
  std::uint32_t next_ordinal_ = 0;
  bool is_placed_ = false;   ///< position_ is in the range
  std::uint64_t group_range_ = 0;
  std::uint64_t group_events_ = 0;
  std::string deltas_; ///< of the group
};

/// Reads the cuts of one section. Total: any bytes are a valid argument; it ends at the first that makes no sense.
class cut_reader {
public:
  cut_reader(std::string_view cuts, std::span<const position_range> ranges) : rest_(cuts), ranges_(ranges) {}

  /// Goes to the next group, past what is left of this one; false at the end.
  auto next_group() -> bool;
  /// Of the group, all together; without positions and spans nothing is known of them.
  auto events() const -> std::uint64_t { return events_; }
  auto has_positions() const -> bool { return has_positions_; }
  /// If it has positions.
  auto range() const -> const position_range& { return ranges_[range_]; }

  /// Goes to the next event of a group with positions; false behind its last one.
  auto next_event() -> bool;
  auto position() const -> std::uint64_t { return position_; }
  auto ordinal() const -> std::uint32_t { return next_ordinal_ - 1; }

  /// Whether the group is one of spans; then it has no positions.
  auto has_spans() const -> bool { return has_spans_; }
  /// Goes to the next event of a group of spans; false behind its last one.
  auto next_span() -> bool;
  auto span() const -> const event_span& { return span_; }
  /// Goes past what is left of the group.
  void skip_group();

  auto failed() const -> bool { return failed_; }

private:
  auto fail() -> bool;
  auto number() -> std::uint64_t;
  auto enter_range(std::uint64_t further) -> bool;
  auto enter_spans() -> bool;

  std::string_view rest_;
  std::span<const position_range> ranges_;
  std::uint64_t events_ = 0;
  std::uint64_t left_ = 0; ///< events of the group that next_event() has not come to
  bool has_positions_ = false;
  bool has_spans_ = false;
  bool is_in_range_ = false;
  bool failed_ = false;
  std::size_t range_ = 0;
  std::uint64_t position_ = 0;
  std::uint32_t next_ordinal_ = 0;
  event_span span_;
};

/// Whether the chunk's cuts are those of its sections and ranges.
auto are_cuts_whole(const chunk& c) -> bool;

/// Calls `visit(section, cuts)` for each section.
template <class Visitor> void for_each_cuts(const chunk& c, Visitor&& visit) {
  auto offset = std::size_t{0};
  for (const auto& s : c.sections) {
    visit(s, std::string_view{c.cuts}.substr(std::min(offset, c.cuts.size()), s.cuts));
    offset += s.cuts;
  }
}

} // namespace weir
