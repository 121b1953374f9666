/// Where the events of a chunk say that they were born.
#pragma once

#include "runtime/event/cuts.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace weir::test {

struct born_event {
  std::string stream; ///< empty: it has no position
  std::uint64_t position = 0;
  std::uint32_t ordinal = 0;
  std::uint64_t last = 0; ///< of a span: the position of its last line
  auto operator==(const born_event&) const -> bool = default;
  friend auto operator<<(std::ostream& out, const born_event& e) -> std::ostream& {
    return out << e.stream << '@' << e.position << '.' << e.ordinal << '-' << e.last;
  }
};

/// Of one section's cuts; `events` it has.
inline auto born_in(std::string_view cuts, std::span<const position_range> ranges, std::uint64_t events)
    -> std::vector<born_event> {
  auto all = std::vector<born_event>{};
  auto read = cut_reader{cuts, ranges};
  while (read.next_group()) {
    if (!read.has_positions() && !read.has_spans()) all.resize(all.size() + read.events());
    while (read.next_span())
      all.push_back({read.range().stream, read.span().first.position, read.span().first.ordinal, read.span().last});
    while (read.next_event()) all.push_back({read.range().stream, read.position(), read.ordinal()});
  }
  BOOST_TEST_REQUIRE(!read.failed());
  if (cuts.empty()) all.resize(events);
  BOOST_TEST_REQUIRE(all.size() == events);
  return all;
}

/// Of all events of the chunk.
inline auto born_in(const chunk& c) -> std::vector<born_event> {
  auto all = std::vector<born_event>{};
  for_each_cuts(c, [&](const section& s, std::string_view cuts) {
    const auto some = born_in(cuts, c.positions, s.count);
    all.insert(all.end(), some.begin(), some.end());
  });
  return all;
}

} // namespace weir::test
