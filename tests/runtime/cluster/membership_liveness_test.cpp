#include "tests/runtime/cluster/members.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;
using kind = member_news::kind;

} // namespace

BOOST_AUTO_TEST_SUITE(live_members)

BOOST_AUTO_TEST_CASE(that_fall_silent_are_suspect_and_then_down) {
  auto a = led{};
  a.link(1, "b");
  a.pass(20s, {1});
  (void)a.news();
  a.pass(4500ms);
  BOOST_TEST(a.count_news(kind::suspect) == 1U);
  BOOST_TEST(a.state_of("b") == "up");
  BOOST_TEST(a.of.members(a.now)[1].is_suspect);
  BOOST_TEST(a.of.members(a.now)[1].phi > 8);
  (void)a.of.take_outgoing();
  a.pass(2s);
  BOOST_TEST(a.state_of("b") == "down");
  BOOST_TEST((a.news() == texts{R"(node "b" is down: nothing was heard of it for 5s)"}));
  a.pass(60s);
  BOOST_TEST(a.news().empty());
  BOOST_TEST(a.of.find("b")->version.version == 1U);
}

BOOST_AUTO_TEST_CASE(that_are_heard_again_are_asked_to_contradict_and_not_raised_here) {
  auto a = led{};
  a.link(1, "b");
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
  (void)a.of.take_outgoing();
  (void)a.news();
  a.of.on_heard(1, a.now);
  BOOST_TEST(a.count_news(kind::trusted) == 1U);
  BOOST_TEST(a.state_of("b") == "down");
  BOOST_TEST((a.sent_to(1) == texts{"b down 1"}));
  for (auto i = 0; i < 100; ++i) a.of.on_heard(1, a.now);
  BOOST_TEST(a.sent_to(1).empty()); // not with each frame
  a.hear(1, {member_named("b", true, {1, 2})});
  BOOST_TEST((a.news() == texts{R"(node "b" is back (core))"}));
  a.pass(8s);
  BOOST_TEST(a.count_news(kind::down) == 1U); // another time
}

BOOST_AUTO_TEST_CASE(that_link_again_while_down_are_told_so) {
  auto a = led{};
  a.link(1, "b");
  a.unlink(1);
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
  (void)a.of.take_outgoing();
  a.of.on_linked(2, {"b", true}, a.now, a.wall_ns);
  BOOST_TEST((a.sent_to(2) == texts{"a up 1", "b down 1"}));
}

BOOST_AUTO_TEST_CASE(that_froze_before_they_said_a_word_are_down) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {member_named("c")});
  a.of.on_linked(2, {"c", true, 1}, a.now, a.wall_ns);
  a.pass(8s, {1});
  BOOST_TEST(a.state_of("c") == "down");
}

BOOST_AUTO_TEST_CASE(whose_last_link_is_gone_for_long_are_down) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "b");
  a.pass(2s, {1, 2});
  a.unlink(1);
  a.pass(20s, {2});
  BOOST_TEST(a.state_of("b") == "up");
  a.unlink(2);
  a.pass(4500ms);
  BOOST_TEST(a.state_of("b") == "up");
  a.pass(1500ms);
  BOOST_TEST(a.state_of("b") == "down");
}

BOOST_AUTO_TEST_CASE(whose_link_breaks_after_a_silence_get_no_more_time_for_it) {
  auto a = led{};
  a.link(1, "b");
  a.pass(2s, {1});
  a.pass(3s);
  a.unlink(1);
  a.pass(1s);
  (void)a.news();
  BOOST_TEST(a.state_of("b") == "up");
  a.pass(2s);
  BOOST_TEST((a.news() == texts{R"(node "b" is down: its last connection is gone, and nothing was heard of it for 5s)"}));
}

BOOST_AUTO_TEST_CASE(whose_link_broke_and_that_others_hear_are_theirs_to_judge) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  a.pass(2s, {1, 2});
  a.unlink(1);
  a.pass(1s, {2});
  a.hear(2, {in_state(member_named("b"), member_state::down)});
  a.pass(3s, {2});
  a.hear(2, {member_named("b", true, {1, 2})});
  a.pass(20s, {2});
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(that_others_brought_back_get_their_time_to_be_heard_here) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  a.pass(8s, {2});
  BOOST_TEST(a.state_of("b") == "down");
  a.hear(2, {member_named("b", true, {1, 2})});
  a.pass(4s, {2});
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(that_were_brought_back_by_who_is_gone_now_are_judged_here_again) {
  for (const auto is_link_open : {false, true}) {
    auto a = led{};
    a.link(1, "b");
    a.link(2, "c");
    a.pass(2s, {1, 2});
    if (!is_link_open) a.unlink(1);
    a.pass(8s, {2});
    BOOST_TEST(a.state_of("b") == "down");
    a.hear(2, {member_named("b", true, {1, 2})});
    a.pass(20s, {2});
    BOOST_TEST(a.state_of("b") == "up");
    a.pass(8s); // c is silent, too
    BOOST_TEST(a.state_of("c") == "down");
    BOOST_TEST(a.state_of("b") == "up");
    a.pass(4s);
    BOOST_TEST(a.state_of("b") == "down");
  }
}

BOOST_AUTO_TEST_CASE(of_which_a_run_whose_clock_was_ahead_has_ended_are_down_for_the_one_that_runs) {
  auto a = led{};
  a.of.on_linked(1, {"b", true, 20}, a.now, a.wall_ns);
  a.hear(1, {member_named("b", true, {20, 3})});
  a.pass(2s, {1});
  a.unlink(1);
  a.of.on_linked(2, {"b", true, 15}, a.now, a.wall_ns); // it is another process, and the clock was set back
  a.hear(2, {member_named("b", true, {15, 1})});
  a.pass(4s, {2});
  BOOST_TEST(a.state_of("b") == "up");
  a.pass(3s, {2});
  BOOST_TEST(a.state_of("b") == "down"); // which the one that runs outdoes
  (void)a.of.take_outgoing();
  a.of.on_heard(2, a.now);
  BOOST_TEST((a.sent_to(2) == texts{"b down 3"}));
  a.hear(2, {member_named("b", true, {21, 1})});
  a.pass(20s, {2});
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(that_were_only_introduced_are_neither_suspect_nor_down) {
  auto a = led{};
  a.of.on_linked(1, {"b", true, 1, true}, a.now, a.wall_ns);
  a.hear(1, {member_named("b")});
  (void)a.news();
  a.pass(60s);
  a.of.on_unlinked(1, false, a.now, a.wall_ns);
  a.pass(60s);
  BOOST_TEST(a.news().empty());
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(whose_link_broke_are_judged_whoever_introduces_them_meanwhile) {
  auto a = led{};
  a.link(1, "b");
  a.unlink(1);
  a.of.on_linked(2, {"b", true, 1, true}, a.now, a.wall_ns);
  a.pass(1s);
  a.of.on_unlinked(2, true, a.now, a.wall_ns);
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
}

BOOST_AUTO_TEST_CASE(whose_link_was_ended_on_purpose_are_not_judged_by_an_introduction_that_goes_on) {
  auto a = led{};
  a.link(1, "b");
  a.of.on_linked(2, {"b", true, 1, true}, a.now, a.wall_ns);
  a.of.on_unlinked(1, true, a.now, a.wall_ns);
  a.pass(20s);
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(whose_last_link_broke_are_lost_until_they_link_again_or_are_judged) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  BOOST_TEST(a.of.lost().empty());
  const auto edition = a.of.edition();
  a.unlink(1);
  a.of.on_unlinked(2, true, a.now, a.wall_ns); // meant
  BOOST_TEST((a.of.lost() == std::set<std::string>{"b"}));
  BOOST_TEST(a.of.edition() > edition);
  a.link(3, "b");
  BOOST_TEST(a.of.lost().empty());
  a.unlink(3);
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
  BOOST_TEST(a.of.lost().empty());
}

BOOST_AUTO_TEST_CASE(that_link_again_in_time_are_not_down) {
  auto a = led{};
  a.link(1, "b");
  a.unlink(1);
  a.pass(4s);
  a.link(2, "b");
  a.pass(20s, {2});
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(that_said_that_they_leave_are_not_down) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {in_state(member_named("b", true, {1, 2}), member_state::left)});
  a.unlink(1);
  a.pass(20s);
  BOOST_TEST(a.state_of("b") == "left");
}

BOOST_AUTO_TEST_CASE(that_drain_may_go_down) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {in_state(member_named("b", true, {1, 2}), member_state::draining)});
  a.unlink(1);
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
}

BOOST_AUTO_TEST_CASE(that_were_never_linked_here_are_not_judged) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {member_named("c")});
  a.pass(60s, {1});
  BOOST_TEST(a.state_of("c") == "up");
}

BOOST_AUTO_TEST_CASE(that_were_started_again_elsewhere_are_not_judged_by_their_old_link) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  a.hear(1, {member_named("c", true, {2, 1})});
  a.pass(20s, {1});
  BOOST_TEST(a.state_of("c") == "up");
}

BOOST_AUTO_TEST_CASE(are_not_judged_by_who_was_stopped_itself) {
  auto a = led{};
  a.link(1, "b");
  a.pass(2s, {1});
  a.advance(60s);
  a.of.on_time(a.now, a.wall_ns);
  a.pass(20s, {1});
  BOOST_TEST(a.state_of("b") == "up");
  a.pass(8s);
  BOOST_TEST(a.state_of("b") == "down");
}

BOOST_AUTO_TEST_CASE(whose_links_broke_while_this_node_was_stopped_get_their_time_to_link_again) {
  auto a = led{};
  a.link(1, "b");
  a.pass(2s, {1});
  a.advance(60s);
  a.unlink(1);
  a.of.on_time(a.now, a.wall_ns);
  a.pass(4s);
  BOOST_TEST(a.state_of("b") == "up");
  a.pass(3s);
  BOOST_TEST(a.state_of("b") == "down");
}

BOOST_AUTO_TEST_CASE(have_clocks_that_are_compared) {
  auto a = led{};
  a.link(1, "b");
  (void)a.news();
  auto g = gossip{};
  g.clock_ns = a.wall_ns + 95'000'000'000;
  for (auto i = 0; i < 10; ++i) a.hear(1, g);
  BOOST_TEST((a.news() == texts{R"(the clock of node "b" is 95s ahead of this one's)"}));
  BOOST_TEST((a.of.members(a.now)[1].clock_offset_ns == 95'000'000'000));
  a.pass(61s, {1});
  g.clock_ns = a.wall_ns - 3'600'000'000'000;
  a.hear(1, g);
  BOOST_TEST((a.news() == texts{R"(the clock of node "b" is 1h behind this one's)"}));
  a.pass(61s, {1});
  g.clock_ns = a.wall_ns - 59'000'000'000;
  a.hear(1, g);
  BOOST_TEST(a.news().empty());
}

BOOST_AUTO_TEST_CASE(are_greeted_with_a_digest_and_this_node) {
  auto a = led{};
  a.of.on_linked(1, {"b", true}, a.now, a.wall_ns);
  const auto out = a.of.take_outgoing();
  BOOST_TEST_REQUIRE(out.size() == 1U);
  BOOST_TEST(out[0].link == 1U);
  BOOST_TEST(out[0].what.digest.size() == member_buckets);
  BOOST_TEST_REQUIRE(out[0].what.members.size() == 1U);
  BOOST_TEST(out[0].what.members[0].node == "a");
}

BOOST_AUTO_TEST_CASE(get_one_digest_a_heartbeat) {
  auto a = led{};
  for (auto i = link_id{1}; i <= 5; ++i) a.link(i, "b" + std::to_string(i));
  a.pass(1s, {1, 2, 3, 4, 5});
  (void)a.of.take_outgoing();
  auto digests = std::vector<std::size_t>(6);
  for (auto i = 0; i < 100; ++i) {
    a.pass(1s, {1, 2, 3, 4, 5});
    const auto out = a.of.take_outgoing();
    BOOST_TEST_REQUIRE(out.size() == 1U);
    ++digests[out[0].link];
    BOOST_TEST((out[0].what.known.size() == 1U && out[0].what.known[0].node == "a"));
  }
  for (auto i = 1U; i <= 5; ++i) BOOST_TEST(digests[i] > 5U);
}

BOOST_AUTO_TEST_SUITE_END()
