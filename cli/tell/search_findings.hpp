/// What was found in the databases of a sink, on one node or several; how nodes hand it on, and what people get.
//
//  for nodes, line by line:
//    times FIRST LAST        of all there is; or nothing
//    bar COUNT               one for each of the bars that were asked for, the newest first; fewer if time was over
//    row TIME ROW JSON       an event of this node; in the order of what is found
//    more                    there is more
//    problem TEXT
#pragma once

#include "actors/sinks/sqlite/search.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// Where an event is, among those of all nodes. Text: TIME:ROW:NODE.
struct event_place {
  row_place at;
  std::string node;
};

auto parse_event_place(const std::string& text) -> result<event_place>;
auto to_text(const event_place& p) -> std::string;
/// What the cursor means to one node: rows before that.
auto bound_of(const event_place& before, const std::string& node) -> row_place;

struct found_event {
  event_place at;
  std::string json; ///< one object
};

/// An event as it is told.
auto event_json(const found_row& row, const event_place& at) -> std::string;

/// Bars of equal width, aligned to it.
struct bar_plan {
  std::int64_t first_ns = 0;
  std::int64_t width_ns = 0;
  std::size_t bars = 0;

  /// At most 60 that cover the span; of a span without end or beginning none.
  static auto of(const time_span& all) -> bar_plan;
  /// Number `i` from the newest on, clipped to `all`.
  auto span_of(std::size_t i, const time_span& all) const -> time_span;
};

struct search_findings {
  std::optional<std::pair<std::int64_t, std::int64_t>> times;
  std::vector<found_event> events; ///< the newest first
  std::vector<std::uint64_t> bars; ///< the newest first
  bool has_more = false;
  std::vector<std::string> problems;

  /// Those of another node, or part; then put_in_order(). Bars that one lacks are lacking.
  void add(search_findings more, bool has_bars);
  void put_in_order(std::size_t events_max);
};

auto to_text(const search_findings& found) -> std::string;
/// Of that node. Nothing if it is no such text. Total.
auto parse_findings(std::string_view text, const std::string& node) -> std::optional<search_findings>;
/// {"entries", "histogram", "total", "next", "problem"}
auto answer_of(const search_findings& found, const bar_plan& bars, const time_span& all) -> std::string;

} // namespace weir::cli
