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
  board->taps().entry.note(c);
  queue.push(std::move(fresh));
}

void sink_core::settle(std::size_t writer, const job_outcome& done) {
  events_stored += done.events;
  bytes_stored += done.bytes;
  auto settled = done.events;
  unparsed += done.processed.unparsed;
  noted.add(done.processed.noted);
  if (done.regrouped > 0) noted.add("regrouped", done.regrouped);
  forgotten_id_s = std::max(forgotten_id_s, done.forgotten_id_s);
  settled += done.processed.dropped.total();
  dropped.add(done.processed.dropped);
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
    if (done.events > 0) board->taps().exit.note(i.content);
  }
  events_held -= came;
  // What came in and is neither stored nor refused was there already.
  const auto repeated = came - std::min(came, settled);
  events_repeated += repeated;
  events_in -= repeated;
}

void sink_core::show(const char* state) {
  auto now = actor_figures{};
  now.events_in = events_in;
  now.bytes_in = bytes_in;
  now.events_out = events_stored;
  now.bytes_out = bytes_stored;
  now.events_held = events_held;
  now.bytes_held = in.held_bytes();
  now.demand_granted = in.granted_bytes();
  now.damaged = in.damaged_chunks();
  now.unparsed = unparsed;
  now.events_repeated = events_repeated;
  now.forgotten_id_ns = static_cast<std::uint64_t>(forgotten_id_s) * 1'000'000'000;
  now.commit_ns = commit_ns;
  now.arrival_ns = arrival_ns;
  now.stored_ns = stored_ns;
  now.busy_ns = busy_ns;
  now.retries = retries;
  now.mailbox = queue.size();
  if (const auto* oldest = queue.oldest()) now.delay_ns = static_cast<std::uint64_t>(oldest->content->closed_ns);
  board->publish(state, now, {&dropped, &dead_letters, nullptr, &noted});
}

void sink_core::note_error(const std::string& what, std::int64_t now_ns) {
  last_error = what;
  last_error_ns = now_ns;
}

} // namespace weir
