/// The sink writer actor: commits what arrives to one store; owns retry, back-off and de-duplication.
#pragma once

#include "actors/protocol.hpp"
#include "actors/sinks/store.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/receiver_port.hpp"
#include "actors/system/waiting_questions.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/dead_letter/letter_box.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/measure/bounded_counts.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// What a sink has received and not committed; outlives its actor.
struct sink_core {
  sink_core(inlet_settings window, tag_pattern wanted) : in(window), match(std::move(wanted)) {}

  void take(const chunk_ptr& c);
  /// The oldest chunks, up to about `bytes_max` together.
  auto next_group(std::size_t bytes_max) const -> std::vector<chunk_ptr>;
  /// The first `chunks` of ready are in the store as `done` says, or given up for `reason`. `fates`: of the
  /// letters of each refusal.
  void settle(std::size_t chunks, const committed& done, const std::vector<letter_fate>& fates);
  void give_up(std::size_t chunks, const std::string& reason, letter_fate fate);
  void note_error(const std::string& what, std::int64_t now_ns);

  struct item {
    chunk_ptr content;
    std::uint64_t events = 0; ///< that `match` accepts; only these count
  };

  inlet in;
  tag_pattern match;
  std::deque<item> ready;
  std::uint64_t ready_events = 0;
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t taken = 0; ///< chunks, ever
  std::uint64_t events_stored = 0;
  std::uint64_t events_repeated = 0; ///< that the store had already: they count neither as in nor as out
  std::uint64_t bytes_stored = 0;
  bounded_counts dropped;      ///< by reason
  bounded_counts dead_letters; ///< by tag; part of dropped
  std::string last_error;      ///< since the last commit; none: empty
  std::int64_t last_error_ns = 0;

private:
  void release(std::size_t chunks);
  void count_dropped(const std::string& reason, std::string_view tag, std::uint64_t events, letter_fate fate);
};

struct sink_settings {
  std::string address;
  std::string type;
  plugin_context context;
  store_plugin::factory make_store;
  backoff_settings retry;
  std::optional<duration> give_up_after;
  std::vector<std::string> local_senders; ///< addresses; more may come from other nodes
  std::shared_ptr<letter_box> dead_letters; ///< for what is refused or given up
  bool senders_keep = false; ///< all of them have chunk logs: what is not stored may stay with them
};

struct sink_state {
  static inline constexpr const char* name = "sink_writer";

  sink_settings settings;
  std::shared_ptr<sink_core> core;
  std::unique_ptr<store> target;
  std::unique_ptr<receiver_port> from;
  caf::actor_addr supervisor;
  caf::event_based_actor* self = nullptr;
  bool is_open = false;
  bool commit_sent = false;
  ending how = ending::never;
  bool reported = false;
  bool idled = true;       ///< the store was told that nothing is coming
  bool one_by_one = false; ///< to find out which chunk of a group the store rejects
  std::uint32_t failures = 0;
  monotonic_time failing_since{};
  monotonic_time retry_at{};
  std::uint32_t unopened = 0; ///< how often it was told that there is no store to ask for positions
  monotonic_time tell_at{};   ///< not again before
  deadline_timer timer;
  waiting_questions<caf::actor> questions;

  void on_transfer(const transfer_chunks& note);
  void on_question(const ask_positions& note);
  /// Commits one group, tells the senders, and arranges the next call.
  void commit();
  void schedule();
  void on_timer(std::uint64_t generation);
  void drain();
  void finish_if_done();
  auto observe() const -> observation;

private:
  auto open_store() -> result<void>;
  auto commit_to_store(const std::vector<chunk_ptr>& group, std::vector<letter_fate>& fates) -> result<committed>;
  void on_failure(const error& e, const std::vector<chunk_ptr>& group, monotonic_time now);
  /// Of the chunks that the store will never have; an error if the letters cannot be kept.
  auto give_up(const std::vector<chunk_ptr>& group, const std::string& reason) -> result<void>;
  void retry_later(const error& e, monotonic_time now);
  auto keep(std::vector<dead_letter> letters, const std::string& reason) -> result<letter_fate>;
  void go_idle();
  void answer_questions();
  auto answer(const ask_positions& note, const caf::actor& asker) -> bool;
  void tell_unopened(const std::string& why);
};

auto sink_writer(caf::stateful_actor<sink_state>* self, sink_settings settings,
                 std::shared_ptr<sink_core> core, caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
