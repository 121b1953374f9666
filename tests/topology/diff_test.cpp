#include "config/yaml_tree.hpp"
#include "topology/diff.hpp"
#include "topology/make_plan.hpp"
#include "topology/reload_steps.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace weir;

namespace {

using names = std::vector<std::string>;

auto plan_of(std::string_view yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml(yaml, "t.yaml", problems);
  BOOST_REQUIRE(root.has_value());
  auto plan = make_plan(*root, problems);
  for (const auto& p : problems) BOOST_TEST_MESSAGE(config::to_text(p));
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

constexpr auto base = R"(
collectors:
  web: { type: tail, path: /var/log/web.log, tag: web }
source_aggregators:
  local: { from: [web], buffer: { path: /var/lib/local } }
sinks:
  a: { type: "null", from: [local] }
)";

auto with(std::string_view what, std::string_view instead) -> std::string {
  auto text = std::string{base};
  const auto at = text.find(what);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

auto changes_to(const std::string& wanted) -> plan_changes { return diff(plan_of(base), plan_of(wanted), {}); }

} // namespace

BOOST_AUTO_TEST_SUITE(differences)

BOOST_AUTO_TEST_CASE(a_plan_is_no_different_from_itself_wherever_its_lines_stand) {
  BOOST_TEST(changes_to(base).empty());
  BOOST_TEST(changes_to("# a line more\n" + std::string{base}).empty());
  BOOST_TEST(changes_to(with("type: tail, path: /var/log/web.log", "path: /var/log/web.log, type: tail")).empty());
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_a_setting_of_those_who_remember) {
  const auto changes = changes_to("remember: 1d\n" + std::string{base});
  BOOST_TEST(changes.replaced == names{"local"}, boost::test_tools::per_element()); // a null sink has no ledger
  BOOST_TEST(changes_to("remember_ids: { age: 2h }\n" + std::string{base}).empty());
}

BOOST_AUTO_TEST_CASE(a_start_adds_all_and_an_end_removes_all) {
  const auto plan = plan_of(base);
  const auto start = diff({}, plan, {});
  BOOST_TEST(start.added == (names{"web", "local", "a"}), boost::test_tools::per_element());
  BOOST_TEST(start.joined.size() == 2U);
  const auto end = diff(plan, {}, {});
  BOOST_TEST(end.removed == (names{"web", "local", "a"}), boost::test_tools::per_element());
  BOOST_TEST(end.parted.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_sink_more_is_an_edge_more_at_what_it_reads_from) {
  const auto changes = changes_to(std::string{base} + "  b: { type: \"null\", from: [local], start: now }\n");
  BOOST_TEST(changes.added == names{"b"}, boost::test_tools::per_element());
  BOOST_TEST(changes.rewired == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST((changes.joined == std::vector{plan_edge{"local", "b"}}));
  BOOST_TEST((changes.removed.empty() && changes.replaced.empty() && changes.parted.empty()));
}

BOOST_AUTO_TEST_CASE(other_settings_replace_and_touch_nobody_else) {
  const auto changes = changes_to(with("tag: web", "tag: shop"));
  BOOST_TEST(changes.replaced == names{"web"}, boost::test_tools::per_element());
  BOOST_TEST((changes.added.empty() && changes.removed.empty() && changes.rewired.empty()));
}

BOOST_AUTO_TEST_CASE(what_a_sink_matches_concerns_its_senders) {
  const auto changes = changes_to(with("from: [local] }", "from: [local], match: \"web.**\" }"));
  BOOST_TEST(changes.replaced == names{"a"}, boost::test_tools::per_element());
  BOOST_TEST(changes.rewired == (names{"web", "local"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_rest_is_what_the_others_leave) {
  const auto rest = with("from: [local] }", "from: [local], match: rest }");
  const auto some = [&](std::string_view tags) {
    return plan_of(rest + "  b: { type: \"null\", from: [local], match: \"" + std::string{tags} + "\" }\n");
  };
  BOOST_TEST(diff(some("x"), some("y"), {}).replaced == (names{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_buffer_or_type_is_another_component_of_that_name) {
  const auto other_path = changes_to(with("/var/lib/local", "/var/lib/other"));
  BOOST_TEST(other_path.removed == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST(other_path.added == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST((other_path.joined.empty() && other_path.parted.empty()));
  const auto larger = changes_to(with("path: /var/lib/local", "path: /var/lib/local, max_size: 8GiB"));
  BOOST_TEST(larger.replaced == names{"local"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_number_of_instances_changes_that_number_and_tells_the_neighbours) {
  const auto two = plan_of(with("from: [web],", "from: [web], instances: 2,"));
  const auto four = plan_of(with("from: [web],", "from: [web], instances: 4,"));
  const auto changes = diff(two, four, {});
  BOOST_TEST(changes.scaled == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST(changes.rewired == (names{"web", "a"}), boost::test_tools::per_element());
  BOOST_TEST((changes.added.empty() && changes.removed.empty() && changes.replaced.empty()));
  BOOST_TEST(to_text(changes) == "another number of instances: local; other neighbours: web, a");
  BOOST_TEST(!changes.empty());
  const auto both = diff(two, plan_of(with("from: [web],", "from: [web], instances: 4, batch: { max_delay: 1s },")), {});
  BOOST_TEST(both.scaled == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST(both.replaced == names{"local"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_wants_several_where_it_wanted_one_names_the_first_anew) {
  const auto changes = changes_to(with("from: [web],", "from: [web], instances: 2,"));
  BOOST_TEST(changes.removed == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST(changes.added == names{"local"}, boost::test_tools::per_element());
  BOOST_TEST(changes.scaled.empty());
}

BOOST_AUTO_TEST_CASE(a_node_sees_what_it_hosts) {
  const auto placed = std::string{base} + "placement: { edge: [web, local], core: [a] }\n"
                                          "nodes: { core-1: { listen: 127.0.0.1:7400, as: core } }\n";
  auto other = placed;
  other.replace(other.find("tag: web"), 8, "tag: x");
  BOOST_TEST(diff(plan_of(placed), plan_of(other), {"core"}).empty());
  BOOST_TEST(diff(plan_of(placed), plan_of(other), {"edge"}).replaced == names{"web"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(some_things_want_a_process_of_their_own) {
  const auto plan = plan_of(base);
  BOOST_TEST(wants_restart(plan, plan, "n").empty());
  const auto renamed = plan_of("cluster: { name: shop }\n" + std::string{base});
  BOOST_TEST(wants_restart(plan, renamed, "n") == "the cluster is \"shop\" instead of \"weir\"");
}

namespace {

auto text_of(const std::vector<reload_step>& steps) -> std::string {
  constexpr auto words = std::array{"check", "hire", "grow", "shrink", "replace", "rewire", "pause", "reread", "begin", "part", "dismiss", "drain"};
  auto text = std::string{};
  for (const auto& s : steps) {
    text += (text.empty() ? "" : ", ") + std::string{words[static_cast<std::size_t>(s.what)]} + ' ' + s.component;
    if (!s.to.empty()) text += ">" + s.to;
  }
  return text;
}

auto steps_to(const std::string& wanted) -> std::string {
  return text_of(steps_of(plan_of(base), plan_of(wanted), {}, "n"));
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_new_comes_first_and_what_goes_last) {
  BOOST_TEST(steps_to(base).empty());
  BOOST_TEST(steps_to(with("  a: { type", "  b: { type")) == "check local>a, hire b, rewire local, part local>a, dismiss a");
  BOOST_TEST(text_of(steps_of({}, plan_of(base), {}, "n")) == "hire a, hire local, hire web, begin web");
  BOOST_TEST(text_of(steps_of(plan_of(base), {}, {}, "n")) == "drain web, drain local, drain a");
}

BOOST_AUTO_TEST_CASE(instances_come_before_their_senders_hear_of_them_and_go_before_anything_changes) {
  const auto two = plan_of(with("from: [web],", "from: [web], instances: 2,"));
  const auto four = plan_of(with("from: [web],", "from: [web], instances: 4,") + "  b: { type: \"null\", from: [local] }\n");
  BOOST_TEST(text_of(steps_of(two, four, {}, "n")) == "hire b, grow local, rewire a, rewire local, rewire web");
  BOOST_TEST(text_of(steps_of(four, two, {}, "n"))
             == "check local>b, shrink local, rewire a, rewire local, rewire web, part local>b, dismiss b");
}

BOOST_AUTO_TEST_CASE(nothing_is_read_before_all_is_there_and_dead_letters_are_read_to_the_end_behind_the_others) {
  const auto plan = plan_of("collectors: { a: { type: tail, path: in, tag: x }, b: { type: forward, listen: \"127.0.0.1:5555\" } }\n"
                            "sinks: { all: { type: file, path: x, from: [a, b], dead_letter: rest },"
                            " rest: { type: \"null\", from: [] } }\n");
  BOOST_REQUIRE(plan.components.size() == 5U);
  const auto& letters = plan.components[2].name;
  BOOST_TEST(text_of(steps_of({}, plan, {}, "n")) == "hire all, hire rest, hire a, hire b, hire " + letters
                                                         + ", begin a, begin b, begin " + letters);
  BOOST_TEST(text_of(steps_of(plan, {}, {}, "n")) == "drain a, drain b, drain all, drain rest");
}

BOOST_AUTO_TEST_CASE(who_gains_one_that_wants_all_reads_again_what_that_has_not) {
  const auto text = [](const std::string& more) {
    return "collectors: { logs: { type: tail, path: in, tag: x }, apps: { type: forward, listen: \"127.0.0.1:5555\" } }\n"
           "source_aggregators: { m: { from: [logs, apps] } }\n"
           "sinks: { a: { type: file, path: a, from: [m] }, d: { type: file, path: d, from: [logs] }" + more + " }\n";
  };
  const auto steps = [&](const std::string& more) { return text_of(steps_of(plan_of(text("")), plan_of(text(more)), {}, "n")); };
  BOOST_TEST(steps(", b: { type: file, path: b, from: [m] }") == "hire b, rewire m");
  BOOST_TEST(steps(", b: { type: file, path: b, from: [m], start: all }") == "hire b, pause logs, rewire m, reread logs");
  BOOST_TEST(steps(", b: { type: file, path: b, from: [logs], start: all }") == "hire b, pause logs, reread logs");
  BOOST_TEST(steps(", b: { type: \"null\", from: [logs], start: all }") == "hire b, rewire logs"); // it would never know
  const auto with_all = ", b: { type: file, path: b, from: [m], start: all }";
  const auto and_more = std::string{with_all} + ", c: { type: file, path: c, from: [m] }";
  BOOST_TEST(text_of(steps_of(plan_of(text(with_all)), plan_of(text(and_more)), {}, "n")) == "hire c, rewire m"); // b has its
}

BOOST_AUTO_TEST_CASE(who_needs_what_another_holds_comes_when_that_one_has_gone) {
  const auto forward = [](const std::string& name) {
    return "collectors: { " + name + ": { type: forward, listen: \"127.0.0.1:5555\" } }\n"
           + "sinks: { a: { type: \"null\", from: [" + name + "] } }\n";
  };
  BOOST_TEST(text_of(steps_of(plan_of(forward("old")), plan_of(forward("new")), {}, "n"))
             == "check old, rewire a, dismiss old, hire new, begin new");
  auto moved = std::string{base};
  for (auto at = moved.find("local"); at != std::string::npos; at = moved.find("local", at + 1))
    if (moved.substr(at - 1, 1) != "/") moved.replace(at, 5, "other");
  BOOST_TEST(steps_to(moved)
             == "check web>local, check local, rewire a, rewire web, part web>local, dismiss local, hire other");
}

BOOST_AUTO_TEST_SUITE_END()
