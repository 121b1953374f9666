/// An aggregator without its actor: what it holds, and what becomes of it. Knows nothing of CAF.
//
// With a memory buffer a chunk goes to every outlet at once and is safe when all of them have their ack. With a chunk log it
// is safe when the log has it; the log then feeds each outlet at that one's own pace. Operators work on what goes out.
#pragma once

#include "actors/aggregators/aggregator_revision.hpp"
#include "actors/aggregators/full_notice.hpp"
#include "actors/aggregators/held_copies.hpp"
#include "actors/aggregators/outgoing_process.hpp"
#include "actors/aggregators/outlet_feed.hpp"
#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/flow/sender_links.hpp"
#include "runtime/log/chunk_log.hpp"
#include "runtime/measure/actor_board.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// Outlives its actor.
class aggregator_core {
public:
  /// `log` has one reader for each outlet, in their order; null: a memory buffer.
  aggregator_core(inlet_settings window, const std::vector<outlet_settings>& outlets,
                  std::unique_ptr<chunk_log> log = nullptr, full_policy when_full = full_policy::block);

  /// Takes over other settings. Outlets that are new get what the log holds, or what comes from now on; those that are not
  /// wanted any more get what they would have got by now; once such a one is drained, remove() it. Twice is as once.
  void revise(const aggregator_revision& wanted);
  auto is_drained(std::size_t outlet) const -> bool;
  auto progress_of(std::size_t outlet) const -> aggregator_progress;
  /// Returns the events that it had not got.
  auto remove(std::size_t outlet) -> std::uint64_t;

  /// A chunk that is new here.
  void take(const chunk_ptr& c, monotonic_time now);
  void on_news(link_news news);

  // Chunks that came as copies, with a log (chunk::copy_of):
  /// It is to be passed on after all, if it is one.
  void pass_on_too(const chunk_id& id);
  /// Those of one that is gone, or that it says it never got, are passed on. Returns how many events they have.
  auto take_over(const std::string& holder) -> std::uint64_t;
  auto take_over(const id_range& ids) -> std::uint64_t;
  auto take_over_before(monotonic_time since) -> std::uint64_t;
  /// By whoever was to pass them on.
  void note_stored(const id_range& ids);
  /// What is with these chunks, for another one that has copies of them. What all behind this one have acked counts as stored.
  auto account_of(const std::vector<id_range>& ids) const -> known_settled;
  auto copies() -> held_copies& { return copies_; }
  auto copies() const -> const held_copies& { return copies_; }
  /// The log is full: copies are in the way.
  auto lacks_room() const -> bool { return !full_reason_.empty(); }

  // What it is to pass on itself, with a log; others should have copies of it (copy_refiller):

  auto owns() const -> bool { return log_ && log_->figures().unsettled_chunks > copies_.size(); }
  auto last_record() const -> record_number { return log_->last(); }
  /// The first record behind that one that some outlet has not acked; 0: none.
  auto next_unsettled(record_number behind) const -> record_number;
  /// Nothing: another one is to pass it on, or it has no events.
  auto own_id(record_number number) const -> std::optional<chunk_id>;
  auto events_of(record_number number) const -> std::uint64_t { return log_->events_of(number); }
  /// Null: it cannot be read now.
  auto read_own(record_number number) -> chunk_ptr;
  /// Grows when copies become its own.
  auto takeovers() const -> std::uint64_t { return takeovers_; }
  /// What is asked of what was in the log at its opening, where the outlet waits for who may have it; absent: nothing.
  auto doubts(std::size_t outlet) -> std::optional<outcome_inquiry>& { return readers_[outlet].doubts; }

  /// Starts of collectors of which nothing came for that long.
  void forget_old(std::int64_t wall_ns, duration age);
  /// Does what became possible: writes what waits, acks what is durable, feeds the outlets.
  void work(monotonic_time now);
  /// A new actor takes over from one that failed: no peers, and no word of a sync that was under way.
  void begin_again(monotonic_time now);
  /// To be run in another thread; then finish_sync(), then work().
  auto take_sync(monotonic_time now) -> std::optional<sync_job>;
  void finish_sync(const sync_job& job, const result<void>& outcome, monotonic_time now);
  /// When work() is to be called though nothing happens.
  auto deadline() const -> std::optional<monotonic_time>;

  /// What the log durably has of a collector's streams; nothing without a log.
  auto knowledge_of(const std::string& source) const -> stream_knowledge;

  auto is_durable() const -> bool { return log_ != nullptr; }
  /// On its board, with this state of its actor.
  void show(const char* state);
  /// Nothing is held: all is passed on, or (with a log) durable.
  auto is_safe() const -> bool { return in.held_chunks() == 0; }
  /// Nothing is left to pass on.
  auto is_empty() const -> bool;

  using figures = aggregator_figures;
  auto held() const -> figures;
  /// What came in and is neither held nor dropped.
  auto passed_on() const -> aggregator_account { return passed_on(held()); }
  /// What the log lost to damage since it was opened, and whether it is full, in words; empty if nothing.
  auto remarks() const -> std::string;
  /// What to tell people since the last call.
  auto take_news(monotonic_time now) -> std::vector<aggregator_bulletin>;
  /// What fails now, each until it works again.
  auto troubles(monotonic_time now) const -> std::vector<aggregator_trouble>;

  const std::shared_ptr<actor_board> board = std::make_shared<actor_board>(aggregator_measures);
  inlet in;
  fan_out flow;
  std::shared_ptr<outgoing_process> process; ///< what goes out goes through it; null: goes as it came
  std::uint64_t events_in = 0; ///< with what the log held when it was opened
  std::uint64_t bytes_in = 0;  ///< of events
  std::uint64_t bytes_dropped = 0;
  std::uint64_t copies_lacking = 0; ///< events, as far as is known
  std::uint64_t mailbox = 0; ///< messages that waited when its actor was last called
  histogram arrival_ns, sync_ns;
  std::uint64_t sent_unsure = 0; ///< events of the log that somebody may have who did not say so in time
  bounded_counts dropped{2000}; ///< by reason, or tag: the log was full; which has a bound of its own

private:
  friend class doubt_feed;
  auto held_in_memory() const -> figures;
  void add_outlet(const outlet_settings& settings, bool from_now);
  void retire(std::size_t outlet);
  void go_on(std::size_t outlet);
  void release(const std::vector<fan_out::released>& acked);
  auto passed_on(const figures& left) const -> aggregator_account;
  void finish_failed_sync(monotonic_time now);
  void write_waiting(monotonic_time now);
  auto write(waiting_chunk& w, monotonic_time now) -> result<void>;
  auto write_dropped(waiting_chunk& w, const error& why, monotonic_time now) -> result<void>;
  void drop(const chunk& c, const error& why, monotonic_time now);
  void settle(const chunk_id& id) { in.settle({id.origin, id.sequence, id.sequence}); }
  void ack_durable();
  void feed(std::size_t outlet, monotonic_time now);
  /// False: not now. `only_to`: who has it; null: anybody.
  auto hand_on(std::size_t outlet, const outcome_inquiry::record& r, monotonic_time now, const std::string* only_to) -> bool;
  /// An outlet has its ack for it.
  void settle_record(std::size_t outlet, record_number number, const chunk_id& id);
  /// Of a memory buffer: once for all outlets.
  void process_waiting(monotonic_time now);
  void adopt_copies(monotonic_time now);
  auto keeps_for_another(record_number number, const chunk& c, monotonic_time now) -> bool;
  void let_go(const held_copies::copy& gone);
  void own(const held_copies::copy& taken);
  auto has_fed_all() const -> bool;
  auto is_under_way(const chunk_id& id) const -> bool;
  void add_not_passed_on(const id_range& ids, const id_ranges& stored, id_ranges& to) const;
  auto own_all(const std::vector<held_copies::copy>& taken) -> std::uint64_t;
  /// The chunk as this reader may have it: its settled_below is true of those who were there when it was closed. A reader
  /// that is new would take what it gets late, from another log, for what it has.
  auto as_true_for(const outlet_feed& r, record_number number, const chunk_ptr& c) const -> chunk_ptr;
  void note_unreadable(outlet_feed& r, record_number number, const error& e, monotonic_time now);
  void note_problem(std::optional<aggregator_trouble>& which, const error& e, monotonic_time now);
  void note_works(std::optional<aggregator_trouble>& which);
  void keep_up(monotonic_time now);
  /// The device has not answered for long.
  auto is_hanging(monotonic_time now) const -> bool;
  auto hang_text(monotonic_time now) const -> std::string;
  auto damage() const -> std::string;
  auto full_text() const -> std::string;
  void tell(std::string text) { news_.push_back({std::move(text), false}); }
  void tell_good(std::string text) { news_.push_back({std::move(text), true}); }
  auto is_full() const -> bool { return log_ ? !full_reason_.empty() : in.is_full(); }

  std::uint64_t capacity_; ///< of a memory buffer
  std::unique_ptr<chunk_log> log_;
  full_policy when_full_;
  std::deque<waiting_chunk> waiting_; ///< in the order of taking
  std::deque<chunk_ptr> unprocessed_; ///< of a memory buffer: their dead letters could not be kept yet
  std::size_t written_ = 0; ///< of waiting_
  std::vector<outlet_feed> readers_;
  held_copies copies_;
  std::uint64_t takeovers_ = 0;
  id_ranges passed_on_; ///< chunks that all outlets have acked, since it was opened
  std::map<record_number, std::size_t> taken_over_; ///< that were copies; outlets that have them yet to pass on
  record_number found_up_to_ = 0;           ///< records that were in the log before
  std::set<std::uint64_t> found_origins_;   ///< of all it had ever held by then; for new readers
  std::optional<sync_job> syncing_;             ///< taken and not finished
  monotonic_time syncing_since_{};
  bool is_hang_told_ = false;
  std::optional<error> sync_failure_;           ///< of syncing_; what it was about has to be written again
  std::optional<aggregator_trouble> write_fails_, sync_fails_, upkeep_fails_;
  std::optional<monotonic_time> retry_at_;      ///< set while the disk fails
  std::optional<monotonic_time> sync_again_at_; ///< set after a sync has failed
  monotonic_time tell_upkeep_at_{};             ///< not again before
  std::vector<aggregator_bulletin> news_;
  full_notice fullness_;
  std::string full_reason_;        ///< of the log; empty if it has room
  std::uint64_t events_lost_ = 0;  ///< dropped for want of room
  monotonic_time full_until_{};    ///< by dropping: what was dropped made no room for long
};

} // namespace weir
