#include "runtime/event/births.hpp"

#include <algorithm>
#include <cstring>

namespace weir {

void births::restore(const mark& at) {
  runs_.resize(at.runs);
  deltas_.truncate(at.deltas);
  end_run();
}

void births::add_span(const event_span& s) {
  is_open_ = false;
  if (!is_span_open_) {
    runs_.push_back({s.first, s.first, 1, deltas_.size(), s.last - s.first.position, s.first.position, s.last, true});
    is_span_open_ = true;
    return;
  }
  auto& r = runs_.back();
  auto* const begin = deltas_.tail(3 * varint_bytes_max);
  auto* to = write_uvarint(begin, to_zigzag(static_cast<std::int64_t>(s.first.position - r.last.position)));
  to = write_uvarint(to, s.first.ordinal);
  to = write_uvarint(to, s.last - s.first.position);
  deltas_.advance(static_cast<std::size_t>(to - begin));
  ++r.events;
  r.last = s.first;
  r.least = std::min(r.least, s.first.position);
  r.reach = std::max(r.reach, s.last);
}

auto births::deltas_of(std::size_t index) const -> std::string_view {
  const auto begin = runs_[index].deltas;
  const auto end = index + 1 < runs_.size() ? runs_[index + 1].deltas : deltas_.size();
  return deltas_.view().substr(begin, end - begin);
}

/// One of several of its position, or behind some that were dropped.
void births::append_ordinal(const birth& b) {
  auto& last = runs_.back().last;
  const auto expected = b.position == last.position ? last.ordinal + 1 : 0;
  const auto ordinal = std::max(b.ordinal, expected);
  if (ordinal > expected) {
    auto* const to = deltas_.tail(varint_bytes_max);
    const auto skipped = to_zigzag(-static_cast<std::int64_t>(ordinal - expected));
    deltas_.advance(static_cast<std::size_t>(write_uvarint(to, skipped) - to));
  }
  put(b.position - last.position);
  last = {b.position, ordinal};
}

void births::append_following(std::uint32_t events) {
  auto& r = runs_.back();
  r.events += events;
  if (!r.last.is_known()) return;
  std::memset(deltas_.tail(events), static_cast<int>(to_zigzag(1)), events);
  deltas_.advance(events);
  r.last = {r.last.position + events, 0};
}

} // namespace weir
