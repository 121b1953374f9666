#include "runtime/event/cuts.hpp"

#include <algorithm>

namespace weir {
namespace {

void put_uvarint(std::string& out, std::uint64_t n) {
  char bytes[varint_bytes_max];
  out.append(bytes, static_cast<std::size_t>(write_uvarint(bytes, n) - bytes));
}

} // namespace

void cut_writer::begin_section(std::string& out) {
  out_ = &out;
  begin_ = out.size();
  is_any_known_ = is_placed_ = false;
  number_ = 0;
  group_events_ = 0;
}

void cut_writer::begin_group(std::uint64_t range) {
  const auto goes_on = range == 0 ? group_range_ == 0 : range == 1 && group_range_ > 0;
  if (goes_on && group_events_ > 0) return;
  end_group();
  group_range_ = range;
}

void cut_writer::end_group() {
  if (group_events_ == 0) return;
  put_uvarint(*out_, group_range_);
  put_uvarint(*out_, group_events_);
  *out_ += deltas_;
  deltas_.clear();
  group_events_ = 0;
}

void cut_writer::add_unknown(std::uint64_t events) {
  if (events == 0) return;
  begin_group(0);
  group_events_ += events;
}

void cut_writer::add(const births::run& next, std::string_view deltas, const position_range& range,
                     std::uint32_t number) {
  if (next.are_spans) return add_spans(next, deltas, range, number);
  const auto goes_on = is_placed_ && number == number_;
  const auto& first = next.first;
  const auto& last = next.last;
  const auto is_within = first.is_known() && first.position >= (goes_on ? position_ : range.begin)
                         && last.position < range.end && range.end != end_of_stream;
  if (!is_within) return add_unknown(next.events);
  begin_group(1 + number - number_);
  if (!goes_on) position_ = range.begin, next_ordinal_ = 0;
  is_placed_ = is_any_known_ = true;
  number_ = number;
  const auto ordinal = put(first);
  deltas_ += deltas;
  group_events_ += next.events;
  next_ordinal_ = last.ordinal + 1 + (last.position == first.position ? ordinal - first.ordinal : 0);
  position_ = last.position;
}

void cut_writer::add_spans(const births::run& next, std::string_view deltas, const position_range& range,
                           std::uint32_t number) {
  const auto is_within = next.first.is_known() && next.least >= range.begin && next.reach < range.end;
  if (!is_within || range.end == end_of_stream) return add_unknown(next.events);
  end_group();
  for (const auto n : {std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1} + number - number_, next.events})
    put_uvarint(*out_, n);
  put_uvarint(*out_, to_zigzag(static_cast<std::int64_t>(next.first.position - range.begin)));
  put_uvarint(*out_, next.first.ordinal);
  put_uvarint(*out_, next.extent);
  *out_ += deltas;
  if (!is_placed_ || number != number_) position_ = range.begin, next_ordinal_ = 0;
  number_ = number;
  is_placed_ = is_any_known_ = true;
}

/// Behind what is there of the range; returns the ordinal that it has.
auto cut_writer::put(const birth& first) -> std::uint32_t {
  const auto expected = first.position == position_ ? next_ordinal_ : 0;
  const auto ordinal = std::max(first.ordinal, expected);
  if (ordinal > expected) put_uvarint(deltas_, to_zigzag(-static_cast<std::int64_t>(ordinal - expected)));
  put_uvarint(deltas_, to_zigzag(static_cast<std::int64_t>(first.position - position_)));
  return ordinal;
}

auto cut_writer::end_section() -> std::uint32_t {
  end_group();
  if (!is_any_known_) out_->resize(begin_);
  return static_cast<std::uint32_t>(out_->size() - begin_);
}

auto cut_reader::fail() -> bool {
  failed_ = true;
  rest_ = {};
  left_ = events_ = 0;
  return false;
}

auto cut_reader::number() -> std::uint64_t {
  auto value = std::uint64_t{0};
  if (read_uvarint(rest_, value)) return value;
  fail();
  return 0;
}

auto cut_reader::enter_range(std::uint64_t further) -> bool {
  if (further >= ranges_.size() - std::min(range_, ranges_.size())) return fail();
  if (further == 0 && is_in_range_) return true;
  range_ += static_cast<std::size_t>(further);
  position_ = ranges_[range_].begin;
  next_ordinal_ = 0;
  return is_in_range_ = true;
}

auto cut_reader::next_group() -> bool {
  skip_group();
  if (rest_.empty() || failed_) return false;
  const auto range = number();
  events_ = number();
  has_spans_ = false;
  if (range == 0 && events_ == 0 && !failed_) return enter_spans();
  if (failed_ || events_ == 0) return fail();
  has_positions_ = range > 0;
  if (has_positions_ && !enter_range(range - 1)) return false;
  left_ = has_positions_ ? events_ : 0;
  return true;
}

auto cut_reader::enter_spans() -> bool {
  const auto further = number();
  events_ = number();
  if (failed_ || events_ == 0 || further == 0 || !enter_range(further - 1)) return fail();
  has_positions_ = false;
  has_spans_ = true;
  left_ = events_;
  span_ = {{range().begin, 0}, 0};
  return true;
}

auto cut_reader::next_span() -> bool {
  if (left_ == 0 || !has_spans_) return false;
  const auto position = span_.first.position + static_cast<std::uint64_t>(from_zigzag(number()));
  const auto ordinal = number();
  const auto extent = number();
  const auto& within = range();
  const auto is_sound = within.begin <= position && position < within.end && extent < within.end - position && ordinal < UINT32_MAX;
  if (failed_ || !is_sound) return fail();
  span_ = {{position, static_cast<std::uint32_t>(ordinal)}, position + extent};
  --left_;
  return true;
}

void cut_reader::skip_group() {
  while (left_ > 0 && (has_spans_ ? next_span() : next_event())) {}
}

auto cut_reader::next_event() -> bool {
  if (left_ == 0) return false;
  auto skipped = std::uint64_t{0};
  auto delta = from_zigzag(number());
  for (; delta < 0 && !failed_; delta = from_zigzag(number())) {
    skipped += ~static_cast<std::uint64_t>(delta) + 1;
    if (skipped > UINT32_MAX) return fail();
  }
  const auto end = range().end;
  if (failed_ || position_ >= end || static_cast<std::uint64_t>(delta) >= end - position_) return fail();
  position_ += static_cast<std::uint64_t>(delta);
  const auto ordinal = (delta > 0 ? 0 : std::uint64_t{next_ordinal_}) + skipped;
  if (ordinal >= UINT32_MAX) return fail();
  next_ordinal_ = static_cast<std::uint32_t>(ordinal + 1);
  --left_;
  return true;
}

auto are_cuts_whole(const chunk& c) -> bool {
  auto bytes = std::uint64_t{0};
  for (const auto& s : c.sections) bytes += s.cuts;
  if (bytes != c.cuts.size()) return false;
  auto are_whole = true;
  for_each_cuts(c, [&](const section& s, std::string_view cuts) {
    auto read = cut_reader{cuts, c.positions};
    auto events = std::uint64_t{0};
    // Each group has events, so that sums of counts below 2^32 cannot pass by each other unseen.
    while (events <= s.count && read.next_group()) events += std::min<std::uint64_t>(read.events(), s.count + 1ULL);
    read.skip_group();
    are_whole = are_whole && !read.failed() && (cuts.empty() || events == s.count);
  });
  return are_whole;
}

} // namespace weir
