#include "runtime/event/chunk_builder.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto section_bytes_max = std::size_t{512} << 10;
/// Between places where chunks may be cut.
constexpr auto boundary_bytes_min = std::size_t{512} << 10;
/// In one notice.
constexpr auto notice_ranges_max = std::size_t{1000};

} // namespace

/// Goes through events and ranges, section by section, and writes where the events are from.
class chunk_builder::cut_maker {
public:
  explicit cut_maker(chunk_builder& of) : of_(of) {}

  /// What comes next has the ranges from the end of the last chunk's to `end`.
  void begin_chunk(std::size_t end) {
    range_ = end_;
    end_ = end;
    number_ = 0;
  }
  auto write(std::uint64_t events, std::string& out) -> std::uint32_t {
    auto& cuts = of_.cuts_;
    cuts.begin_section(out);
    for (const auto end = event_ + events; event_ < end; ++run_) {
      skip_ranges();
      const auto& next = of_.births_.runs()[run_];
      if (range_ < end_ && !is_local())
        cuts.add(next, of_.births_.deltas_of(run_), of_.positions_[range_], number_);
      else
        cuts.add_unknown(next.events);
      event_ += next.events;
    }
    return cuts.end_section();
  }

private:
  void skip_ranges() {
    for (; range_ < end_ && of_.covered_events_[range_] <= event_; ++range_)
      if (!is_local()) ++number_;
  }
  auto is_local() const -> bool { return is_local_stream(of_.positions_[range_].stream); }

  chunk_builder& of_;
  std::uint64_t event_ = 0;
  std::size_t run_ = 0;
  std::size_t range_ = 0;
  std::size_t end_ = 0;
  std::uint32_t number_ = 0; ///< of the range in its chunk, in which no local ones are
};

void chunk_builder::pop_empty_section() {
  if (!sections_.empty() && sections_.back().table.count == 0) sections_.pop_back();
}

auto chunk_builder::begin(std::string_view tag) -> byte_buffer& {
  entry_begin_ = body_.size();
  if (saved_.is_latest) {
    saved_.is_latest = false;
    add_boundary();
  }
  const auto is_bounded = !boundaries_.empty() && boundaries_.back().sections == sections_.size();
  if (is_bounded || sections_.empty() || sections_.back().table.tag != tag) {
    if (!is_bounded) pop_empty_section();
    sections_.push_back({{std::string{tag}, 0, 0}});
    births_.end_run();
  }
  return body_;
}

/// Before the first event behind a save point: a chunk may have to end here.
void chunk_builder::add_boundary() {
  const auto last = boundaries_.empty() ? boundary{} : boundaries_.back();
  if (bytes() - last.bytes < boundary_bytes_min) return;
  pop_empty_section();
  if (last.sections == sections_.size() && last.positions == positions_.size()) return;
  boundaries_.push_back({bytes(), sections_.size(), positions_.size()});
}

[[gnu::always_inline]] inline void chunk_builder::add_entries(std::int64_t time_ns, std::uint32_t count) {
  const auto size = body_.size() - entry_begin_;
  if (const auto& open = sections_.back().table; open.count > 0 && open.bytes + size > section_bytes_max) [[unlikely]] {
    auto tag = open.tag;
    sections_.push_back({{std::move(tag), 0, 0}});
    births_.end_run();
  }
  auto& s = sections_.back();
  if (s.table.count == 0) table_bytes_ += sizeof(section) + s.table.tag.size();
  s.table.count += count;
  s.table.bytes += static_cast<std::uint32_t>(size);
  s.time_min_ns = std::min(s.time_min_ns, time_ns);
  s.time_max_ns = std::max(s.time_max_ns, time_ns);
  events_ += count;
}

void chunk_builder::finish(std::int64_t time_ns, std::uint32_t count, const birth& born) {
  add_entries(time_ns, count);
  births_.add(born, count);
}

void chunk_builder::finish(std::int64_t time_ns, const event_span& born) {
  add_entries(time_ns, 1);
  births_.add_span(born);
}

void chunk_builder::covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  const auto first = boundaries_.empty() ? 0 : boundaries_.back().positions;
  const auto is_next = positions_.size() > first && positions_.back().stream == stream
                       && positions_.back().end == begin && end != end_of_stream;
  if (is_next) {
    positions_.back().end = end;
  } else {
    positions_.push_back({std::string{stream}, begin, end});
    covered_events_.emplace_back();
    table_bytes_ += sizeof(position_range) + stream.size();
  }
  covered_events_.back() = events_;
  births_.end_run();
  saved_.is_latest = true;
  saved_.body = body_.size();
  saved_.table_bytes = table_bytes_;
  saved_.sections = sections_.size();
  if (!sections_.empty()) saved_.last = sections_.back();
  saved_.events = events_;
  saved_.born = births_.save();
}

void chunk_builder::tell_all(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  notices_.push_back({std::string{stream}, begin, end});
}

auto chunk_builder::roll_back() -> std::uint64_t {
  const auto lost = events_ - saved_.events;
  cut_off(timed_at_reading_, saved_.events);
  body_.truncate(saved_.body);
  table_bytes_ = saved_.table_bytes;
  sections_.resize(saved_.sections);
  if (!sections_.empty()) sections_.back() = saved_.last;
  events_ = saved_.events;
  births_.restore(saved_.born);
  saved_.is_latest = true;
  return lost;
}

auto chunk_builder::release_body() -> shared_bytes {
  if (body_.size() > body_.capacity() / 2) {
    auto full = pool_.take();
    full.swap(body_);
    return shared_bytes{pool_.share(std::move(full))};
  }
  // A quiet stream must not pin a large buffer with every small chunk.
  auto exact = byte_buffer{body_.size()};
  exact.append(body_.view());
  body_.clear();
  return shared_bytes{std::move(exact)};
}

auto chunk_builder::cut(std::size_t first, std::size_t last, const shared_bytes& body, std::size_t& offset)
    -> std::shared_ptr<chunk> {
  auto c = std::make_shared<chunk>();
  auto size = std::size_t{0};
  c->time_min_ns = INT64_MAX;
  c->time_max_ns = INT64_MIN;
  for (auto i = first; i < last; ++i) {
    auto& s = sections_[i];
    c->count += s.table.count;
    size += s.table.bytes;
    c->time_min_ns = std::min(c->time_min_ns, s.time_min_ns);
    c->time_max_ns = std::max(c->time_max_ns, s.time_max_ns);
    c->sections.push_back(std::move(s.table));
  }
  if (c->count == 0) c->time_min_ns = c->time_max_ns = 0;
  c->body = body.slice(offset, size);
  offset += size;
  return c;
}

/// Where to cut so that chunks are as large as `bytes_max` allows; the last one is the end of everything.
auto chunk_builder::ends_of_chunks(std::size_t bytes_max) const -> std::vector<boundary> {
  auto ends = std::vector<boundary>{};
  auto begin = std::size_t{0};
  auto last = boundary{};
  const auto end = boundary{bytes(), sections_.size(), positions_.size()};
  for (std::size_t i = 0; i <= boundaries_.size(); ++i) {
    const auto& next = i < boundaries_.size() ? boundaries_[i] : end;
    if (last.bytes > begin && next.bytes - begin > bytes_max) {
      ends.push_back(last);
      begin = last.bytes;
    }
    last = next;
  }
  ends.push_back(end);
  return ends;
}

auto chunk_builder::take(std::size_t bytes_max) -> std::vector<std::shared_ptr<chunk>> {
  auto chunks = std::vector<std::shared_ptr<chunk>>{};
  if (!has_no_data()) take_data(bytes_max, chunks);
  take_notices(chunks);
  forget_all();
  return chunks;
}

void chunk_builder::take_notices(std::vector<std::shared_ptr<chunk>>& out) {
  for (auto& told : notices_) {
    if (out.empty() || !out.back()->is_notice || out.back()->positions.size() == notice_ranges_max) {
      out.push_back(std::make_shared<chunk>());
      out.back()->is_notice = true;
    }
    out.back()->positions.push_back(std::move(told));
  }
}

void chunk_builder::take_data(std::size_t bytes_max, std::vector<std::shared_ptr<chunk>>& chunks) {
  pop_empty_section();
  const auto ends = ends_of_chunks(bytes_max);
  const auto body = release_body();
  auto offset = std::size_t{0};
  auto first = std::size_t{0};
  auto position = positions_.begin();
  auto cuts = cut_maker{*this};
  auto events = index_range{};
  for (const auto& end : ends) {
    cuts.begin_chunk(end.positions);
    const auto next = positions_.begin() + static_cast<std::ptrdiff_t>(end.positions);
    do {
      auto last = first;
      auto size = std::size_t{0};
      while (last < end.sections
             && (last == first || position != next || size + sections_[last].table.bytes <= bytes_max))
        size += sections_[last++].table.bytes;
      chunks.push_back(cut(first, last, body, offset));
      auto& made = *chunks.back();
      for (auto& s : made.sections) s.cuts = cuts.write(s.count, made.cuts);
      events = {events.end, events.end + made.count};
      append_part(made.timed_at_reading, timed_at_reading_, events, 0);
      first = last;
    } while (first < end.sections);
    chunks.back()->positions.assign(std::move_iterator{position}, std::move_iterator{next});
    position = next;
  }
}

void chunk_builder::forget_all() {
  sections_.clear();
  positions_.clear();
  notices_.clear();
  covered_events_.clear();
  births_.clear();
  timed_at_reading_.clear();
  table_bytes_ = 0;
  boundaries_.clear();
  events_ = 0;
  entry_begin_ = 0;
  saved_ = {};
}

} // namespace weir
