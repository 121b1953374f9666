/// Starts the actors of one tier, restarts what fails with back-off, and gives up upwards.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/measure/board_registry.hpp"
#include "runtime/os/clock.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir {

struct child_spec {
  std::string address;
  std::string component;
  std::string tier;
  /// Spawns the child; it reports child_finished to `supervisor`.
  std::function<caf::actor(caf::event_based_actor* supervisor)> make;
  /// It is drained when all children of this component of the node have finished, and not before. Empty: when
  /// the others are.
  std::string drained_after = {};
  std::string type = {};                      ///< plug-in
  std::shared_ptr<actor_board> board = {}; ///< where it shows what it does; null: nowhere
};

struct supervisor_settings {
  std::vector<child_spec> children;
  caf::actor_addr directory;
  backoff_settings backoff{std::chrono::milliseconds{100}, std::chrono::seconds{30}};
  std::size_t restarts_max = 10; ///< of one child within the window, then it escalates
  duration window = std::chrono::seconds{60};
  const clock* time = &system_clock();
  std::shared_ptr<board_registry> boards = {}; ///< of the node; null: nobody looks
};

struct supervisor_state {
  static inline constexpr const char* name = "supervisor";

  struct child {
    child_spec spec;
    caf::actor handle;
    std::deque<monotonic_time> recent; ///< restarts within the window
    bool finished = false;
    bool draining = false;
    board_registry::entry shown = {};
  };

  supervisor_settings settings;
  std::vector<child> children;
  caf::actor_addr parent;
  caf::event_based_actor* self = nullptr;

  void start(std::size_t index);
  void on_down(const caf::down_msg& m);
  void on_finished(const child_finished& note);
  /// All but those that are drained after a component.
  void drain();
  void drain_after(const std::string& component);

private:
  void drain(child& c);
  void restart_later(std::size_t index, const caf::error& reason);
  void announce(const child& c);
  void show(child& c);
  /// The end of this supervisor, and of the node.
  void give_up(const caf::error& reason);
};

auto supervisor(caf::stateful_actor<supervisor_state>* self, supervisor_settings settings,
                caf::actor_addr parent) -> caf::behavior;

} // namespace weir
