#include "actors/sinks/store.hpp"

#include "runtime/event/entry.hpp"

#include <algorithm>

namespace weir {

auto part_of(const event_run& run, const index_range& wanted) -> event_run {
  const auto run_end = run.first + run.events;
  if (wanted.first <= run.first && wanted.end >= run_end) return run;
  auto part = run;
  part.first = std::clamp(wanted.first, run.first, run_end);
  part.events = std::clamp(wanted.end, part.first, run_end) - part.first;
  auto reader = entry_reader{run.entries};
  auto ignored = entry{};
  const auto skip = [&](std::uint64_t count) {
    while (count > 0 && reader.next(ignored)) --count;
    return count;
  };
  if (skip(part.first - run.first) > 0) return part.events = 0, part;
  const auto begin = reader.rest();
  const auto missing = skip(part.events);
  part.entries = begin.substr(0, begin.size() - reader.rest().size());
  if (missing == 0) return part;
  part.entries = begin;
  part.events = run_end - part.first;
  return part;
}

void refuse(committed& done, std::string_view reason, const event_run& run, std::uint64_t at,
            std::uint64_t events) {
  if (events == 0) return;
  const auto first = run.first + at;
  if (!done.refused.empty()) {
    auto& last = done.refused.back();
    if (last.chunk == run.chunk && last.first + last.events == first && last.reason == reason)
      return void(last.events += events);
  }
  done.refused.push_back({std::string{reason}, run.chunk, first, events});
}

} // namespace weir
