/// The sink actor: answers whoever asks, while its writers block in their stores. Chunks do not wait in its mailbox:
/// their sender leaves them at the desk itself.
#pragma once

#include "actors/protocol.hpp"
#include "actors/sinks/sink_desk.hpp"
#include "actors/sinks/sink_writer.hpp"
#include "actors/system/deadline_timer.hpp"

#include <memory>
#include <vector>

namespace weir {

struct sink_settings {
  sink_machine_settings decides;
  sink_writer_settings writes;
  std::vector<std::shared_ptr<letter_box>> letters; ///< one for each writer
};

struct sink_state {
  static inline constexpr const char* name = "sink";

  ~sink_state();
  void begin(caf::event_based_actor* actor, sink_settings settings, std::shared_ptr<sink_desk> place);
  /// Has the machine decide and sees to what is the sink's: its timer, its end.
  template <class Step> void decide(Step step);
  void tell_supervisor(const sink_outlook& outlook);
  void employ_writers(const sink_settings& settings);

  caf::event_based_actor* self = nullptr;
  const class clock* time = nullptr;
  std::string address;
  std::shared_ptr<sink_desk> desk;
  std::vector<caf::actor> writers; ///< nobody else keeps them alive
  parent_handle supervisor;
  deadline_timer timer;
  bool reported = false;
  bool is_open_told = false;
};

class sink : public caf::stateful_actor<sink_state> {
public:
  sink(caf::actor_config& config, sink_settings settings, std::shared_ptr<sink_core> core,
       parent_handle supervisor);

  /// On the sender's thread. That a transfer overtakes other messages of its sender does no harm: it comes with credit,
  /// which only an open link has, and before a close or probe it is what those tell of.
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* on) override;
  auto make_behavior() -> caf::behavior override;

private:
  sink_settings settings_;
  const std::shared_ptr<sink_desk> desk_; ///< the state's, which may be gone while somebody sends
};

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<weir::sink_change>)
