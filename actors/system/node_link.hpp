/// Keeps this node connected to one other: dials, says hello, feels its pulse, dials again.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/gate.hpp"
#include "runtime/base/backoff.hpp"

#include <string>
#include <vector>

namespace weir {

struct node_link_settings {
  std::string name; ///< of the node at the address, as the topology file says
  std::string host;
  std::uint16_t port = 0;
  node_identity identity;
  caf::actor_addr directory;
  duration pulse = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5}; ///< silence that counts as death
  backoff_settings redial{std::chrono::milliseconds{200}, std::chrono::seconds{5}};
  const clock* time = &system_clock();
};

struct node_link_state {
  static inline constexpr const char* name = "node_link";

  node_link_settings settings;
  caf::actor dialer_handle;
  caf::actor gate_handle; ///< null while not connected
  caf::event_based_actor* self = nullptr;
  std::uint32_t failures = 0;
  monotonic_time heard{};
  monotonic_time since{}; ///< connected, or not connected
  std::string last_problem;

  void dial();
  void on_connected(const caf::actor& gate);
  void on_welcome(const caf::actor& gate, const node_welcome& answer);
  void on_failure(const std::string& problem);
  void on_down();
  void feel_pulse();
  void tell_directory(const std::vector<peer>& peers);
  auto seen() const -> linked_node;
};

/// (observe) is passed on to the other node's gate; an error while not connected. (links) is
/// answered with this one.
auto node_link(caf::stateful_actor<node_link_state>* self, node_link_settings settings) -> caf::behavior;

} // namespace weir
