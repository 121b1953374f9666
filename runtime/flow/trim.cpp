#include "runtime/flow/trim.hpp"

#include "runtime/event/cuts.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Tells event after event what is known, in each group with growing positions.
class event_judge {
public:
  event_judge(const chunk& c, const position_index& known) : chunk_(c), known_(known) {}

  /// Whether the judgement needs a look at events at all.
  auto knows_any() const -> bool {
    return std::any_of(chunk_.positions.begin(), chunk_.positions.end(),
                       [&](const position_range& p) { return known_.touches(chunk_.source, p); });
  }
  void enter(const position_range& range) {
    parts_ = known_.common(chunk_.source, range);
    at_ = parts_.begin();
  }
  auto is_known(const std::string& stream, const event_span& event) -> bool {
    const auto lines = position_range{stream, event.first.position, event.last + 1};
    if (known_.covers(chunk_.source, {&lines, 1})) return true;
    if (known_.touches(chunk_.source, lines)) ++regrouped;
    return false;
  }
  std::uint64_t regrouped = 0;

  auto is_known(std::uint64_t position) -> bool {
    while (at_ != parts_.end() && at_->end <= position) ++at_;
    return at_ != parts_.end() && at_->begin <= position;
  }

private:
  const chunk& chunk_;
  const position_index& known_;
  std::vector<position_range> parts_; ///< of the range
  std::vector<position_range>::const_iterator at_;
};

/// Appends what is new of a section whose first event has the number `first`.
void trim_section(const index_range& section, cut_reader read, event_judge& judge, std::vector<index_range>& fresh) {
  auto at = section.first;
  while (read.next_group()) {
    for (; read.next_span(); ++at)
      if (!judge.is_known(read.range().stream, read.span())) append_range(fresh, at, 1);
    if (read.has_spans()) continue;
    if (!read.has_positions()) {
      append_range(fresh, at, read.events());
      at += read.events();
      continue;
    }
    judge.enter(read.range());
    for (; read.next_event(); ++at)
      if (!judge.is_known(read.position())) append_range(fresh, at, 1);
  }
  append_range(fresh, at, section.end - std::min(at, section.end)); // nothing is known of these
}

} // namespace

auto trim(const chunk& c, const position_index& known, std::uint64_t& regrouped) -> std::vector<index_range> {
  auto judge = event_judge{c, known};
  auto fresh = std::vector<index_range>{};
  if (!judge.knows_any()) return append_range(fresh, 0, c.count), fresh;
  auto first = std::uint64_t{0};
  for_each_cuts(c, [&](const section& s, std::string_view cuts) {
    trim_section({first, first + s.count}, cut_reader{cuts, c.positions}, judge, fresh);
    first += s.count;
  });
  regrouped += judge.regrouped;
  return fresh;
}

auto common(std::span<const index_range> a, std::span<const index_range> b) -> std::vector<index_range> {
  auto both = std::vector<index_range>{};
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    const auto first = std::max(x->first, y->first);
    const auto end = std::min(x->end, y->end);
    if (first < end) both.push_back({first, end});
    x->end < y->end ? void(++x) : void(++y);
  }
  return both;
}

auto is_whole(const chunk& c, std::span<const index_range> events) -> bool {
  return c.count == 0 || (events.size() == 1 && events[0] == index_range{0, c.count});
}

} // namespace weir
