/// Mistakes that the simulation can make on purpose, to show that it would find them.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace weir::test {

enum class bug {
  none,
  acks_before_sync,
  syncs_nothing,
  hides_failed_sync,
  ledger_before_data,
  forgets_a_range,
  loses_positions,
  passes_cursor_early,
  answers_early,
  settles_too_much,
  drops_last_chunk,
  acks_before_commit,
  keeps_what_it_tried,
  takes_some_for_all,
  tells_settled_early,
  forgets_too_early,
  takes_ids_for_its_own,
  trims_too_much,
  trims_too_little,
  repeats_a_commit,
  acks_copies_it_has_not,
  lets_copies_go_when_acked,
  takes_nothing_over,
  takes_what_never_came_for_stored,
  copies_within_a_machine,
  says_nothing_of_copies_of_copies,
  makes_up_for_no_copies,
  gives_unsure_to_others,
  asks_nobody_at_its_start,
};

inline constexpr auto bug_names = std::array<std::pair<bug, std::string_view>, 28>{{
    {bug::acks_before_sync, "an aggregator acks what is only written"},
    {bug::syncs_nothing, "fsync does nothing"},
    {bug::hides_failed_sync, "a failed fsync is taken for a good one"},
    {bug::ledger_before_data, "a store's ledger is on the disk before its data"},
    {bug::forgets_a_range, "a store forgets a range of ids when it is opened"},
    {bug::loses_positions, "the positions of a chunk get lost on its way"},
    {bug::passes_cursor_early, "a cursor passes a chunk that is sent and not acked"},
    {bug::answers_early, "an aggregator says what it has before that is safe"},
    {bug::settles_too_much, "a collector calls one chunk too many settled"},
    {bug::drops_last_chunk, "the last chunk of a transfer is dropped and acked"},
    {bug::acks_before_commit, "a sink acks before its store has it"},
    {bug::keeps_what_it_tried, "a store keeps what was only tried, to find out what it rejects"},
    {bug::takes_some_for_all, "what one receiver has is taken for what all have"},
    {bug::tells_settled_early, "a chunk calls its own positions settled when it is sent"},
    {bug::takes_ids_for_its_own, "a collector takes random ids of clients for its own, though they may be sent elsewhere"},
    {bug::forgets_too_early, "a store forgets positions of streams that may be read again"},
    {bug::trims_too_much, "a trim takes away one event too many behind what is known"},
    {bug::trims_too_little, "a trim leaves one event too many beside what is known"},
    {bug::repeats_a_commit, "a commit is given to a second writer while it is under way"},
    {bug::acks_copies_it_has_not, "an aggregator acks copies that it does not have"},
    {bug::lets_copies_go_when_acked, "a copy is let go before what it is of is stored"},
    {bug::takes_nothing_over, "nobody passes on the copies of one that is gone"},
    {bug::takes_what_never_came_for_stored, "what its holder never got is taken for stored"},
    {bug::copies_within_a_machine, "a sender takes one node for two"},
    {bug::says_nothing_of_copies_of_copies, "of two nodes that have a copy each waits for the other to pass it on"},
    {bug::makes_up_for_no_copies, "nobody makes up for copies that are gone"},
    {bug::gives_unsure_to_others, "what a store may have that knows of no other goes to another one"},
    {bug::asks_nobody_at_its_start, "a store says at a sender's start that it has nothing, which others do not know"},
}};

} // namespace weir::test
