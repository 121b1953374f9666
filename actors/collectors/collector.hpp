/// The collector actor: reads a source under demand and hands chunks to the next tier.
#pragma once

#include "actors/collectors/collector_core.hpp"
#include "actors/system/resume_inquiry.hpp"
#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/sender_port.hpp"
#include "runtime/os/poller.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct collector_settings {
  std::string address;
  std::string type;
  plugin_context context;
  source_plugin::factory make_source;
  intake_settings intake;
  std::vector<downstream_component> downstream; ///< one for each outlet of the core
  std::string source;                           ///< the core's: whose streams its positions are of
  bool listens = false;                         ///< what was not acked its clients send again by themselves
  bool resumes = false;                         ///< its positions mean the same to a later process
  bool reads_to_end = false;                    ///< when drained: what is there is read first
  bool waits_to_the_end = false;                ///< and then: also if the receivers are away
  caf::actor_addr directory;
  poller* waits = nullptr;
};

struct collector_state {
  static inline constexpr const char* name = "collector";

  collector_settings settings;
  std::shared_ptr<collector_core> core;
  std::unique_ptr<source> reads;
  std::unique_ptr<chunking_intake> takes;
  std::vector<sender_port> ports;
  std::optional<resume_inquiry> inquiry;          ///< until it is known of all what they have
  std::map<std::string, std::vector<peer>> peers; ///< by component
  std::uint64_t question = 0;
  bool asks_all = false;
  monotonic_time undecided_at{}; ///< whoever has not answered by then is not waited for
  monotonic_time ask_at{};
  monotonic_time complain_at{};
  caf::actor_addr supervisor;
  caf::event_based_actor* self = nullptr;

  bool started = false;
  bool draining = false;
  bool at_end = false;   ///< the source has nothing more, or must not be asked any more
  bool reported = false; ///< finished was told
  bool ready = true;     ///< the source may have something
  bool starved = false;  ///< the last look was without demand
  bool waiting = false;  ///< on the source's descriptor
  bool step_sent = false;
  monotonic_time collecting_since;
  deadline_timer timer;
  monotonic_time paused_until{};
  monotonic_time probe_at{};

  ~collector_state();
  void start();
  void on_peers(const peers_changed& note);
  void on_answer(const known_positions& note);
  void on_feedback(const link_feedback& note);
  /// Reads what demand allows, closes what is due, sends what can go, and arranges the next call.
  void step();
  void drain();
  auto observe() const -> observation;

private:
  void inquire(monotonic_time now);
  void ask(monotonic_time now);
  /// The source goes on behind what is known by now.
  void end_inquiry(monotonic_time now);
  /// What is known by now of those of whom nothing was known when the source was opened.
  void decide_late(monotonic_time now);
  void end_asking();
  /// It is not known yet where to go on at all.
  auto is_waiting() const -> bool { return inquiry && core->starts == 0; }
  void forget_source();
  /// A new source with its doors open; false: it failed, and this actor ends.
  auto make_source() -> bool;
  void open_source();
  void read_to_end();
  auto wants_to_read(monotonic_time now) -> bool;
  auto read(monotonic_time now) -> read_status;
  void probe_if_due(monotonic_time now);
  auto should_close(monotonic_time now) const -> bool;
  void wait_for_source(monotonic_time now);
  void arm_timer(monotonic_time now);
  void finish_if_done();
};

auto collector(caf::stateful_actor<collector_state>* self, collector_settings settings,
               std::shared_ptr<collector_core> core, caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
