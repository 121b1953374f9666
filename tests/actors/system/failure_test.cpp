/// An exception in an actor that nobody restarts ends the node, and is said once.
#include "actors/system/failure.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/guardian.hpp"
#include "actors/system/node_link.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <stdexcept>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

[[noreturn]] void stumble(const char* what) { throw std::runtime_error{what}; }

/// Takes its messages as a proxy does, in its sender's thread.
class stumbling_watcher final : public caf::event_based_actor {
public:
  using event_based_actor::event_based_actor;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* on) override {
    if (message->content().match_elements<peers_changed>()) stumble("no room for a message");
    event_based_actor::enqueue(std::move(message), on);
  }
  auto make_behavior() -> caf::behavior override { return {[](step_atom) {}}; }
};

struct stumbling_clock final : weir::clock {
  auto wall_ns() const -> std::int64_t override { return 0; }
  auto monotonic() const -> monotonic_time override { stumble("no time"); }
};

auto quiet(caf::event_based_actor*) -> caf::behavior {
  return {[](step_atom) {}};
}

auto finishing(caf::event_based_actor* self, parent_handle parent) -> caf::behavior {
  self->send(parent.lock(), child_finished{"a/sink/files"});
  return {[](step_atom) {}};
}

struct config : caf::actor_system_config {
  config() { set("scheduler.policy", caf::atom("testing")); }
};

struct fixture {
  config settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  captured_log log;
  std::vector<std::string> told;
  std::vector<caf::actor> others; ///< to be ended
  std::size_t ended = 0;

  fixture() { scheduler.clock().current_time += 1h; } // CAF takes 0 for unset
  ~fixture() {
    for (const auto& who : others) caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    run();
  }
  void run() {
    while (scheduler.try_run_once()) {
    }
  }
  auto tell() {
    return [this](const std::string& why) { told.push_back(why); };
  }
  /// Ends with the fixture, and is counted when it ends.
  auto counted(caf::actor who) -> caf::actor {
    who->attach_functor([this](const caf::error&) { ++ended; });
    others.push_back(who);
    return who;
  }
  auto spawn_directory() -> directory_actor {
    auto made = system.spawn(directory, std::vector<std::string>{});
    others.push_back(caf::actor_cast<caf::actor>(made));
    return made;
  }
  auto gate_of(const directory_actor& knows, const weir::clock& time) -> gate_actor {
    auto made = system.spawn(gate, node_identity{"shop", "core-1", 7, 0}, knows);
    others.push_back(caf::actor_cast<caf::actor>(made));
    auto* actor = caf::actor_cast<caf::abstract_actor*>(made);
    dynamic_cast<gate_actor::stateful_base<gate_state>&>(*actor).state.time = &time;
    run();
    return made;
  }
  /// With two tiers: one of a child of `make`, one of a quiet one.
  auto start_guardian(decltype(child_spec::make) make, std::function<void()> on_finished = [] {}) -> guardian_actor {
    auto root = guardian_settings{};
    root.tiers.resize(2);
    for (auto& tier : root.tiers) tier.backoff = {1ms, 1ms};
    root.on_finished = std::move(on_finished);
    root.on_failed = tell();
    auto made = system.spawn(guardian, std::move(root));
    end_node_with(*made, "guardian", tell());
    others.push_back(caf::actor_cast<caf::actor>(made));
    run();
    const auto tiers = supervisors_of(made);
    caf::anon_send(tiers[1], hire_child{{"a/collector/logs", "logs", "collector",
                                         [this](caf::local_actor& by, const auto&) { return counted(by.spawn(quiet)); }}});
    run();
    caf::anon_send(tiers[0], hire_child{{"a/sink/files", "files", "sink", std::move(make)}, false});
    run();
    return made;
  }
  auto supervisors_of(const guardian_actor& root) -> std::vector<supervisor_actor> {
    auto found = std::vector<supervisor_actor>{};
    auto asks = caf::scoped_actor{system};
    auto answer = asks->request(root, caf::infinite, supervisors_atom::value);
    run();
    answer.receive([&](std::vector<supervisor_actor>& all) { found = std::move(all); }, [](const caf::error&) {});
    return found;
  }
  void is_told_once(const std::string& why) {
    BOOST_TEST(told == std::vector<std::string>{why}, boost::test_tools::per_element());
    BOOST_TEST(log.text().empty(), log.text()); // whoever is told says it
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(an_exception_ends_the_node, fixture)

BOOST_AUTO_TEST_CASE(in_the_directory) {
  const auto knows = spawn_directory();
  end_node_with(*knows, "directory", tell());
  const auto watcher = counted(system.spawn<stumbling_watcher>());
  caf::send_as(watcher, knows, watch_atom::value, std::string{"files"});
  run();
  is_told_once("its directory failed: no room for a message");
}

BOOST_AUTO_TEST_CASE(in_the_gate) {
  const auto time = stumbling_clock{};
  const auto lets_in = gate_of(spawn_directory(), time);
  end_node_with(*lets_in, "gate", tell());
  const auto guest = counted(system.spawn(quiet));
  caf::send_as(guest, lets_in, node_hello{protocol_version, "shop", "edge-1", 3, {}});
  run();
  is_told_once("its gate failed: no time");
}

BOOST_AUTO_TEST_CASE(in_a_supervisor_that_starts) {
  start_guardian([](auto&, const auto&) -> caf::actor { stumble("no thread"); });
  is_told_once("its supervisor failed: no thread");
}

BOOST_AUTO_TEST_CASE(in_a_supervisor_that_restarts_a_child) {
  auto child = caf::actor{};
  start_guardian([&](caf::local_actor& by, const auto&) {
    if (child) stumble("no thread");
    return child = counted(by.spawn(quiet));
  });
  BOOST_TEST(told.empty());
  caf::anon_send_exit(child, caf::exit_reason::out_of_workers);
  run();
  BOOST_TEST(log.has("a/sink/files: restarts in "));
  scheduler.advance_time(10ms);
  run();
  BOOST_TEST(told == std::vector<std::string>{"its supervisor failed: no thread"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(in_the_guardian_and_with_it_end_all_that_it_has) {
  const auto root = start_guardian(
      [this](caf::local_actor& by, const auto& parent) { return counted(by.spawn(finishing, parent)); },
      [] { stumble("nobody hears it"); });
  BOOST_TEST(told.empty());
  BOOST_TEST(ended == 0U);
  caf::anon_send(root, child_finished{"a/collector/logs"});
  run();
  is_told_once("its guardian failed: nobody hears it");
  BOOST_TEST(ended == 2U);
}

BOOST_AUTO_TEST_CASE(in_a_node_link) {
  auto to = node_link_settings{};
  to.name = "core-1";
  to.make_dialer = [](auto*) -> caf::actor { stumble("no thread"); };
  const auto link = counted(system.spawn(node_link, std::move(to)));
  end_node_with(*caf::actor_cast<caf::abstract_actor*>(link), "link to node core-1", tell());
  run();
  is_told_once("its link to node core-1 failed: no thread");
}

BOOST_AUTO_TEST_CASE(but_not_the_end_that_was_asked_for) {
  const auto root = start_guardian([this](caf::local_actor& by, const auto&) { return counted(by.spawn(quiet)); });
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(told.empty());
  BOOST_TEST(ended == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
