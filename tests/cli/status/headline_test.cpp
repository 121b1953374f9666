#include "cli/status/headline.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

auto component(std::string name, tier in, std::vector<std::string> from, std::vector<std::string> to) -> component_plan {
  auto c = component_plan{};
  c.name = std::move(name);
  c.in = in;
  c.type = in == tier::collector ? "tail" : "file";
  c.from = std::move(from);
  c.to = std::move(to);
  return c;
}

/// nginx → archive, both on one node, and all flows.
struct small_system {
  topology_plan plan;
  cli::cluster_sight seen;

  small_system() {
    plan.components = {component("nginx", tier::collector, {}, {"archive"}), component("archive", tier::sink, {"nginx"}, {})};
    seen.nodes = {{"one", {}, {actor("nginx", "collector"), actor("archive", "sink")}, {}}};
    for (const auto& o : seen.nodes.front().actors) seen.rates[o.address] = {1200, 0, 1200, 0};
    collector().demand_held = 1 << 20;
  }
  static auto actor(std::string name, std::string tier) -> observation {
    auto o = observation{};
    o.address = "one/" + tier + '/' + name;
    o.component = std::move(name);
    o.tier = std::move(tier);
    o.state = "running";
    o.events_in = 5000;
    o.events_out = 5000;
    return o;
  }
  auto collector() -> observation& { return seen.nodes.front().actors.front(); }
  auto sink() -> observation& { return seen.nodes.front().actors.back(); }
  auto told() const -> cli::headline {
    const auto flows = cli::flows_of(plan, seen);
    return cli::headline_of({"one", seen, flows});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(headlines)

BOOST_AUTO_TEST_CASE(all_flows) {
  const auto told = small_system{}.told();
  BOOST_TEST(told.text == "Everything is arriving: 1.2k/s come in, archive stores 1.2k/s.");
  BOOST_TEST((told.how == cli::mood::flows));
}

BOOST_AUTO_TEST_CASE(all_rests) {
  auto s = small_system{};
  s.seen.rates.clear();
  BOOST_TEST(s.told().text == "Everything has arrived; nothing comes in now.");
}

BOOST_AUTO_TEST_CASE(a_sink_holds_up_who_sends_to_it) {
  auto s = small_system{};
  s.collector().state = "waiting for demand";
  s.sink().problems = {"disk full"};
  s.sink().state = "retrying";
  s.seen.rates["one/sink/archive"] = {};
  const auto told = s.told();
  BOOST_TEST(told.text == "Sink archive stores 0/s (disk full); 1 before it waits. 1.2k/s come in, archive stores 0/s.");
  BOOST_TEST((told.how == cli::mood::waits));
  BOOST_TEST(told.more.at(0) == "one/sink/archive: disk full");
}

BOOST_AUTO_TEST_CASE(a_sink_that_takes_nothing_is_said_before_anybody_waits) {
  auto s = small_system{};
  s.sink().problems = {"disk full"};
  s.sink().events_held = 7;
  s.sink().events_in += 7;
  s.seen.rates["one/sink/archive"] = {};
  BOOST_TEST(s.told().text == "Sink archive stores nothing: disk full. 1.2k/s come in, archive stores 0/s.");
  BOOST_TEST((s.told().how == cli::mood::fails));
}

BOOST_AUTO_TEST_CASE(what_wants_attention_while_data_flows) {
  auto s = small_system{};
  s.collector().problems = {"/no/*.log matches nothing"};
  BOOST_TEST(s.told().text == "Data flows, and 1 thing wants attention: 1.2k/s come in, archive stores 1.2k/s.");
}

BOOST_AUTO_TEST_CASE(who_has_nothing_and_a_problem_does_not_hide_who_is_stuck) {
  auto s = small_system{};
  s.collector().problems = {"/no/*.log matches nothing"};
  s.plan.components.insert(s.plan.components.begin(), component("app", tier::collector, {}, {"archive"}));
  s.seen.nodes.front().actors.push_back(small_system::actor("app", "collector"));
  s.seen.nodes.front().actors.back().problems = {"no file matches"};
  BOOST_TEST(s.told().text.starts_with("Data flows, and 2 things want attention"));
  s.seen.nodes.front().actors[1].problems = {"disk full"};
  s.seen.nodes.front().actors[1].events_held = 7;
  s.seen.nodes.front().actors[1].events_in += 7;
  s.seen.rates["one/sink/archive"] = {};
  BOOST_TEST(s.told().text.starts_with("Sink archive stores nothing: disk full."));
}

BOOST_AUTO_TEST_CASE(a_component_that_nobody_runs_is_said_unless_it_may_run_where_nothing_is_told_from) {
  auto s = small_system{};
  s.plan.components.back().classes = {"core"};
  s.seen.nodes.front().actors.pop_back();
  BOOST_TEST(s.told().text == "Sink archive is not there: no node of class core is linked to one.");
  auto core = member_view{};
  core.who.node = "core-1";
  core.who.state = member_state::up;
  core.who.classes = {"core"};
  s.seen.members = {core};
  s.seen.nodes.push_back({"core-1", "it tells no figures", {}, {}});
  const auto flows = cli::flows_of(s.plan, s.seen);
  BOOST_TEST(flows.back().is_hidden);
  BOOST_TEST((cli::mood_of(flows.back()) == cli::mood::unseen));
  BOOST_TEST(s.told().text == "Everything is arriving: 1.2k/s come in, archive stores 0/s. From one not all nodes are seen.");
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_answer_is_said_with_what_it_alone_runs) {
  auto s = small_system{};
  s.plan.components.back().classes = {"core"};
  auto core = member_view{};
  core.who.node = "core-1";
  core.who.state = member_state::up;
  core.who.classes = {"core"};
  s.seen.members = {core};
  s.seen.nodes.push_back({"core-1", "it does not answer", {}, {}, {}, true});
  BOOST_TEST(s.told().text.starts_with("Data flows, and 1 thing wants attention"));
  s.seen.nodes.front().actors.pop_back();
  const auto flows = cli::flows_of(s.plan, s.seen);
  BOOST_TEST((cli::mood_of(flows.back()) == cli::mood::fails));
  BOOST_TEST(cli::word_of(flows.back()) == "no answer");
  BOOST_TEST(s.told().text == "Sink archive is not seen: node core-1 does not answer. 1.2k/s come in, archive stores 0/s.");
  BOOST_TEST(s.told().more.at(0) == "node core-1: it does not answer");
}

BOOST_AUTO_TEST_CASE(a_store_that_lets_wait_is_said_before_it_fails_unless_it_always_takes_so_long) {
  auto s = small_system{};
  s.sink().busy_with = "commit";
  s.sink().busy_with_ns = 2'000'000'000;
  BOOST_TEST(s.told().text.starts_with("Everything is arriving"));
  s.seen.rates["one/sink/archive"] = {};
  BOOST_TEST(s.told().text == "Sink archive stores nothing: its store has not answered for 2.0s. 1.2k/s come in, archive stores 0/s.");
  s.sink().commit_ns.add(1'900'000'000);
  BOOST_TEST(s.told().text.starts_with("Everything is arriving"));
}

BOOST_AUTO_TEST_CASE(what_is_old_is_said) {
  auto s = small_system{};
  s.sink().events_held = 1;
  s.sink().events_in = 5001;
  s.sink().delay_ns = 75'000'000'000;
  BOOST_TEST(s.told().text == "The oldest event on its way is 1m15s old: 1.2k/s come in, archive stores 1.2k/s.");
}

BOOST_AUTO_TEST_CASE(who_waits_waits_for_those_that_give_no_credit) {
  auto s = small_system{};
  s.plan.components = {component("nginx", tier::collector, {}, {"archive", "search"}), component("archive", tier::sink, {"nginx"}, {}),
                       component("search", tier::sink, {"nginx"}, {})};
  s.seen.nodes.front().actors.push_back(small_system::actor("search", "sink"));
  s.collector().state = "waiting for demand";
  s.seen.nodes.front().actors[1].demand_granted = 1 << 20;
  const auto flows = cli::flows_of(s.plan, s.seen);
  BOOST_TEST(flows.front().waits_for == std::vector<std::string>{"search"}, boost::test_tools::per_element());
  BOOST_TEST(cli::word_of(flows.front()) == "waiting");
}

BOOST_AUTO_TEST_SUITE_END()
