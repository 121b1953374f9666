/// The sink actor: takes chunks in and answers whoever asks, while its writer blocks in the store.
#pragma once

#include "actors/sinks/sink_desk.hpp"
#include "actors/sinks/sink_writer.hpp"
#include "actors/system/deadline_timer.hpp"

#include <memory>

namespace weir {

struct sink_settings {
  sink_machine_settings decides;
  sink_writer_settings writes;
};

struct sink_state {
  static inline constexpr const char* name = "sink";

  ~sink_state();
  void begin(caf::event_based_actor* actor, sink_settings settings, std::shared_ptr<sink_core> core);
  /// Has the machine decide and sees to what is the sink's: its writer, its timer, its end.
  template <class Step> void decide(Step step);

  caf::event_based_actor* self = nullptr;
  const class clock* time = nullptr;
  std::string address;
  std::shared_ptr<sink_desk> desk;
  caf::actor writer;
  caf::actor_addr supervisor;
  deadline_timer timer;
  bool step_sent = false;
  bool reported = false;
};

auto sink(caf::stateful_actor<sink_state>* self, sink_settings settings, std::shared_ptr<sink_core> core,
          caf::actor_addr supervisor) -> caf::behavior;

} // namespace weir
