/// The collector actor: reads a source under demand and hands chunks to the next tier.
#pragma once

#include "actors/collectors/collector_machine.hpp"
#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/handle_numbers.hpp"
#include "runtime/os/poller.hpp"

#include <memory>
#include <optional>

namespace weir {

struct collector_settings {
  collector_machine_settings decides;
  weak_handle<directory_actor> directory;
  poller* waits = nullptr;
};

struct collector_state {
  static inline constexpr const char* name = "collector";

  void begin(caf::event_based_actor* actor, collector_settings settings, std::shared_ptr<collector_core> core);
  /// Wants to hear of all that it sends to.
  void watch();
  void change(const collector_change& wanted);
  void listen();
  void tell_supervisor();
  /// Has the machine decide and sees to what comes of it.
  template <class Step> void decide(Step step);

  caf::event_based_actor* self = nullptr;
  std::optional<collector_machine> machine;
  handle_numbers handles;
  parent_handle supervisor;
  deadline_timer timer;
  std::string address;
  const class clock* time = nullptr;
  bool is_step_sent = false;
  bool is_reported = false;
  bool is_open_told = false;
  weak_handle<directory_actor> directory;
  thread_times::entry thread;
};

auto collector(caf::stateful_actor<collector_state>* self, collector_settings settings,
               std::shared_ptr<collector_core> core, parent_handle supervisor) -> caf::behavior;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<weir::collector_change>)
