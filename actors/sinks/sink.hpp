/// The sink actor: takes chunks in and answers whoever asks, while its writer blocks in the store.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/sinks/sink_writer.hpp"
#include "actors/system/deadline_timer.hpp"
#include "actors/system/handle_numbers.hpp"

#include <memory>

namespace weir {

struct sink_settings {
  sink_machine_settings decides;
  sink_writer_settings writes;
};

struct sink_state {
  static inline constexpr const char* name = "sink";

  caf::event_based_actor* self = nullptr;
  std::shared_ptr<sink_core> core; ///< the machine's, and of those after it
  const class clock* time = nullptr;
  std::unique_ptr<sink_machine> machine;
  handle_numbers handles;
  caf::actor writer;
  caf::actor_addr supervisor;
  deadline_timer timer;
  bool step_sent = false;
  bool reported = false;

  void begin(sink_settings settings);
  auto sender() -> std::uint64_t;
  void start_job();
  /// Sends what the machine wants sent after each message.
  void pass_on();
};

auto sink(caf::stateful_actor<sink_state>* self, sink_settings settings, std::shared_ptr<sink_core> core,
          caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
