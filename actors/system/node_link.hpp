/// Keeps this node connected to one other: dials, says hello, feels its pulse, dials again.
//
//  dialling ── gate ──► greeting ── welcome ──► connected
//      ▲                   │ no welcome in time     │ silent, gone, or it does not know us
//      └──── back-off ◄────┴────────────────────────┘
//
// No message is waited for without a deadline, and one that comes late counts when it comes: a welcome is one
// whenever it arrives.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/gate.hpp"
#include "runtime/base/backoff.hpp"

#include <functional>
#include <string>
#include <vector>

namespace weir {

struct node_link_settings {
  std::string name; ///< of the node at the address, as the topology file says
  std::string host;
  std::uint16_t port = 0;
  node_identity identity;
  weak_handle<directory_actor> directory;
  duration pulse = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};     ///< silence that counts as death
  duration hello_patience = std::chrono::seconds{3}; ///< with a gate that does not answer
  duration told_every = std::chrono::minutes{1};     ///< while the other node cannot be reached
  backoff_settings redial{std::chrono::milliseconds{200}, std::chrono::seconds{5}};
  const clock* time = &system_clock();
  /// Spawns what answers (dial, host, port) with a connection, which is the other node's gate from here on.
  std::function<caf::actor(caf::event_based_actor*)> make_dialer = {};
};

struct node_link_state {
  static inline constexpr const char* name = "node_link";

  node_link_settings settings;
  caf::event_based_actor* self = nullptr;
  caf::actor dialer_handle;
  caf::actor greeted;            ///< said hello to; no welcome yet
  caf::actor gate_handle;        ///< null while not connected
  std::uint64_t incarnation = 0; ///< of the node behind it
  std::uint64_t attempt = 0;     ///< what belongs to an earlier one is ignored
  std::uint32_t failures = 0;    ///< since it was connected
  monotonic_time heard{};
  monotonic_time ticked{};
  monotonic_time attentive_since{}; ///< this process, which may have been stopped
  monotonic_time since{};   ///< connected, or not connected
  monotonic_time told_at{}; ///< the problem
  std::string last_problem;

  void start_dialer();
  void dial();
  void say_hello(const caf::actor& gate);
  void on_welcome(const node_welcome& answer);
  void on_failure(const std::string& problem);
  void on_connection_end(const caf::down_msg& m);
  void hang_up(caf::actor& connection);
  void give_up(caf::actor& connection, const std::string& why);
  void on_down(const std::string& why);
  void on_pulse(const node_pulse& answer);
  void on_tick();
  void dial_later();
  void tell_problem();
  void tell_directory(const std::vector<peer>& peers);
  auto seen() const -> linked_node;
  /// Why it is not connected, and for how long: "connection refused (for 3m)".
  auto problem() const -> std::string;
};

/// (observe) and node_command are passed on to the other node; an error while not connected. (links) is
/// answered with this one.
auto node_link(caf::stateful_actor<node_link_state>* self, node_link_settings settings) -> caf::behavior;

} // namespace weir
