/// What a collector knows apart from its source: open chunk, unacked chunks, positions, accounts.
#pragma once

#include "actors/collectors/chunking_intake.hpp"
#include "actors/system/resume_inquiry.hpp"
#include "runtime/dead_letter/letter_box.hpp"
#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/sender_links.hpp"

#include <deque>
#include <map>
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

  /// What of earlier processes is behind each outlet; before the first begin_again(). Of those that are
  /// `undecided` that is not known yet: what is read meanwhile waits in them. `gives_again`: the source gives
  /// again whatever begin_again() leaves out; else what its clients send again comes by itself. `partly`: what only
  /// some of those behind one outlet have.
  void resume(const std::vector<std::vector<position_range>>& by_outlet, std::vector<bool> undecided = {},
              bool gives_again = true, std::vector<position_range> partly = {});
  /// What is behind an undecided outlet after all; nothing may be in the builder. What waits in it is judged
  /// by that.
  struct decision {
    std::vector<position_range> safe; ///< as of on_news()
    bool begins_again = false;        ///< some outlets lack what others have: begin_again() has to follow
  };
  auto decide(std::size_t outlet, const std::vector<position_range>& known,
              std::vector<position_range> partly = {}) -> decision;
  auto is_undecided(std::size_t outlet) const -> bool {
    return outlet < undecided_.size() && undecided_[outlet];
  }
  auto has_undecided() const -> bool;

  /// Takes back what a failed source left after its last save point; where to go on.
  auto begin_again() -> resume_info;
  /// Makes chunks of what was collected and hands them to all outlets. The positions of each are safe exactly
  /// when its events are. Dead letters are kept first; while that fails, nothing happens.
  void close_chunk(const clock& now);
  /// Returns the positions that became safe by it, in order.
  auto on_news(link_news news) -> std::vector<position_range>;

  /// How much a source may read now: what fits all outlets behind what is collected.
  auto budget_bytes() const -> std::size_t;
  /// Says at most once a minute which events no sink takes.
  void tell_untaken(monotonic_time now, bool is_last);
  auto is_empty() const -> bool { return builder.empty() && flow.unacked_chunks() == 0; }
  /// Some receivers have parts of what is to be read: at_save_point() is to be called at every save point.
  auto is_catching_up() const -> bool { return !partly_.empty() || has_undecided(); }
  /// The builder was told that `read` is covered. What some receivers have goes into chunks of its own, by
  /// which they can tell.
  void at_save_point(const position_range& read);

  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  std::optional<letter_box> dead_letters; ///< where they are kept; absent: they are only counted
  std::string last_error; ///< why dead letters cannot be kept, and so nothing is passed on; empty: they can
  std::int64_t last_error_ns = 0;
  fan_out flow;
  std::uint64_t hold_bytes = collector_hold_bytes;
  std::uint64_t events_closed = 0;
  std::uint64_t bytes_closed = 0;
  std::uint64_t events_acked = 0;
  std::uint64_t bytes_acked = 0;
  std::uint64_t starts = 0;

private:
  /// Behind which outlets all of this is already, though not behind all of them.
  auto places_of(const chunk& c) const -> std::vector<bool>;
  auto keep_letters(const clock& now) -> bool;
  void count_letters(letter_fate fate);
  auto is_known_partly(const position_range& p) const -> bool;
  /// Notes where to go on for all outlets that are decided.
  void combine();
  void trim(const chunk& c, const position_index& to);
  /// Whether this is what partly_ is about; forgets what lies behind it then.
  auto is_reread(const std::vector<position_range>& positions) -> bool;

  struct unacked {
    std::uint64_t sequence = 0;
    bool is_acked = false;
    std::vector<position_range> positions;
  };

  std::uint64_t origin_;
  std::string address_;
  std::uint64_t next_sequence_ = 1;
  position_index handed_on_; // in earlier processes, or in chunks that were closed
  std::map<std::string, std::vector<position_range>> partly_; ///< by stream
  std::vector<position_range> partly_behind_; ///< one outlet or another
  std::vector<position_index> behind_; ///< by outlet; as long as is_catching_up()
  std::vector<bool> undecided_;        ///< by outlet
  bool gives_again_ = true;
  monotonic_time keep_again_at_{};     // after a failure
  std::deque<unacked> unacked_;        // in order of sequence
  untaken_report untaken_;
};

} // namespace weir
