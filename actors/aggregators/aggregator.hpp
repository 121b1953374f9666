/// The aggregator actor of both tiers: merges the streams of its senders, buffers, balances, fans out.
#pragma once

#include "actors/aggregators/aggregator_machine.hpp"
#include "actors/aggregators/log_syncer.hpp"
#include "actors/protocol.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/handle_numbers.hpp"

#include <memory>
#include <optional>
#include <string>

namespace weir {

struct aggregator_settings {
  aggregator_machine_settings decides;
  weak_handle<directory_actor> directory;
  const clock* time = &system_clock();
};

struct aggregator_state {
  static inline constexpr const char* name = "aggregator";

  void begin(caf::event_based_actor* actor, aggregator_settings settings, std::shared_ptr<aggregator_core> core);
  /// Wants to hear of all that it sends to.
  void watch();
  void change(const aggregator_change& wanted);
  /// Lets the machine see a message, and work a little later: once for all that waits in the mailbox.
  template <class Step> void note(Step step);
  void work();
  void send();
  /// The number of whoever sent the message that is handled now; 0: nobody.
  auto sender() -> std::uint64_t;

  caf::event_based_actor* self = nullptr;
  std::optional<aggregator_machine> machine;
  handle_numbers handles;
  caf::actor syncer; ///< with a log
  parent_handle supervisor;
  deadline_timer timer;
  std::string address;
  weak_handle<directory_actor> directory;
  const class clock* time = nullptr;
  bool is_step_sent = false;
  bool is_reported = false;
};

auto aggregator(caf::stateful_actor<aggregator_state>* self, aggregator_settings settings,
                std::shared_ptr<aggregator_core> core, parent_handle supervisor) -> caf::behavior;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<weir::aggregator_change>)
