#include "actors/sinks/dead_letters.hpp"

#include <algorithm>
#include <memory>

namespace weir {
namespace {

/// Makes letters of the events of a batch, one after the other.
class letter_writer {
public:
  /// Of what is refused in the run; `refused` is of its chunk, and in order.
  void add(const chunk& c, const event_run& run, std::span<const refusal> refused) {
    const auto run_end = run.first.index + run.events;
    for (const auto& r : refused) {
      const auto part = part_of(run, {r.first.index, r.first.index + r.events});
      if (r.first.index >= run_end || part.events == 0) continue;
      count(r.reason, run.tag, part.events);
      add_part(c, part, r.reason);
    }
  }

  set_aside made;

private:
  void count(const std::string& reason, std::string_view tag, std::uint64_t events) {
    auto at = std::find_if(made.counts.rbegin(), made.counts.rend(),
                           [&](const dropped_events& d) { return d.tag == tag && d.reason == reason; });
    if (at == made.counts.rend()) {
      made.counts.push_back({reason, std::string{tag}, 0});
      at = made.counts.rbegin();
    }
    at->events += events;
  }

  void add_part(const chunk& c, const event_run& part, const std::string& reason) {
    for (auto walk = event_walker{part}; walk.next();) {
      auto& letter = made.letters.emplace_back();
      letter.reason = reason;
      letter.tag = part.tag;
      letter.bytes = walk.bytes();
      letter.time_ns = walk.time_ns();
      letter.chunk = c.id;
      letter.index = walk.at().index;
      letter.place = place_of(c);
    }
  }

  auto place_of(const chunk& c) -> std::shared_ptr<const chunk_place> {
    if (chunk_ != &c)
      place_ = c.positions.empty() ? nullptr
                                   : std::make_shared<const chunk_place>(chunk_place{c.source, c.positions});
    chunk_ = &c;
    return place_;
  }

  const chunk* chunk_ = nullptr;
  std::shared_ptr<const chunk_place> place_;
};

} // namespace

auto set_aside_of(const commit_batch& batch, std::span<const refusal> refused) -> set_aside {
  auto in_order = std::vector<refusal>{refused.begin(), refused.end()};
  std::sort(in_order.begin(), in_order.end(), [](const refusal& a, const refusal& b) {
    return a.first < b.first;
  });
  auto writer = letter_writer{};
  for (auto at = in_order.begin(); at != in_order.end();) {
    const auto end = std::find_if(at, in_order.end(), [&](const auto& r) { return r.first.chunk != at->first.chunk; });
    const auto& c = *batch.chunks[at->first.chunk];
    for_each_run(batch, at->first.chunk, [&](const event_run& run) { writer.add(c, run, {at, end}); });
    at = end;
  }
  return std::move(writer.made);
}

auto refuse_all(const commit_batch& batch, const std::string& reason) -> std::vector<refusal> {
  auto done = committed{};
  for_each_run(batch, [&](const event_run& run) { refuse(done, reason, run, 0, run.events); });
  return std::move(done.refused);
}

} // namespace weir
