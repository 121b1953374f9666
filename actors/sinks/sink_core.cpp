#include "actors/sinks/sink_core.hpp"

#include <algorithm>

namespace weir {

void sink_core::revise(inlet_settings window, tag_pattern wanted, std::size_t writers) {
  in.set(window);
  match = std::move(wanted);
  queue.begin_again(writers);
}

void sink_core::take(const chunk_ptr& c, monotonic_time now) {
  auto fresh = sink_queue::item{c, 0, ++taken, now};
  for_each_section(*c, [&](const section& s, std::string_view entries) {
    if (!match.matches(s.tag)) return;
    fresh.events += s.count;
    bytes_in += entries.size();
  });
  events_in += fresh.events;
  events_held += fresh.events;
  queue.push(std::move(fresh));
}

void sink_core::settle(std::size_t writer, const job_outcome& done) {
  events_stored += done.events;
  bytes_stored += done.bytes;
  auto settled = done.events;
  processed.add(done.processed);
  if (done.regrouped > 0) add_to(processed.noted, "regrouped", done.regrouped);
  for (const auto& [reason, events] : done.processed.dropped) {
    settled += events;
    dropped.add(reason, events);
  }
  for (const auto& d : done.dropped) {
    settled += d.events;
    dropped.add(done.letters == letter_fate::lost ? letter_lost : std::string_view{d.reason}, d.events);
    if (done.letters == letter_fate::kept) dead_letters.add(d.tag, d.events);
  }
  auto came = std::uint64_t{0};
  for (const auto& i : queue.finish(writer)) {
    const auto& id = i.content->id;
    in.make_safe(id);
    in.settle({id.origin, id.sequence, id.sequence});
    came += i.events;
  }
  events_held -= came;
  // What came in and is neither stored nor refused was there already.
  const auto repeated = came - std::min(came, settled);
  events_repeated += repeated;
  events_in -= repeated;
}

void sink_core::note_error(const std::string& what, std::int64_t now_ns) {
  last_error = what;
  last_error_ns = now_ns;
}

} // namespace weir
