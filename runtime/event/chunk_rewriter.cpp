#include "runtime/event/chunk_rewriter.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr auto no_range = std::numeric_limits<std::uint32_t>::max();

} // namespace

chunk_rewriter::chunk_rewriter(const chunk_ptr& from, std::vector<position_range> positions)
    : from_(from), positions_(std::move(positions)) {
  change();
}

void chunk_rewriter::begin(const section& s, std::string_view entries, std::string_view cuts, std::uint64_t first) {
  section_ = &s;
  entries_ = entries;
  section_cuts_ = cuts;
  next_ = first;
  walk_.emplace(cuts, from_->positions);
  is_whole_ = has_parts_ = false;
}

void chunk_rewriter::add(const event_stretch& part) {
  has_parts_ = true;
  const auto part_end = part.first + part.events;
  append_part(timed_at_reading_, part.timed_at_reading, {part.first, part_end}, events_);
  events_ += part.events;
  is_whole_ = !positions_ && part.events == section_->count && part.entries.data() == entries_.data()
              && part.entries.size() == entries_.size() && part.tag == section_->tag;
  if (is_whole_) return keep();
  change();
  auto& sections = made_->sections;
  if (!is_building_ || sections.back().tag != part.tag) begin_section(part.tag);
  body_.append(part.entries);
  sections.back().bytes += static_cast<std::uint32_t>(part.entries.size());
  sections.back().count += static_cast<std::uint32_t>(part.events);
  made_->count += part.events;
  place(part);
}

void chunk_rewriter::end() {
  if (!has_parts_) section_->count > 0 ? change() : keep();
  end_section();
}

auto chunk_rewriter::take(const time_bounds& times) -> chunk_ptr {
  if (!made_ && timed_at_reading_ == from_->timed_at_reading) return from_;
  if (!made_) return with_marks_alone();
  made_->timed_at_reading = std::move(timed_at_reading_);
  made_->time_min_ns = std::min(made_->time_min_ns, times.min_ns);
  made_->time_max_ns = std::max(made_->time_max_ns, times.max_ns);
  made_->body = shared_bytes{std::move(body_)};
  return std::move(made_);
}

/// Some events were found to have the very time at which they were read.
auto chunk_rewriter::with_marks_alone() -> chunk_ptr {
  made_ = std::make_shared<chunk>(*from_);
  made_->timed_at_reading = std::move(timed_at_reading_);
  return std::move(made_);
}

/// As it is.
void chunk_rewriter::keep() {
  if (!made_) return void(++kept_);
  append_section(*section_, entries_, section_cuts_);
}

void chunk_rewriter::append_section(const section& s, std::string_view entries, std::string_view cuts) {
  made_->sections.push_back(s);
  made_->count += s.count;
  made_->cuts += cuts;
  body_.append(entries);
}

/// What was kept so far is copied.
void chunk_rewriter::change() {
  if (made_) return;
  made_ = std::make_shared<chunk>(*from_);
  if (positions_) made_->positions = *positions_;
  made_->sections.clear();
  made_->cuts.clear();
  made_->count = 0;
  body_.reserve(from_->body.size());
  auto entries = from_->body.view();
  auto cuts = std::string_view{from_->cuts};
  for (std::size_t i = 0; i < kept_; ++i) {
    const auto& s = from_->sections[i];
    append_section(s, entries.substr(0, s.bytes), cuts.substr(0, s.cuts));
    entries.remove_prefix(s.bytes);
    cuts.remove_prefix(s.cuts);
  }
}

void chunk_rewriter::begin_section(std::string_view tag) {
  end_section();
  made_->sections.push_back({std::string{tag}, 0, 0});
  is_building_ = true;
}

void chunk_rewriter::end_section() {
  if (!is_building_) return;
  cuts_.begin_section(made_->cuts);
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const auto& next = births_.runs()[i];
    if (next.first.is_known())
      cuts_.add(next, births_.deltas_of(i), positions()[ranges_[i]], ranges_[i]);
    else
      cuts_.add_unknown(next.events);
  }
  made_->sections.back().cuts = cuts_.end_section();
  births_.clear();
  ranges_.clear();
  is_building_ = false;
}

/// The number of the range in which the event lies that walk_ is at.
auto chunk_rewriter::range_of_next() const -> std::uint32_t {
  if (!walk_->born().is_known()) return no_range;
  if (!positions_) return static_cast<std::uint32_t>(walk_->range());
  const auto& was = from_->positions[walk_->range()];
  const auto position = walk_->born().position;
  const auto at = std::find_if(positions_->begin(), positions_->end(), [&](const position_range& p) {
    return p.begin <= position && position < p.end && p.stream == was.stream;
  });
  return at == positions_->end() ? no_range : static_cast<std::uint32_t>(at - positions_->begin());
}

/// Notes where the events of the part were born.
void chunk_rewriter::place(const event_stretch& part) {
  for (; next_ < part.first; ++next_) walk_->next();
  for (const auto end = part.first + part.events; next_ < end; ++next_) {
    walk_->next();
    const auto range = range_of_next();
    if (range != no_range && !ranges_.empty() && ranges_.back() != range) births_.end_run();
    if (range == no_range)
      births_.add({}, 1);
    else if (walk_->is_span())
      births_.add_span(walk_->span());
    else
      births_.add(walk_->born(), 1);
    while (ranges_.size() < births_.runs().size()) ranges_.push_back(range);
  }
}

} // namespace weir
