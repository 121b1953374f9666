/// What is known of an actor: its figures, as the tables below declare them, and what there is to say besides. Read by
/// tests, status and the console alike.
#pragma once

#include "runtime/measure/actor_texts.hpp"
#include "runtime/measure/count_rows.hpp"
#include "runtime/measure/measure.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The type of collectors that take dead letters to their sink: what they read was counted before.
inline constexpr std::string_view letters_type = "dead_letters";

/// Of all roles; which of them a role has is in its table.
struct actor_figures {
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t events_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t events_held = 0;
  std::uint64_t bytes_held = 0;
  std::uint64_t demand_granted = 0;
  std::uint64_t demand_held = 0;
  std::uint64_t delay_ns = 0;
  std::uint64_t unparsed = 0;
  std::uint64_t damaged = 0;
  std::uint64_t restarts = 0;
  std::uint64_t events_repeated = 0;
  std::uint64_t forgotten_id_ns = 0;
  std::uint64_t copies_held = 0;
  std::uint64_t copies_lacking = 0;
  std::uint64_t busy_ns = 0;
  std::uint64_t cpu_ns = 0;
  std::uint64_t mailbox = 0;
  std::uint64_t retries = 0;
  std::uint64_t log_segments = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t sent_unsure = 0;
  histogram commit_ns;
  histogram arrival_ns;
  histogram stored_ns;
  histogram sync_ns;
};

using actor_measure = measure<actor_figures>;
using measure_table = std::span<const actor_measure>;

namespace measure_tables {

using enum measure_kind;
using enum measure_unit;

inline constexpr auto of_all = std::array{
    actor_measure{"events_in", counter, events, "accepted", &actor_figures::events_in, nullptr, account_side::came},
    actor_measure{"bytes_in", counter, bytes, "of what was accepted", &actor_figures::bytes_in},
    actor_measure{"events_out", counter, events, "settled downstream, or stored", &actor_figures::events_out, nullptr,
                  account_side::gone},
    actor_measure{"bytes_out", counter, bytes, "of what was settled or stored", &actor_figures::bytes_out},
    actor_measure{"events_held", gauge, events, "in flight: accepted and not settled", &actor_figures::events_held,
                  nullptr, account_side::gone},
    actor_measure{"bytes_held", gauge, bytes, "of what is in flight", &actor_figures::bytes_held},
    actor_measure{"demand_granted", gauge, bytes, "credit given to senders and not used yet",
                  &actor_figures::demand_granted},
    actor_measure{"demand_held", gauge, bytes, "credit had from receivers and not used yet",
                  &actor_figures::demand_held},
    actor_measure{"delay_seconds", age, seconds, "of the oldest thing held", &actor_figures::delay_ns},
    actor_measure{"unparsed", counter, events, "kept as raw lines", &actor_figures::unparsed, nullptr,
                  account_side::none, true},
    actor_measure{"damaged", counter, chunks, "chunks that arrived damaged and were asked for again",
                  &actor_figures::damaged, nullptr, account_side::none, true},
    actor_measure{"restarts", counter, times, "restarts", &actor_figures::restarts, nullptr, account_side::none, true},
    actor_measure{"busy_seconds", counter, seconds, "at work, or of a sink in its store", &actor_figures::busy_ns},
    actor_measure{"cpu_seconds", counter, seconds, "of processors that threads of its own used", &actor_figures::cpu_ns},
    actor_measure{"mailbox", gauge, times, "messages that wait for it, or of a sink chunks", &actor_figures::mailbox},
};

template <std::size_t N, std::size_t M>
constexpr auto joined(const std::array<actor_measure, N>& a, const std::array<actor_measure, M>& b) {
  auto all = std::array<actor_measure, N + M>{};
  for (std::size_t i = 0; i < N; ++i) all[i] = a[i];
  for (std::size_t i = 0; i < M; ++i) all[N + i] = b[i];
  return all;
}

} // namespace measure_tables

inline constexpr auto arrival_measure =
    actor_measure{"arrival_seconds", measure_kind::histogram, measure_unit::seconds,
                  "from the closing of a chunk at its collector to its arrival here", nullptr, &actor_figures::arrival_ns};

inline constexpr auto collector_measures = measure_tables::joined(
    measure_tables::of_all,
    std::array{actor_measure{"sent_unsure", measure_kind::counter, measure_unit::events,
                             "sent elsewhere though a node that was away may have them (on_unknown: wait)",
                             &actor_figures::sent_unsure, nullptr, account_side::none, true}});
inline constexpr auto aggregator_measures = measure_tables::joined(
    collector_measures,
    std::array{actor_measure{"copies_held", measure_kind::gauge, measure_unit::events,
                             "kept for another node that is to pass them on (replicas)", &actor_figures::copies_held, nullptr,
                             account_side::none, true},
               actor_measure{"copies_lacking", measure_kind::gauge, measure_unit::events,
                             "on the disks of fewer nodes than wanted, though it is some time since (replicas)",
                             &actor_figures::copies_lacking, nullptr, account_side::none, true},
               arrival_measure,
               actor_measure{"log_segments", measure_kind::gauge, measure_unit::times, "files of its disk buffer",
                             &actor_figures::log_segments},
               actor_measure{"log_bytes", measure_kind::gauge, measure_unit::bytes, "that these have on the disk",
                             &actor_figures::log_bytes},
               actor_measure{"sync_seconds", measure_kind::histogram, measure_unit::seconds,
                             "what it takes until the device has what was written", nullptr, &actor_figures::sync_ns}});
inline constexpr auto sink_measures = measure_tables::joined(
    measure_tables::of_all,
    std::array{actor_measure{"events_repeated", measure_kind::counter, measure_unit::events,
                             "came again and were known", &actor_figures::events_repeated, nullptr,
                             account_side::none, true},
               actor_measure{"forgotten_id_seconds", measure_kind::age, measure_unit::seconds,
                             "age of the youngest client's id that was forgotten for their number (remember_ids)",
                             &actor_figures::forgotten_id_ns, nullptr, account_side::none, true},
               actor_measure{"commit_seconds", measure_kind::histogram, measure_unit::seconds,
                             "what a commit to the store takes", nullptr, &actor_figures::commit_ns},
               actor_measure{"retries", measure_kind::counter, measure_unit::times, "jobs of its store that failed and are done again",
                             &actor_figures::retries},
               arrival_measure,
               actor_measure{"stored_seconds", measure_kind::histogram, measure_unit::seconds,
                             "from the closing of a chunk at its collector to its commit", nullptr, &actor_figures::stored_ns}});

/// Of the tiers as observations name them; those of all for another one.
auto measures_of(std::string_view tier) -> measure_table;
/// Of any role; null if there is none of that name.
auto find_measure(std::string_view name) -> const actor_measure*;

struct actor_identity {
  std::string address;
  std::string component;
  std::string tier; ///< collector, source_aggregator, destination_aggregator, sink
  std::string type; ///< plug-in
};

/// Accounts balance at any instant: events_in = events_out + events_held + the sum of dropped.
struct observation : actor_identity, actor_figures, actor_texts {
  std::string state;        ///< running, waiting, finished, retrying, restarting, …
  std::string busy_with;    ///< what it does right now: "commit"; empty: nothing
  std::uint64_t busy_with_ns = 0; ///< for how long
  bool answers = true;      ///< false: it is away, or has been at one thing for long; the figures are true all the same
  std::int64_t seen_ns = 0; ///< when these figures were true (wall clock); 0: never
  counts_by_name dropped;      ///< by reason
  counts_by_name dead_letters; ///< by tag: of the dropped, what is kept in a file
  counts_by_name no_sink;      ///< by tag: of the dropped, what no sink takes
  /// Events worth knowing of that are in the accounts all the same, by what they are: "time not read".
  counts_by_name noted;
  counts_by_name tagged;       ///< by tag: events of a collector that went on; the first 1,000 tags, the rest as one
  counts_by_name tagged_bytes; ///< their bytes
};

/// Counts by name, which all roles have; their names come from outside.
struct counts_measure {
  std::string_view name;
  std::string_view label; ///< what the names are
  std::string_view help;
  counts_by_name observation::*counts = nullptr;
  account_side side = account_side::none;
  measure_unit unit = measure_unit::events;
};
inline constexpr auto counts_measures = std::array{
    counts_measure{"dropped", "reason", "dropped", &observation::dropped, account_side::gone},
    counts_measure{"dead_letters", "tag", "of the dropped, what is kept in a dead-letter file",
                   &observation::dead_letters},
    counts_measure{"no_sink", "tag", "of the dropped, what the match of no sink takes", &observation::no_sink},
    counts_measure{"noted", "what", "what is worth knowing and in the accounts all the same", &observation::noted},
    counts_measure{"tagged", "tag", "that collectors have passed on", &observation::tagged},
    counts_measure{"tagged_bytes", "tag", "of what collectors have passed on", &observation::tagged_bytes, account_side::none,
                   measure_unit::bytes}};

/// Whether what came in is what went out, is held, or was dropped with a reason.
auto is_balanced(const observation& o) -> bool;

} // namespace weir
