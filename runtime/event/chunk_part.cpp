#include "runtime/event/chunk_part.hpp"

#include "runtime/event/chunk_rewriter.hpp"
#include "runtime/event/entry.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// One after the other, as they stand in the chunk.
class part_builder {
public:
  part_builder(const chunk& whole, std::size_t bytes)
      : whole_(whole), made_(std::make_shared<chunk>(whole)), body_(bytes) {
    made_->sections.clear();
    made_->cuts.clear();
    made_->timed_at_reading.clear();
    made_->count = 0;
  }
  void add(const section& s, std::string_view entries) {
    made_->sections.push_back(s);
    append_part(made_->timed_at_reading, whole_.timed_at_reading, {events_, events_ + s.count}, made_->count);
    made_->count += s.count;
    made_->cuts += std::string_view{whole_.cuts}.substr(cuts_, s.cuts);
    body_.append(entries);
  }
  void pass(const section& s) {
    cuts_ += s.cuts;
    events_ += s.count;
  }
  auto take() -> chunk_ptr {
    made_->body = shared_bytes{std::move(body_)};
    return std::move(made_);
  }

private:
  const chunk& whole_;
  std::shared_ptr<chunk> made_;
  byte_buffer body_;
  std::size_t cuts_ = 0; ///< before the section
  std::uint64_t events_ = 0;
};

/// Of a section whose first event has the number `first`; what is behind damage stays with what is before it.
void add_wanted(chunk_rewriter& to, const chunk& c, const event_stretch& section, std::span<const index_range> wanted) {
  auto read = entry_reader{section.entries};
  auto content = entry{};
  const auto section_end = section.first + section.events;
  auto at = section.first;
  for (const auto& w : wanted) {
    const auto begin = std::max(w.first, section.first);
    const auto end = std::min(w.end, section_end);
    if (begin >= end) continue;
    while (at < begin && read.next(content)) ++at;
    const auto from = read.rest();
    while (at < end && end < section_end && read.next(content)) ++at;
    const auto left = end < section_end ? read.rest().size() : 0;
    to.add({begin, end - begin, section.tag, from.substr(0, from.size() - left), c.timed_at_reading});
  }
}

} // namespace

auto part_of_events(const chunk_ptr& c, std::span<const index_range> wanted, std::vector<position_range> positions) -> chunk_ptr {
  auto made = chunk_rewriter{c, std::move(positions)};
  auto first = std::uint64_t{0};
  auto cuts = std::string_view{c->cuts};
  for_each_section(*c, [&](const section& s, std::string_view entries) {
    made.begin(s, entries, cuts.substr(0, s.cuts), first);
    add_wanted(made, *c, {first, s.count, s.tag, entries, {}}, wanted);
    made.end();
    cuts.remove_prefix(std::min<std::size_t>(s.cuts, cuts.size()));
    first += s.count;
  });
  return made.take({});
}

auto part_that_matches(chunk_ptr c, const tag_pattern& match) -> chunk_ptr {
  auto matching = std::vector<bool>{};
  auto bytes = std::size_t{0};
  for (const auto& s : c->sections) {
    matching.push_back(match.matches(s.tag));
    if (matching.back()) bytes += s.bytes;
  }
  if (std::find(matching.begin(), matching.end(), false) == matching.end()) return c;
  auto part = part_builder{*c, bytes};
  auto at = matching.begin();
  for_each_section(*c, [&](const section& s, std::string_view entries) {
    if (*at++) part.add(s, entries);
    part.pass(s);
  });
  return part.take();
}

} // namespace weir
