#include "actors/protocol.hpp"
#include "actors/system/directory.hpp"
#include "actors/system/gate.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

struct fixture {
  caf::actor_system_config settings;
  caf::actor_system system{settings};
};

auto quiet(caf::event_based_actor*) -> caf::behavior {
  return {[](drain_atom) {}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, fixture)

BOOST_AUTO_TEST_CASE(from_the_directory_name_all_running_actors_of_a_component) {
  const auto one = system.spawn(quiet);
  const auto two = system.spawn(quiet);
  auto table = peer_table{};
  BOOST_TEST((table.announce({"a/x/core/0", "core", one}) == std::vector<std::string>{"core"}));
  BOOST_TEST((table.set_node("b", {{"b/x/core", "core", two}, {"b/x/log", "log", two}})
              == std::vector<std::string>{"core", "log"}));
  BOOST_TEST(table.peers_of("core").size() == 2U);
  BOOST_TEST(table.local().size() == 1U);
  (void)table.announce({"a/x/core/0", "core", two}); // restarted
  BOOST_TEST((table.peers_of("core").front().handle == two));
  (void)table.announce({"a/x/core/0", "core", {}}); // gone
  BOOST_TEST(table.local().empty());
  BOOST_TEST((table.set_node("b", {}) == std::vector<std::string>{"core", "log"}));
  BOOST_TEST(table.peers_of("core").empty());
}

BOOST_AUTO_TEST_CASE(from_the_directory_name_the_nodes_that_may_have_more_of_a_component) {
  using names = std::vector<std::string>;
  auto table = peer_table{{"a"}};
  BOOST_TEST((table.await({{{"b", {"core"}}, {"c", {"core", "log"}}}}) == names{"core", "log"}));
  BOOST_TEST((table.unheard("core") == names{"a", "b", "c"}));
  BOOST_TEST((table.unheard("log") == names{"a", "c"}));
  BOOST_TEST(table.hear_of("b"));
  BOOST_TEST(!table.hear_of("b"));
  BOOST_TEST((table.unheard("core") == names{"a", "c"}));
  BOOST_TEST((table.await({{{"b", {"core"}}}}) == names{"core", "log"})); // c has left
  BOOST_TEST((table.unheard("core") == names{"a"}));
  BOOST_TEST(table.await({{{"b", {"core"}}}}).empty());
}

BOOST_AUTO_TEST_CASE(of_strangers_are_refused_with_the_reason) {
  auto time = manual_clock{};
  auto gate = gate_state{};
  gate.self_identity = {"shop", "core-1", 10};
  gate.time = &time;
  gate.guests["edge-1"] = {20, {}, time.monotonic()};
  const auto hello = [&](std::uint32_t version, const char* cluster, const char* name, std::uint64_t run) {
    return gate.refusal({version, cluster, name, run});
  };
  BOOST_TEST(hello(protocol_version, "shop", "edge-2", 30).empty());
  BOOST_TEST(hello(protocol_version, "shop", "edge-1", 20).empty()); // it dials again
  BOOST_TEST(hello(protocol_version + 1, "shop", "edge-2", 30).find("protocol version") != std::string::npos);
  BOOST_TEST(gate.refusal({protocol_version + 2, "shop", "edge-2", 30, {}, protocol_version}).empty());
  BOOST_TEST(gate.refusal({protocol_version + 2, "shop", "edge-2", 30, {}, protocol_version + 1})
             == "it speaks protocol version " + std::to_string(protocol_version + 1) + " to "
                    + std::to_string(protocol_version + 2) + ", this node version " + std::to_string(protocol_version));
  BOOST_TEST(hello(protocol_version, "other", "edge-2", 30).find("cluster \"other\"") != std::string::npos);
  BOOST_TEST(hello(protocol_version, "shop", "core-1", 30) == "it has this node's own name");
  BOOST_TEST(hello(protocol_version, "shop", "edge-1", 21) == "another running node has the same name");
  time.advance(std::chrono::seconds{6}); // what was not heard of since is hung up, and is waited for to be gone
  BOOST_TEST(hello(protocol_version, "shop", "edge-1", 21) == "another running node has the same name");
  BOOST_TEST((gate.predecessor_of({protocol_version, "shop", "edge-1", 21}) != nullptr));
  BOOST_TEST((gate.predecessor_of({protocol_version, "shop", "edge-1", 20}) == nullptr));
  gate.guests.clear();
  BOOST_TEST(hello(protocol_version, "shop", "edge-1", 21).empty());
}

BOOST_AUTO_TEST_SUITE_END()
