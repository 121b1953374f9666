#include "actors/sinks/dead_letters.hpp"

#include "runtime/event/entry.hpp"

#include <algorithm>
#include <memory>

namespace weir {
namespace {

/// Makes letters of the events of a batch, one after the other.
class letter_writer {
public:
  /// Of what is refused in the run; `refused` is of its chunk, and in order.
  void add(const chunk& c, const event_run& run, std::span<const refusal> refused) {
    const auto run_end = run.first + run.events;
    for (const auto& r : refused) {
      const auto part = part_of(run, {r.first, r.first + r.events});
      if (r.first >= run_end || part.events == 0) continue;
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
    auto reader = entry_reader{part.entries};
    auto e = entry{};
    auto index = part.first;
    for (auto rest = part.entries; !rest.empty(); rest = reader.rest()) {
      const auto is_whole = reader.next(e);
      auto& letter = made.letters.emplace_back();
      letter.reason = reason;
      letter.tag = part.tag;
      letter.bytes = is_whole ? rest.substr(0, rest.size() - reader.rest().size()) : rest;
      letter.time_ns = is_whole ? e.time_ns : 0;
      letter.chunk = c.id;
      letter.index = index++;
      letter.place = place_of(c);
      if (!is_whole) break;
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
    return std::pair{a.chunk, a.first} < std::pair{b.chunk, b.first};
  });
  auto writer = letter_writer{};
  for (auto at = in_order.begin(); at != in_order.end();) {
    const auto end = std::find_if(at, in_order.end(), [&](const auto& r) { return r.chunk != at->chunk; });
    const auto& c = *batch.chunks[at->chunk];
    for_each_run(batch, at->chunk, [&](const event_run& run) { writer.add(c, run, {at, end}); });
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
