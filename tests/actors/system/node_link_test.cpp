#include "actors/system/node_link.hpp"

#include "actors/system/dialer.hpp"
#include "actors/system/directory.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <memory>
#include <sstream>

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct config : caf::actor_system_config {
  config() {
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// What is logged while it lives.
struct log_capture {
  std::ostringstream text;
  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();

  log_capture() {
    auto to = std::make_shared<spdlog::sinks::ostream_sink_st>(text);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(to)));
  }
  ~log_capture() { spdlog::set_default_logger(before); }
  log_capture(const log_capture&) = delete;
  auto operator=(const log_capture&) -> log_capture& = delete;

  auto count(std::string_view words) const -> std::size_t {
    const auto all = text.str();
    auto found = std::size_t{0};
    for (auto at = all.find(words); at != std::string::npos; at = all.find(words, at + 1)) ++found;
    return found;
  }
};

/// The other side: what it does with hellos and pulses, and what it got.
struct far_side {
  bool welcomes = true;
  std::uint64_t incarnation = 7;
  std::uint64_t pulse_incarnation = 7;
  std::string refused;
  std::size_t hellos = 0;
  std::size_t pulses = 0;
  std::size_t dials = 0;
  std::size_t hang_ups = 0;
  std::vector<std::string> given_up; ///< why
  std::deque<caf::actor> waiting; ///< who said hello and got no answer
  std::string unreachable;        ///< why dials fail
  bool dialer_fails = false;

  auto welcome() const -> node_welcome { return {"core-1", refused, incarnation, {}}; }
};

auto fake_gate(caf::event_based_actor* self, far_side* side) -> caf::behavior {
  return {
      [self, side](const node_hello&) {
        ++side->hellos;
        const auto from = caf::actor_cast<caf::actor>(self->current_sender());
        if (side->welcomes) return self->send(from, side->welcome());
        side->waiting.push_back(from);
      },
      [self, side](const node_pulse&) {
        ++side->pulses;
        self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                   node_pulse{"core-1", side->pulse_incarnation});
      },
      [side](hang_up_atom) { ++side->hang_ups; },
      [side](hang_up_atom, const std::string& why) { side->given_up.push_back(why); },
      [self, side](step_atom) {
        self->send(side->waiting.front(), side->welcome());
        side->waiting.pop_front();
      },
  };
}

struct passer_state {
  caf::actor link;
};

/// Stands for a connection to a gate of another node.
auto passer(caf::stateful_actor<passer_state>* self, caf::actor gate) -> caf::behavior {
  const auto pass = [self](const auto& note) { self->send(self->state.link, note); };
  return {
      [self, gate](const node_hello& hello) {
        self->state.link = caf::actor_cast<caf::actor>(self->current_sender());
        self->send(gate, hello);
      },
      [self, gate](const node_pulse& pulse) {
        self->send(self->current_sender() == gate ? self->state.link : gate, pulse);
      },
      [pass](const node_welcome& note) { pass(note); },
      [pass](const node_peers& note) { pass(note); },
      [](hang_up_atom) {},
      [](hang_up_atom, const std::string&) {},
  };
}

auto fake_dialer(caf::event_based_actor* self, far_side* side, caf::actor gate) -> caf::behavior {
  return {[self, side, gate](dial_atom, const std::string&, std::uint16_t) -> caf::result<caf::actor> {
    ++side->dials;
    if (std::exchange(side->dialer_fails, false)) {
      self->quit(caf::sec::runtime_error);
      return caf::sec::runtime_error;
    }
    if (!side->unreachable.empty())
      return caf::error{1, caf::atom("weir"), caf::make_message(side->unreachable)};
    return gate;
  }};
}

struct fixture {
  config settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  log_capture log;
  manual_clock clock;
  far_side side;
  caf::actor gate_handle = system.spawn(fake_gate, &side);
  directory_actor directory_handle = system.spawn(directory, std::vector<std::string>{"core-1"});
  caf::actor link;
  caf::actor connection; ///< to a gate that is none of a fake

  fixture() { scheduler.clock().current_time += 1h; } // CAF takes 0 for unset
  ~fixture() {
    for (const auto& who : {link, connection, caf::actor_cast<caf::actor>(directory_handle), gate_handle})
      if (who) caf::anon_send_exit(who, caf::exit_reason::kill);
    run();
  }

  void run() {
    while (scheduler.try_run_once()) {
    }
  }
  void advance(std::chrono::milliseconds time) {
    for (auto passed = 0ms; passed < time; passed += 100ms) {
      clock.advance(100ms);
      scheduler.advance_time(100ms);
      run();
    }
  }
  void start() {
    auto to = node_link_settings{};
    to.name = "core-1";
    to.host = "10.0.0.2";
    to.port = 7400;
    to.identity = {"shop", "edge-1", 3, 0};
    to.directory = directory_handle;
    to.time = &clock;
    to.make_dialer = [this](caf::event_based_actor* self) {
      return self->spawn(fake_dialer, &side, connection ? connection : gate_handle);
    };
    link = system.spawn(node_link, std::move(to));
    run();
  }
  void start_gate(std::size_t actors) {
    gate_handle = caf::actor_cast<caf::actor>( // in the place of the fake one
        system.spawn(gate, node_identity{"shop", "core-1", 7, actors}, directory_handle));
    connection = system.spawn(passer, gate_handle);
    run();
    start();
  }
  auto is_connected() -> bool {
    const auto* actor = caf::actor_cast<caf::abstract_actor*>(link);
    const auto& state = dynamic_cast<const caf::stateful_actor<node_link_state>&>(*actor).state;
    return static_cast<bool>(state.gate_handle);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(node_links, fixture)

BOOST_AUTO_TEST_CASE(connect_and_feel_the_pulse) {
  start();
  BOOST_TEST(is_connected());
  advance(60s);
  BOOST_TEST(is_connected());
  BOOST_TEST(side.hellos == 1U);
  BOOST_TEST(side.pulses >= 59U);
  BOOST_TEST(side.pulses <= 61U);
}

BOOST_AUTO_TEST_CASE(take_a_welcome_that_comes_late) {
  side.welcomes = false;
  start();
  advance(3500ms); // longer than it waits before it dials again
  BOOST_TEST(!is_connected());
  caf::anon_send(gate_handle, step_atom::value);
  run();
  BOOST_TEST(is_connected());
  const auto dials = side.dials;
  advance(60s);
  BOOST_TEST(is_connected());
  BOOST_TEST(side.dials == dials);
}

BOOST_AUTO_TEST_CASE(say_hello_again_when_no_welcome_came) {
  side.welcomes = false;
  start();
  advance(20s);
  BOOST_TEST(side.hellos >= 3U);
  BOOST_TEST(log.count("no answer to hello") == 1U);
  side.welcomes = true;
  advance(10s);
  BOOST_TEST(is_connected());
}

BOOST_AUTO_TEST_CASE(say_hello_again_to_a_node_that_has_forgotten_them) {
  start();
  side.pulse_incarnation = 0; // the gate does not know whose pulse that is
  advance(1s);
  side.pulse_incarnation = 7;
  advance(5s);
  BOOST_TEST(is_connected());
  BOOST_TEST(side.hellos == 2U);
}

BOOST_AUTO_TEST_CASE(say_hello_again_to_a_node_that_was_restarted_under_the_same_handle) {
  start();
  side.incarnation = side.pulse_incarnation = 8;
  advance(6s);
  BOOST_TEST(is_connected());
  BOOST_TEST(side.hellos == 2U);
}

BOOST_AUTO_TEST_CASE(send_one_pulse_a_second_however_often_they_were_down) {
  start();
  for (auto i = 0; i < 5; ++i) {
    side.pulse_incarnation = 0;
    advance(1s);
    side.pulse_incarnation = 7;
    while (!is_connected()) advance(100ms);
  }
  const auto before = side.pulses;
  advance(20s);
  BOOST_TEST(side.pulses - before <= 21U);
}

BOOST_AUTO_TEST_CASE(tell_each_minute_why_the_other_node_cannot_be_reached) {
  side.unreachable = "connection refused";
  start();
  advance(100ms);
  BOOST_TEST(log.count("node \"core-1\" at 10.0.0.2:7400 cannot be reached: connection refused\n") == 1U);
  advance(5min + 2s);
  BOOST_TEST(log.count("cannot be reached: connection refused (for ") == 5U);
  BOOST_TEST(log.count("cannot be reached: connection refused (for 5m)") == 1U);
  side.unreachable.clear();
  advance(10s);
  BOOST_TEST(is_connected());
  const auto told = log.count("cannot be reached");
  advance(3min);
  BOOST_TEST(log.count("cannot be reached") == told);
}

BOOST_AUTO_TEST_CASE(tell_who_refuses_them_and_why) {
  side.refused = "it belongs to cluster \"a\", this node to \"b\"";
  start();
  advance(62s);
  BOOST_TEST(log.count("refused by \"core-1\": it belongs to cluster \"a\", this node to \"b\"") >= 2U);
  BOOST_TEST(!is_connected());
}

BOOST_AUTO_TEST_CASE(hang_up_on_a_node_that_has_forgotten_them) {
  start();
  side.pulse_incarnation = 0;
  advance(2s);
  BOOST_TEST_REQUIRE(!side.given_up.empty()); // or what it was sent would wait for ever
  BOOST_TEST(side.given_up.front() == "it does not know this node any more");
}

BOOST_AUTO_TEST_CASE(survive_a_dialer_that_fails) {
  side.dialer_fails = true;
  start();
  advance(10s);
  BOOST_TEST(side.dials == 2U);
  BOOST_TEST(is_connected());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(gates, fixture)

BOOST_AUTO_TEST_CASE(let_a_node_in_though_something_here_never_announces_itself) {
  start_gate(2);
  advance(9s);
  BOOST_TEST(!is_connected());
  advance(5s);
  BOOST_TEST(is_connected());
}

BOOST_AUTO_TEST_CASE(let_a_node_in_as_soon_as_all_is_announced) {
  start_gate(1);
  advance(100ms);
  BOOST_TEST(!is_connected());
  caf::anon_send(directory_handle, announce_peer{{"core-1/sink/files", "files", gate_handle}});
  run();
  BOOST_TEST(is_connected());
}

BOOST_AUTO_TEST_CASE(tell_a_node_that_they_do_not_know_that_it_should_say_hello) {
  start_gate(0);
  BOOST_TEST(is_connected());
  const auto* actor = caf::actor_cast<caf::abstract_actor*>(gate_handle);
  auto& state = const_cast<gate_state&>(dynamic_cast<const gate_actor::stateful_base<gate_state>&>(*actor).state);
  state.guests.clear(); // as after a late word of the end of an earlier connection
  advance(5s);
  BOOST_TEST(is_connected());
  BOOST_TEST(state.guests.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
