/// Starts the actors of one tier, restarts what fails with back-off, and gives up upwards.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/directory.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/measure/board_registry.hpp"
#include "runtime/os/clock.hpp"

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct child_spec {
  std::string address;
  std::string component;
  std::string tier;
  /// Spawns the child with `by`; it reports to `parent`.
  std::function<caf::actor(caf::local_actor& by, const parent_handle& parent)> make;
  /// It is drained when all children of this component of the node have finished, and not before. Empty: when
  /// the others are.
  std::string drained_after = {};
  bool waits_to_begin = false; ///< hired, it opens its doors; it begins when that is asked for
  std::string type = {};                      ///< plug-in
  std::shared_ptr<actor_board> board = {}; ///< where it shows what it does; null: nowhere
};

/// To a supervisor: one more child. Answered, as all changes are, with a text: empty once it works (or waits to begin), or
/// why it does not, and then it is to be dismissed. Restarting is for those that have worked.
struct hire_child {
  child_spec spec;
  bool has_to_work = true; ///< else answered as soon as it is there: what it is to work with may come later
};
/// One that waits to begin does; answered when it works.
struct begin_child {
  std::string address;
  bool has_to_work = true; ///< else answered at once: it is tried again as long as others are
};
/// The child is like this from now on; the one that runs takes the message.
struct revise_child {
  child_spec spec;
  caf::message change;
};
/// Another one takes the place of the one that runs, which is ended at once. One that does not work leaves the place empty.
struct replace_child {
  child_spec spec;
};
/// It takes in nothing more from outside and passes on what comes; it stays.
struct drain_child {
  std::string address;
};
/// It takes nothing more and passes on what it has; answered when it has.
struct let_child_leave {
  std::string address;
};
/// It ends by itself when it has passed on what it has and what its senders have for it; answered before.
struct retire_child {
  std::string address;
};
/// It is ended at once, and is no more.
struct dismiss_child {
  std::string address;
};
/// To the guardian: a child came, or is no more.
struct children_changed {
  std::string component;
  std::string address;
  bool is_there = false;
};
/// A guardian, as its supervisors see it.
using owner_actor = caf::typed_actor<caf::reacts_to<child_finished>, caf::reacts_to<children_changed>>;

using supervisor_actor = parent_actor::extend<
    caf::replies_to<hire_child>::with<std::string>, // changes: see there
    caf::replies_to<begin_child>::with<std::string>,
    caf::replies_to<revise_child>::with<std::string>,
    caf::replies_to<replace_child>::with<std::string>,
    caf::replies_to<let_child_leave>::with<std::string>,
    caf::replies_to<retire_child>::with<std::string>,
    caf::replies_to<dismiss_child>::with<std::string>,
    caf::replies_to<progress_atom, std::string>::with<caf::actor>, // the running child of the address, or nobody
    caf::reacts_to<drain_child>,
    caf::reacts_to<drain_atom, std::string>,  // those that are drained after this component
    caf::reacts_to<restart_atom, std::string> // to itself: the child's back-off is over
    >;

struct supervisor_settings {
  weak_handle<directory_actor> directory;
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
    bool leaving = false;
    bool has_begun = true;          ///< false: it waits to
    bool on_trial = false;          ///< it has not worked yet, and somebody waits to hear whether it does
    bool dismissed = false;
    bool retires = false;           ///< it is dismissed when it has finished
    std::optional<child_spec> next; ///< takes its place when it has ended
    caf::typed_response_promise<std::string> asked; ///< about the change under way
    board_registry::entry shown = {};
  };
  using change_outcome = caf::result<std::string>;

  supervisor_settings settings;
  std::list<child> children;
  weak_handle<owner_actor> parent;
  supervisor_actor::pointer self = nullptr;

  void start(child& c);
  void start_again(const std::string& address);
  void on_down(const caf::down_msg& m);
  void on_finished(const child_finished& note);
  void drain(const std::string& address);
  void drain_after(const std::string& component);
  auto hire(hire_child& change) -> change_outcome;
  auto begin(const begin_child& change) -> change_outcome;
  auto revise(revise_child& change) -> change_outcome;
  auto replace(child_spec spec) -> change_outcome;
  auto let_leave(const std::string& address) -> change_outcome;
  auto retire(const std::string& address) -> change_outcome;
  auto dismiss(const std::string& address) -> change_outcome;
  void on_opened(const child_opened& note);
  /// The running child of the address, or nobody.
  auto handle_of(const std::string& address) -> caf::actor;

private:
  auto find(const std::string& address) -> child*;
  void tell_what_to_do(const child& c);
  void drain(child& c);
  void end(child& c);
  void after_its_end(child& c, const caf::error& reason);
  void remove(const std::string& address);
  void restart_later(child& c, const caf::error& reason);
  void tell_parent(const child& c, bool is_there);
  void announce(const child& c);
  void show(child& c);
  /// The end of this supervisor, and of the node.
  void give_up(const caf::error& reason);
};

auto supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_settings settings,
                weak_handle<owner_actor> parent) -> supervisor_actor::behavior_type;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::hire_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::begin_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::revise_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::replace_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::drain_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::let_child_leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::retire_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::dismiss_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::children_changed)
