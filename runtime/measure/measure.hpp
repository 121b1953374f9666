/// What a figure is called, counts and means: declared once, in a table for each role. Whatever publishes, sends, shows
/// or checks figures goes by the tables.
#pragma once

#include "runtime/measure/histogram.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

enum class measure_kind {
  counter,   ///< only grows
  gauge,     ///< is as it is
  age,       ///< grows by itself: its owner says since when (wall clock, ns; 0: it is not), who looks gets how long
  histogram, ///< of durations
};

enum class measure_unit { events, bytes, chunks, times, seconds }; ///< in memory, seconds are counted in nanoseconds

/// Accounts balance: what came in is what has gone, by one way or another.
enum class account_side { none, came, gone };

template <class Figures> struct measure {
  std::string_view name; ///< the key in JSON
  measure_kind kind = measure_kind::counter;
  measure_unit unit = measure_unit::events;
  std::string_view help; ///< what it counts, in a few words
  std::uint64_t Figures::*value = nullptr;
  histogram Figures::*spread = nullptr; ///< of a histogram, instead
  account_side side = account_side::none;
  bool is_remark = false; ///< out of the ordinary if it is not 0: status says so, with `help`

  constexpr auto words() const -> std::size_t { return spread == nullptr ? 1 : histogram{}.words().size(); }
};

} // namespace weir
