/// Which tags find a sink: `match: rest`, and what `weir check` says of sinks and tags that find none.
#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"
#include "topology/routing.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

struct outcome {
  std::optional<topology_plan> plan;
  std::string told;
};

auto plan_of(const std::string& yaml) -> outcome {
  auto r = outcome{};
  auto problems = config::diagnostics{};
  if (const auto root = config::parse_yaml(yaml, "t", problems)) r.plan = make_plan(*root, problems);
  for (const auto& p : problems) r.told += config::to_text(p) + '\n';
  return r;
}

auto told_of(const std::string& yaml) -> std::string { return plan_of(yaml).told; }

auto takes(const outcome& r, std::string_view sink, std::string_view tag) -> bool {
  return std::get<sink_plan>(r.plan->find(sink)->details).match.matches(tag);
}

const auto one = std::string{"collectors: { c: { type: once, tag: a.b } }\n"};

} // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(rest_takes_what_sinks_with_its_parents_leave) {
  const auto r = plan_of("collectors: { x: { type: once }, y: { type: once } }\n"
                         "sinks:\n"
                         "  both: { type: null, from: [y, x], match: 'both.**' }\n"
                         "  only_x: { type: null, from: [x], match: 'x.**' }\n"
                         "  only_y: { type: null, from: [y], match: 'y.**' }\n"
                         "  rest_x: { type: null, from: [x], match: rest }\n"
                         "  again_x: { type: null, from: [x], match: [rest, '!noise'] }\n"
                         "  rest: { type: null, from: [x, y], match: rest }\n");
  BOOST_REQUIRE_MESSAGE(r.plan, r.told);
  BOOST_TEST(r.told == "");
  for (const auto* sink : {"rest_x", "again_x", "rest"}) {
    BOOST_TEST(!takes(r, sink, "both.a"), sink);
    BOOST_TEST(takes(r, sink, "other"), sink);
    BOOST_TEST(takes(r, sink, "y.a"), sink);
  }
  BOOST_TEST(!takes(r, "rest_x", "x.a"));
  BOOST_TEST(takes(r, "rest", "x.a")); // from y nobody else would
  BOOST_TEST(takes(r, "rest_x", "noise"));
  BOOST_TEST(!takes(r, "again_x", "noise"));
  BOOST_TEST(match_text(std::get<sink_plan>(r.plan->find("again_x")->details)).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_rest_alone_takes_all) {
  const auto r = plan_of(one + "sinks: { s: { type: null, match: rest } }\n");
  BOOST_REQUIRE_MESSAGE(r.plan, r.told);
  BOOST_TEST((takes(r, "s", "a") && takes(r, "s", "")));
  BOOST_TEST(!sinks_behind(*r.plan, *r.plan->find("c")));
}

BOOST_AUTO_TEST_CASE(a_match_that_means_nothing_is_refused) {
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: [] } }\n")
             == "t:2:34: sink \"s\": \"match\" is empty; wants tag patterns, or \"**\" for all tags\n");
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: [rest, 'a.**'] } }\n").find("\"rest\" takes what no other")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_lies_behind_a_collector_is_known_over_all_paths) {
  const auto r = plan_of("collectors: { c: { type: once }, d: { type: once } }\n"
                         "source_aggregators: { g: { from: [c] } }\n"
                         "destination_aggregators: { h: { from: [c, g] } }\n"
                         "sinks:\n"
                         "  a: { type: null, from: [g], match: 'a.**' }\n"
                         "  b: { type: null, from: [h], match: 'b.**' }\n"
                         "  all: { type: null, from: [d] }\n");
  BOOST_REQUIRE_MESSAGE(r.plan, r.told);
  const auto behind = sinks_behind(*r.plan, *r.plan->find("c"));
  BOOST_REQUIRE(behind);
  BOOST_TEST(behind->size() == 2U);
  BOOST_TEST(!sinks_behind(*r.plan, *r.plan->find("d")));
}

BOOST_AUTO_TEST_CASE(a_sink_that_can_take_nothing_and_a_tag_that_no_sink_takes_are_told) {
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: 'web.**' }, t: { type: null } }\n")
             == "t:2:34: warning: sink \"s\": takes no event; its \"match\" fits none of the tags that can reach it: \"a.b\"\n");
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: '!a.**' } }\n")
             == "t:1:37: warning: collector \"c\": no sink takes its events of the tag \"a.b\"; they are dropped\n"
                "  hint: \"match: rest\" takes what no other sink does\n"
                "t:2:34: warning: sink \"s\": takes no event; its \"match\" fits none of the tags that can reach it: \"a.b\"\n");
  BOOST_TEST(told_of("collectors: { c: { type: once } }\nsinks: { s: { type: null, match: '!**' }, t: { type: null } }\n")
             == "t:2:34: warning: sink \"s\": takes no event; its \"match\" fits none of the tags that can reach it: \"*\"\n");
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: rest }, t: { type: null } }\n").find("takes no event")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_may_be_taken_is_not_warned_of) {
  for (const auto* match : {"a.**", "'*.b'", "'**'", "'!x'", "[x, 'a.{b,c}']", "rest"})
    BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: " + match + " } }\n") == "", match);
  for (const auto* tag : {"", "web.*"})
    BOOST_TEST(told_of("collectors: { c: { type: once, tag: '" + std::string{tag}
                       + "' } }\nsinks: { s: { type: null, match: 'web.access' } }\n")
                   == "",
               tag);
  // Over an aggregator, and of several collectors one is enough for a sink.
  BOOST_TEST(told_of("collectors: { c: { type: once, tag: a }, d: { type: once, tag: b } }\n"
                     "source_aggregators: { g: { from: [c, d] } }\n"
                     "sinks: { s: { type: null, from: g, match: a }, t: { type: null, from: g, match: rest } }\n")
             == "");
}

BOOST_AUTO_TEST_CASE(start_is_about_disk_buffers) {
  const auto with = [&](const char* buffer) {
    return plan_of(one + "source_aggregators: { g: { buffer: {" + buffer + "} } }\n"
                   + "sinks: { s: { type: null, start: now }, t: { type: null } }\n");
  };
  const auto disk = with("path: x");
  BOOST_REQUIRE_MESSAGE(disk.plan, disk.told);
  BOOST_TEST((disk.plan->find("s")->starts_now && !disk.plan->find("t")->starts_now));
  BOOST_TEST(with("").told.find("\"start\" is about what was there before") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_sink_of_dead_letters_with_a_match_is_told_what_it_leaves) {
  const auto told = told_of(one + "dead_letter: l\nsinks: { s: { type: null }, l: { type: null, match: x } }\n");
  BOOST_TEST(told.find("takes only those whose tag its \"match\" takes") != std::string::npos, told);
  BOOST_TEST(told.find("takes no event") == std::string::npos);
}

namespace {

const auto retagging = std::string{"source_aggregators: { r: { process: [ retag: { match: 'a.*', tag: new } ] } }\n"};

} // namespace

BOOST_AUTO_TEST_CASE(a_tag_that_an_aggregator_gives_reaches_the_sinks_behind_it) {
  BOOST_TEST(told_of(one + retagging + "sinks: { s: { type: null, match: new } }\n") == "");
  BOOST_TEST(told_of(one + retagging + "sinks: { s: { type: null, match: 'a.**' } }\n")
             == "t:1:37: warning: collector \"c\": no sink takes its events of the tag \"a.b\"; they are dropped\n"
                "  hint: \"match: rest\" takes what no other sink does\n"
                "t:2:37: warning: source aggregator \"r\": no sink takes its events of the tag \"new\"; they are dropped\n"
                "  hint: \"match: rest\" takes what no other sink does\n"
                "t:3:34: warning: sink \"s\": takes no event; its \"match\" fits none of the tags that can reach it: "
                "\"new\"\n");
}

BOOST_AUTO_TEST_CASE(a_collector_before_an_aggregator_that_changes_tags_drops_none) {
  const auto wants = [](const std::string& aggregator) {
    const auto r = plan_of(one + aggregator + "sinks: { s: { type: null, match: [new, 'a.b'] } }\n");
    BOOST_REQUIRE_MESSAGE(r.plan, r.told);
    return sinks_behind(*r.plan, *r.plan->find("c")) != nullptr;
  };
  BOOST_TEST(!wants(retagging));
  BOOST_TEST(wants("source_aggregators: { r: { process: [ grep: { field: x } ] } }\n"));
  const auto r = plan_of(one + retagging + "sinks: { s: { type: null, match: new } }\n");
  BOOST_TEST(sinks_behind(*r.plan, *r.plan->find("r"))->size() == 1U); // it knows itself what nobody takes
}

BOOST_AUTO_TEST_CASE(what_an_aggregator_makes_for_nobody_is_told) {
  BOOST_TEST(told_of(one + "source_aggregators: { r: { process: [ retag: { tag: lost, match: 'a.?' } ] } }\n"
                           "sinks: { s: { type: null, match: 'a.**' } }\n")
             == "t:2:37: warning: source aggregator \"r\": no sink takes its events of the tag \"lost\"; they are dropped\n"
                "  hint: \"match: rest\" takes what no other sink does\n");
}

BOOST_AUTO_TEST_CASE(a_sink_takes_by_the_tags_that_come_whatever_it_makes_of_them) {
  BOOST_TEST(told_of(one + "sinks: { s: { type: null, match: 'a.**', process: [ retag: { tag: new } ] } }\n") == "");
}

BOOST_AUTO_TEST_SUITE_END()
