#include "tests/runtime/cluster/members.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

auto with_version(member m, std::uint64_t version) -> member {
  m.version.version = version;
  return m;
}

} // namespace

BOOST_AUTO_TEST_SUITE(merged_members)

BOOST_AUTO_TEST_CASE(are_ordered_by_incarnation_version_and_verdict) {
  const auto rising = std::vector<member>{
      member_named("b", true, {1, 1}),
      in_state(member_named("b", true, {1, 1}), member_state::draining),
      in_state(member_named("b", true, {1, 1}), member_state::down),
      in_state(member_named("b", true, {1, 1}), member_state::left),
      member_named("b", true, {1, 2}),
      member_named("b", true, {2, 0}),
  };
  for (std::size_t i = 0; i < rising.size(); ++i)
    for (std::size_t j = 0; j < rising.size(); ++j) {
      BOOST_TEST(is_newer(rising[i], rising[j]) == (i > j));
      BOOST_TEST(is_newer(known_of(rising[i]), known_of(rising[j])) == (i > j));
    }
}

BOOST_AUTO_TEST_CASE(are_replaced_by_newer_ones_only) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {with_version(member_named("c"), 5)});
  const auto edition = a.of.edition();
  a.hear(1, {with_version(in_state(member_named("c"), member_state::left), 4)});
  BOOST_TEST(a.state_of("c") == "up");
  BOOST_TEST(a.of.edition() == edition);
  BOOST_TEST((a.sent_to(1) == texts{"c up 5"})); // it is told better
  a.hear(1, {with_version(in_state(member_named("c"), member_state::draining), 6)});
  BOOST_TEST(a.state_of("c") == "draining");
  BOOST_TEST(a.of.edition() > edition);
  a.hear(1, {with_version(in_state(member_named("c"), member_state::left), 7)});
  BOOST_TEST((a.news()
              == texts{R"(node "b" joined (core))", R"(node "c" joined (core))", R"(node "c" drains)",
                       R"(node "c" left)"}));
}

BOOST_AUTO_TEST_CASE(of_another_run_are_told_as_such) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {member_named("c"), member_named("d")});
  (void)a.news();
  a.hear(1, {member_named("c", true, {2, 1}), in_state(member_named("d"), member_state::down)});
  a.hear(1, {with_version(member_named("d"), 2)});
  BOOST_TEST((a.news()
              == texts{R"(node "c" was started again (core))", R"(node "d" is down: node "b" says so)",
                       R"(node "d" is back (core))"}));
}

BOOST_AUTO_TEST_CASE(of_this_run_that_are_verdicts_are_contradicted) {
  for (const auto verdict : {member_state::down, member_state::left}) {
    auto a = led{};
    a.link(1, "b");
    a.hear(1, {in_state(member_named("a", true, {10, 1}), verdict)});
    BOOST_TEST((a.sent_to(1) == texts{"a up 2"}));
    a.hear(1, {in_state(member_named("a", true, {10, 1}), verdict)}); // late
    BOOST_TEST(a.of.self().version.version == 2U);
    auto known = gossip{};
    known.known = {{"a", {10, 7}, verdict}};
    a.hear(1, known);
    BOOST_TEST(a.of.self().version.version == 8U);
    BOOST_TEST(a.state_of("a") == "up");
  }
}

BOOST_AUTO_TEST_CASE(that_this_node_left_are_not_contradicted_by_less) {
  auto a = led{};
  a.link(1, "b");
  a.of.change_self(in_state(member_named("a"), member_state::left), a.wall_ns);
  a.hear(1, {in_state(member_named("a", true, {10, 2}), member_state::down)});
  BOOST_TEST(a.of.self().version.version == 2U);
  BOOST_TEST(a.state_of("a") == "left");
}

BOOST_AUTO_TEST_CASE(of_this_name_and_a_later_run_are_told_once_a_minute_and_not_taken) {
  auto a = led{};
  a.link(1, "b");
  (void)a.news();
  auto other = member_named("a", true, {20, 1});
  other.address = "10.0.0.9:7400";
  for (auto i = 0; i < 10; ++i) a.hear(1, {other});
  BOOST_TEST((a.news()
              == texts{R"(another process runs as node "a", started later, at 10.0.0.9:7400)"}));
  BOOST_TEST(a.of.self().version.incarnation == 10U);
  a.advance(61s);
  a.hear(1, {other});
  BOOST_TEST(a.news().size() == 1U);
}

BOOST_AUTO_TEST_CASE(of_an_earlier_run_whose_clock_was_ahead_and_which_is_gone_are_outdone) {
  auto a = led{};
  a.link(1, "b");
  (void)a.news();
  a.hear(1, {in_state(member_named("a", true, {20, 5}), member_state::down)});
  BOOST_TEST((a.of.self().version == member_version{21, 1}));
  BOOST_TEST((a.sent_to(1) == texts{"a up 1"}));
  BOOST_TEST(a.news().empty());
}

BOOST_AUTO_TEST_CASE(of_this_node_have_the_next_version_and_are_spread_soon) {
  auto a = led{};
  a.link(1, "b");
  a.pass(1s, {1});
  a.link(2, "c");
  a.hear(2, {member_named("d")});
  BOOST_TEST((a.of.deadline() <= a.now + 100ms));
  a.of.change_self(in_state(member_named("whoever"), member_state::draining), a.wall_ns);
  BOOST_TEST(a.of.self().node == "a");
  BOOST_TEST((a.of.self().version == member_version{10, 2}));
  a.advance(100ms);
  a.of.on_time(a.now, a.wall_ns);
  auto to_c = texts{};
  auto to_b = texts{};
  for (const auto& o : a.of.take_outgoing())
    for (const auto& m : o.what.members) (o.link == 1 ? to_b : to_c).push_back(m.node);
  BOOST_TEST((to_b == texts{"a", "c", "d"}));
  BOOST_TEST((to_c == texts{"a"})); // it told the others itself
}

BOOST_AUTO_TEST_CASE(that_are_gone_are_forgotten_after_a_while) {
  auto settings = membership_settings{};
  settings.tombstone_age = 60s;
  auto a = led{true, settings};
  a.link(1, "b");
  a.hear(1, {in_state(member_named("c"), member_state::left), in_state(member_named("d"), member_state::down)});
  a.pass(50s, {1});
  BOOST_TEST(a.state_of("c") == "left");
  (void)a.news();
  a.pass(15s, {1});
  BOOST_TEST(a.state_of("c") == "unknown");
  BOOST_TEST((a.news() == texts{R"(node "c" is forgotten)", R"(node "d" is forgotten)"}));
  BOOST_TEST(a.of.members(a.now).size() == 2U);
}

BOOST_AUTO_TEST_CASE(that_were_forgotten_come_back_by_their_own_word_only) {
  auto settings = membership_settings{};
  settings.tombstone_age = 60s;
  auto a = led{true, settings};
  a.link(1, "b");
  a.hear(1, {in_state(with_version(member_named("c"), 3), member_state::down)});
  a.pass(65s, {1});
  a.hear(1, {in_state(with_version(member_named("c"), 3), member_state::down)}); // of who forgets later
  a.hear(1, {in_state(member_named("x"), member_state::left)});                  // nobody speaks of it any more
  BOOST_TEST(a.of.members(a.now).size() == 2U);
  (void)a.of.take_outgoing();
  a.hear(1, {with_version(member_named("c"), 3)}); // of who was cut off
  BOOST_TEST(a.state_of("c") == "unknown");
  BOOST_TEST((a.sent_to(1) == texts{"c down 3"}));
  a.hear(1, {with_version(member_named("c"), 4)});
  BOOST_TEST(a.state_of("c") == "up");
}

BOOST_AUTO_TEST_CASE(that_are_told_to_be_gone_for_long_are_forgotten_if_they_were_taken_for_up) {
  auto settings = membership_settings{};
  settings.tombstone_age = 60s;
  auto a = led{true, settings};
  a.link(1, "b");
  a.hear(1, {with_version(member_named("c"), 3)});
  a.pass(65s, {1});
  a.hear(1, {in_state(with_version(member_named("c"), 3), member_state::down)});
  BOOST_TEST(a.state_of("c") == "unknown");
  a.hear(1, {with_version(member_named("c"), 3)});
  BOOST_TEST(a.state_of("c") == "unknown");
}

BOOST_AUTO_TEST_CASE(are_asked_for_by_digest) {
  auto a = led{};
  a.link(1, "b");
  auto told = gossip{};
  told.digest = std::vector<std::uint64_t>(member_buckets, 1);
  a.hear(1, told);
  auto out = a.of.take_outgoing();
  BOOST_TEST_REQUIRE(out.size() == 1U);
  BOOST_TEST(out[0].what.differing.size() == member_buckets);
  BOOST_TEST(out[0].what.known.size() == 2U); // itself and b
  auto known = gossip{};
  for (auto i = std::uint32_t{0}; i < member_buckets; ++i) known.differing.push_back(i);
  known.known = {{"a", {10, 1}, member_state::up}, {"c", {1, 1}, member_state::up}};
  a.hear(1, known);
  out = a.of.take_outgoing();
  BOOST_TEST_REQUIRE(out.size() == 1U);
  BOOST_TEST((out[0].what.wanted == texts{"c"}));
  BOOST_TEST_REQUIRE(out[0].what.members.size() == 1U);
  BOOST_TEST(out[0].what.members[0].node == "b");
  BOOST_TEST(out[0].what.clock_ns == a.wall_ns);
}

BOOST_AUTO_TEST_SUITE_END()
