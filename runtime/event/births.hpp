/// Where events of a chunk under construction were born, until they are written as cuts.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/varint.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

/// Where in its stream the line or entry begins that became an event.
struct birth {
  static constexpr std::uint64_t position_max = INT64_MAX; ///< so that two of them are apart by a signed number
  static constexpr std::uint64_t nowhere = UINT64_MAX;

  std::uint64_t position = nowhere;
  std::uint32_t ordinal = 0; ///< among the events of this position
  auto is_known() const -> bool { return position <= position_max; }
  auto next() const -> birth { return is_known() ? birth{position + 1, 0} : birth{}; }
};

/// Where an event was born that was made of several: those of the first and of the last line.
struct event_span {
  birth first;
  std::uint64_t last = 0; ///< position, no lower than that of the first
};

/// In the order of the events, in runs: of each but the first of a run the delta is kept as it will be in the cuts.
class births {
public:
  struct run {
    birth first, last;
    std::uint64_t events = 0;
    std::size_t deltas = 0; ///< where those of the others begin
    std::uint64_t extent = 0; ///< of spans: how far the last position of the first lies behind it
    std::uint64_t least = 0;  ///< the lowest position of any of them
    std::uint64_t reach = 0;  ///< the highest
    bool are_spans = false;   ///< and their deltas are as in the cuts, too
  };
  /// A place to come back to.
  struct mark {
    std::size_t runs = 0;
    std::size_t deltas = 0;
  };

  /// So many events, one apart from `b` on.
  void add(const birth& b, std::uint32_t events) {
    const auto goes_on = is_open_ && runs_.back().last.is_known() == b.is_known()
                         && (!b.is_known() || b.position >= runs_.back().last.position);
    goes_on ? append(b) : begin(b);
    if (events > 1) append_following(events - 1);
  }
  /// An event of several lines, or one that was born before one before it.
  void add_span(const event_span& s);
  /// What comes next is of another section, or of another range.
  void end_run() { is_open_ = is_span_open_ = false; }

  auto save() const -> mark { return {runs_.size(), deltas_.size()}; }
  /// The mark was made behind an end_run().
  void restore(const mark& at);
  auto runs() const -> const std::vector<run>& { return runs_; }
  auto deltas_of(std::size_t index) const -> std::string_view;
  void clear() { restore({}); }

private:
  void begin(const birth& b) {
    runs_.push_back({b, b, 1, deltas_.size()});
    is_open_ = true;
    is_span_open_ = false;
  }
  void append(const birth& b) {
    auto& r = runs_.back();
    ++r.events;
    if (!b.is_known()) return;
    if (b.ordinal > 0 || b.position == r.last.position) return append_ordinal(b);
    put(b.position - r.last.position);
    r.last = b;
  }
  void append_ordinal(const birth& b);
  void append_following(std::uint32_t events);
  void put(std::uint64_t delta) {
    auto* const to = deltas_.tail(varint_bytes_max);
    deltas_.advance(static_cast<std::size_t>(write_uvarint(to, delta << 1) - to));
  }

  std::vector<run> runs_;
  byte_buffer deltas_;
  bool is_open_ = false;      ///< the last run may go on
  bool is_span_open_ = false; ///< so may it, and is one of spans
};

} // namespace weir
