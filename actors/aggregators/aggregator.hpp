/// The aggregator actor of both tiers: merges the streams of its senders, buffers, balances, fans out.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/receiver_port.hpp"
#include "actors/system/sender_port.hpp"
#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/inlet.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

/// What an aggregator holds; outlives its actor.
struct aggregator_core {
  aggregator_core(inlet_settings window, const std::vector<outlet_settings>& outlets)
      : in(window), flow(outlets) {}

  /// A chunk that is new here goes to every outlet.
  void take(const chunk_ptr& c, monotonic_time now);
  /// These chunks are safe downstream: their senders get their acks.
  void settle(const std::vector<chunk_ptr>& chunks);

  inlet in;
  fan_out flow;
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t events_out = 0;
  std::uint64_t bytes_out = 0;
};

struct aggregator_settings {
  std::string address;
  std::string component;
  std::string tier;
  std::vector<std::string> downstream;
  std::size_t expected_senders = 0; ///< on this node; more may come from others
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
  deadline_timer timer;
  monotonic_time probe_at{};

  void on_transfer(const transfer_chunks& note);
  void on_feedback(const link_feedback& note);
  void on_close(const close_link& note);
  /// Sends what can go, tells what is due, arranges the next call.
  void step();
  void drain();
  auto observe() const -> observation;

private:
  void finish_if_done();
};

auto aggregator(caf::stateful_actor<aggregator_state>* self, aggregator_settings settings,
                std::shared_ptr<aggregator_core> core, caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
