/// Where events of a chunk under construction were born, until they are written as cuts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

/// Where in its stream the line or entry begins that became an event.
struct birth {
  static constexpr std::uint64_t nowhere = UINT64_MAX;

  std::uint64_t position = nowhere;
  std::uint32_t ordinal = 0; ///< among the events of this position
  auto is_known() const -> bool { return position != nowhere; }
  auto next() const -> birth { return is_known() ? birth{position + 1, 0} : birth{}; }
};

/// In the order of the events.
class births {
public:
  /// So many events whose positions are one apart.
  struct run {
    birth first;
    std::uint64_t events = 0;
  };
  /// A place to come back to.
  struct mark {
    std::size_t runs = 0;
    std::uint64_t last_events = 0;
  };

  void add(const birth& b, std::uint32_t events) {
    if (!b.is_known() && !runs_.empty() && !runs_.back().first.is_known())
      runs_.back().events += events;
    else
      runs_.push_back({b, events});
  }
  auto save() const -> mark { return {runs_.size(), runs_.empty() ? 0 : runs_.back().events}; }
  void restore(const mark& at) {
    runs_.resize(at.runs);
    if (!runs_.empty()) runs_.back().events = at.last_events;
  }
  auto runs() const -> const std::vector<run>& { return runs_; }
  void clear() { runs_.clear(); }

private:
  std::vector<run> runs_;
};

} // namespace weir
