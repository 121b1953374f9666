/// What a collector knows apart from its source: open chunk, unacked chunks, positions, accounts.
#pragma once

#include "actors/collectors/chunking_intake.hpp"
#include "runtime/dead_letter/letter_box.hpp"
#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/sender_links.hpp"
#include "runtime/flow/settled_positions.hpp"
#include "runtime/measure/actor_board.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// What a collector with several receiving components holds for one that takes nothing: so long the others
/// go on.
inline constexpr auto collector_hold_bytes = std::uint64_t{8} << 20;

/// Outlives the collector actor: a source that fails is made anew and goes on where this one stands.
class collector_core {
public:
  /// `origin` is in the ids of all its chunks and must never have been used before; `address` is its name in
  /// chunk::source, the same in every process.
  collector_core(std::uint64_t origin, std::string address, const std::vector<outlet_settings>& outlets)
      : flow(outlets), origin_(origin), address_(std::move(address)) {}

  /// Where earlier processes were; before the first begin_again().
  void resume(resume_info known);
  /// What the receivers behind an outlet have and is read again for others: they do not get it again.
  void leave_out(std::size_t outlet, const std::vector<position_range>& had);

  /// Takes back what a failed source left after its last save point; where to go on.
  auto begin_again() -> resume_info;
  /// Makes chunks of what was collected and hands them to all outlets. The positions of each are safe exactly
  /// when its events are. Dead letters are kept first; while that fails, nothing happens.
  /// Returns the positions that are acked by that already.
  auto close_chunk(const clock& now) -> std::vector<position_range>;
  /// Returns the positions that became safe by it, in order.
  auto on_news(link_news news) -> std::vector<position_range>;

  /// It has these outlets from now on. New ones get what becomes a chunk from now on, under an origin of its own, since
  /// what a chunk says of earlier ones is true of those alone that these went to. Others are retired; once such a one is
  /// drained, remove() it.
  void wire(const std::vector<outlet_settings>& outlets, std::uint64_t fresh_origin);
  auto is_drained(std::size_t outlet) const -> bool {
    return flow.is_retired(outlet) && flow.at(outlet).unacked_chunks() == 0;
  }
  /// Returns the positions that became safe by it, in order.
  auto remove(std::size_t outlet) -> std::vector<position_range>;

  /// How much a source may read now: what fits all outlets behind what is collected.
  auto budget_bytes() const -> std::size_t;
  /// Says at most once a minute which events no sink takes.
  void tell_untaken(monotonic_time now, bool is_last);
  /// Another number whenever events have come or were acked.
  auto moved() const -> std::uint64_t {
    return events_closed + builder.events() + counts.dropped.total() + events_acked;
  }
  auto is_empty() const -> bool { return builder.empty() && flow.unacked_chunks() == 0; }
  /// Nobody has to ack an event any more; notices and positions without events may be under way.
  auto has_confirmed_all() const -> bool { return builder.events() == 0 && flow.unacked_events() == 0; }
  /// On its board, with this state of its actor.
  void show(const char* state);

  const std::shared_ptr<actor_board> board = std::make_shared<actor_board>(collector_measures);
  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  std::optional<letter_box> dead_letters; ///< where they are kept; absent: they are only counted
  std::string last_error; ///< why dead letters cannot be kept, and so nothing is passed on; empty: they can
  std::int64_t last_error_ns = 0;
  fan_out flow;
  std::uint64_t hold_bytes = collector_hold_bytes;
  ack_level ack = ack_level::durable; ///< from when on positions are safe; replicated is durable where there are replicas
  std::uint64_t events_closed = 0;
  std::uint64_t bytes_closed = 0;
  std::uint64_t events_acked = 0;
  std::uint64_t bytes_acked = 0;
  std::uint64_t starts = 0;
  std::uint64_t mailbox = 0; ///< messages that waited when it was last called
  /// Of what it has handed on, which is settled, some is wanted again: whoever starts next asks where to go on.
  void ask_again();
  auto knows_where_to_go_on() const -> bool { return starts > 0 && !is_to_ask_; }

private:
  struct unacked {
    std::uint64_t sequence = 0;
    bool is_acked = false;
    std::vector<position_range> positions;
  };

  auto figures() const -> actor_figures;
  auto keep_letters(const clock& now) -> bool;
  void count_letters(letter_fate fate);
  auto take_settled(monotonic_time now) -> std::vector<position_range>;
  auto take_safe(const std::vector<fan_out::released>& acked) -> std::vector<position_range>;
  void add_outlet(const outlet_settings& settings);
  /// All its chunks below this sequence are stored by every sink that they went to.
  auto settled_floor() const -> std::uint64_t;

  /// Sequences go on through all of its origins.
  struct past_origin {
    std::uint64_t id = 0;
    std::uint64_t end = 0; ///< the first sequence that is not of it any more
  };

  std::uint64_t origin_;
  std::deque<past_origin> past_origins_; ///< some of whose chunks are not settled
  std::string address_;
  std::uint64_t next_sequence_ = 1;
  position_index handed_on_; // in earlier processes, or in chunks that were closed
  std::vector<position_range> elsewhere_; ///< see resume_info
  bool is_to_ask_ = false;
  settled_positions settled_;
  monotonic_time tell_settled_at_{}; ///< not again before
  monotonic_time keep_again_at_{};     // after a failure
  std::deque<unacked> unacked_;        // in order of sequence
  untaken_report untaken_;
};

} // namespace weir
