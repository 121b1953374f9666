#include "actors/sinks/store.hpp"

#include <algorithm>

namespace weir {

auto event_walker::next() -> bool {
  const auto before = rest();
  if (before.empty()) return false;
  at_.index = next_++;
  bytes_ = reader_.next(entry_) ? before.substr(0, before.size() - reader_.rest().size()) : before;
  return true;
}

auto part_of(const event_run& run, const index_range& wanted) -> event_run {
  const auto run_end = run.first.index + run.events;
  if (wanted.first <= run.first.index && wanted.end >= run_end) return run;
  auto part = run;
  part.first.index = std::clamp(wanted.first, run.first.index, run_end);
  part.events = std::clamp(wanted.end, part.first.index, run_end) - part.first.index;
  part.entries = {};
  auto walk = event_walker{run};
  for (auto before = part.first.index - run.first.index; before > 0; --before)
    if (!walk.next() || !walk.is_whole()) return part.events = 0, part;
  const auto begin = walk.rest();
  for (auto left = part.events; left > 0; --left)
    if (!walk.next() || !walk.is_whole()) {
      part.entries = begin;
      part.events = run_end - part.first.index;
      return part;
    }
  part.entries = begin.substr(0, begin.size() - walk.rest().size());
  return part;
}

void refuse(committed& done, std::string_view reason, const event_run& run, std::uint64_t at,
            std::uint64_t events) {
  if (events == 0) return;
  const auto first = event_ref{run.first.chunk, run.first.index + at};
  if (!done.refused.empty()) {
    auto& last = done.refused.back();
    if (event_ref{last.first.chunk, last.first.index + last.events} == first && last.reason == reason)
      return void(last.events += events);
  }
  done.refused.push_back({std::string{reason}, first, events});
}

} // namespace weir
