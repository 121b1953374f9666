/// The aggregator actor of both tiers: merges the streams of its senders, buffers, balances, fans out.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "actors/aggregators/log_syncer.hpp"
#include "actors/aggregators/passed_questions.hpp"
#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/receiver_port.hpp"
#include "actors/system/sender_port.hpp"
#include "actors/system/waiting_questions.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

struct aggregator_settings {
  std::string address;
  std::string component;
  std::string tier;
  std::vector<downstream_component> downstream;
  std::vector<downstream_component> asked; ///< those of them that know again what they have
  std::vector<std::string> local_senders; ///< addresses; more may come from other nodes
  bool once = false;
  caf::actor_addr directory;
  const clock* time = &system_clock();
};

struct aggregator_state {
  static inline constexpr const char* name = "aggregator";

  aggregator_settings settings;
  std::shared_ptr<aggregator_core> core;
  std::unique_ptr<receiver_port> from;
  std::vector<sender_port> ports;
  caf::actor_addr supervisor;
  caf::event_based_actor* self = nullptr;
  ending how = ending::never;
  bool reported = false;
  bool step_sent = false;
  deadline_timer timer;
  monotonic_time probe_at{};
  std::optional<monotonic_time> drain_until; ///< with a log: what is not passed on by then stays in it
  caf::actor syncer;
  waiting_questions<caf::actor> questions;      ///< with a log
  std::optional<passed_questions> passed;       ///< without
  handle_numbers askers;
  std::map<std::string, std::vector<peer>> peers; ///< by component

  void on_transfer(const transfer_chunks& note);
  void on_feedback(const link_feedback& note);
  void on_close(const close_link& note);
  void on_question(const ask_positions& note);
  void on_peers(const peers_changed& note);
  void on_synced(const log_sync& done);
  /// Sends what can go, tells what is due, arranges the next call.
  void step();
  /// Once for all that waits in the mailbox: a step looks at each link and each outlet.
  void step_soon();
  void drain();
  auto observe() const -> observation;
  void tell_troubles(observation& to) const;

private:
  auto has_delivered(monotonic_time now) const -> bool;
  void answer_questions();
  void pass_questions_on(monotonic_time now);
  void finish_if_done(monotonic_time now);
};

auto aggregator(caf::stateful_actor<aggregator_state>* self, aggregator_settings settings,
                std::shared_ptr<aggregator_core> core, caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
