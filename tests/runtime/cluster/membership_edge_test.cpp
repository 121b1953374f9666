#include "tests/runtime/cluster/members.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

auto names_in(const led& a) -> texts {
  auto names = texts{};
  for (const auto& m : a.of.members(a.now)) names.push_back(m.who.node);
  return names;
}

/// All that is said over this link, by any list.
auto said_to(led& a, link_id id) -> std::set<std::string> {
  auto names = std::set<std::string>{};
  for (const auto& o : a.of.take_outgoing()) {
    if (o.link != id) continue;
    for (const auto& m : o.what.members) names.insert(m.node);
    for (const auto& k : o.what.known) names.insert(k.node);
  }
  return names;
}

auto all_differ() -> gossip {
  auto g = gossip{};
  g.digest = std::vector<std::uint64_t>(member_buckets, 1);
  return g;
}

auto want(texts names) -> gossip {
  auto g = gossip{};
  g.wanted = std::move(names);
  return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(edges)

BOOST_AUTO_TEST_CASE(are_told_of_who_serves_and_of_themselves) {
  auto a = led{};
  a.link(1, "core");
  a.link(2, "edge", false);
  a.link(3, "another", false);
  using names = std::set<std::string>;
  a.hear(2, all_differ());
  BOOST_TEST((said_to(a, 2) == names{"a", "core", "edge"}));
  a.hear(2, want({"another", "core", "edge"}));
  BOOST_TEST((said_to(a, 2) == names{"core", "edge"}));
  a.hear(1, all_differ());
  BOOST_TEST((said_to(a, 1) == names{"a", "another", "core", "edge"}));
}

BOOST_AUTO_TEST_CASE(get_the_news_of_who_serves) {
  auto a = led{};
  a.link(1, "core");
  a.link(2, "edge", false);
  a.pass(1s, {1, 2});
  (void)a.of.take_outgoing();
  a.hear(1, {in_state(member_named("core"), member_state::draining), member_named("third", false)});
  a.pass(500ms, {1, 2});
  BOOST_TEST((a.sent_to(2) == texts{"core draining 1"}));
}

BOOST_AUTO_TEST_CASE(are_heard_of_themselves_only) {
  auto a = led{};
  a.link(1, "edge", false);
  a.hear(1, {member_named("core"), member_named("another", false), in_state(member_named("edge", false), member_state::draining)});
  BOOST_TEST((names_in(a) == texts{"a", "edge"}));
  BOOST_TEST(a.state_of("edge") == "draining");
  a.hear(1, {in_state(member_named("a", true, {1, 9}), member_state::left)});
  BOOST_TEST(a.state_of("a") == "up");
}

BOOST_AUTO_TEST_CASE(are_told_of_by_others_who_serve) {
  auto a = led{};
  a.link(1, "core");
  a.hear(1, {member_named("edge", false)});
  BOOST_TEST((names_in(a) == texts{"a", "core", "edge"}));
}

BOOST_AUTO_TEST_CASE(keep_who_serves_and_themselves) {
  auto a = led{false};
  a.link(1, "core");
  a.hear(1, {member_named("core-2"), member_named("edge", false)});
  BOOST_TEST((names_in(a) == texts{"a", "core", "core-2"}));
  a.hear(1, {member_named("core-2", false, {1, 2})}); // it serves no more
  BOOST_TEST((names_in(a) == texts{"a", "core"}));
}

BOOST_AUTO_TEST_CASE(are_told_that_a_member_serves_no_more) {
  auto a = led{};
  a.link(1, "core");
  a.link(2, "edge", false);
  a.hear(1, {member_named("core-2")});
  a.pass(1s, {1, 2});
  (void)a.of.take_outgoing();
  a.hear(1, {member_named("core-2", false, {1, 2})});
  a.pass(500ms, {1, 2});
  BOOST_TEST((a.sent_to(2) == texts{"core-2 up 2"}));
  auto stale = gossip{};
  stale.known = {{"core-2", {1, 1}, member_state::up}};
  a.hear(2, stale);
  BOOST_TEST((a.sent_to(2) == texts{"core-2 up 2"}));
}

BOOST_AUTO_TEST_CASE(that_may_serve_by_now_are_told_all_and_that_end_keep_less) {
  auto a = led{};
  a.link(1, "b", false);
  a.link(2, "core");
  a.hear(2, {member_named("edge", false)});
  a.hear(1, {member_named("b", true, {1, 2})}); // that it does is not its to say
  a.hear(1, all_differ());
  BOOST_TEST(!said_to(a, 1).contains("edge"));
  a.link(3, "b");
  a.hear(3, {member_named("b", true, {1, 2})});
  a.hear(3, all_differ());
  BOOST_TEST(said_to(a, 3).contains("edge"));
  a.of.change_self(member_named("a", false), a.wall_ns);
  BOOST_TEST((names_in(a) == texts{"a", "b", "core"}));
}

BOOST_AUTO_TEST_CASE(contradict_verdicts_that_they_are_told) {
  auto a = led{false};
  a.link(1, "core");
  a.hear(1, {in_state(member_named("a", false, {10, 1}), member_state::down)});
  BOOST_TEST((a.sent_to(1) == texts{"a up 2"}));
}

BOOST_AUTO_TEST_CASE(believe_the_one_that_they_are_linked_to_more_than_a_verdict_of_others) {
  auto a = led{false};
  a.link(1, "core");
  a.link(2, "core-2");
  a.hear(1, {in_state(member_named("core-2"), member_state::down)});
  BOOST_TEST(a.state_of("core-2") == "down");
  a.hear(1, {member_named("core-2")}); // nobody asked it
  BOOST_TEST(a.state_of("core-2") == "down");
  a.hear(2, {member_named("core-2")});
  BOOST_TEST(a.state_of("core-2") == "up");
}

BOOST_AUTO_TEST_CASE(suspect_and_judge_nobody) {
  auto a = led{false};
  a.link(1, "core");
  (void)a.news();
  a.pass(10s);
  BOOST_TEST(a.state_of("core") == "up");
  BOOST_TEST(a.count_news(member_news::kind::suspect) == 1U);
  a.unlink(1);
  a.pass(10s);
  BOOST_TEST(a.state_of("core") == "up");
}

BOOST_AUTO_TEST_CASE(tell_of_themselves_only_what_is_new) {
  auto a = led{false};
  a.link(1, "core");
  a.link(2, "core-2");
  a.pass(1s, {1, 2});
  (void)a.of.take_outgoing();
  a.hear(1, {member_named("core-3")});
  a.pass(500ms, {1, 2});
  BOOST_TEST(a.sent_to(2).empty());
  a.of.change_self(in_state(member_named("a", false), member_state::draining), a.wall_ns);
  a.pass(500ms, {1, 2});
  BOOST_TEST((a.sent_to(2) == texts{"a draining 2"}));
}

BOOST_AUTO_TEST_SUITE_END()
