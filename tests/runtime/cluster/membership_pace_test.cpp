#include "tests/runtime/cluster/members.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using kind = member_news::kind;

auto version_of(const led& a, const std::string& node) -> std::uint64_t {
  const auto* known = a.of.find(node);
  return known == nullptr ? 0 : known->version.version;
}

/// A thousand versions a second, up and draining in turn.
auto restless(std::uint64_t version) -> member {
  return in_state(member_named("x", true, {1, version}), version % 2 == 0 ? member_state::draining : member_state::up);
}

auto entries_of(const std::vector<membership::outgoing>& all, link_id to, const std::string& node) -> std::size_t {
  auto sum = std::size_t{0};
  for (const auto& o : all)
    if (o.link == to)
      sum += static_cast<std::size_t>(std::count_if(o.what.members.begin(), o.what.members.end(), [&](const auto& m) { return m.node == node; }));
  return sum;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pace_of_members)

BOOST_AUTO_TEST_CASE(of_one_that_changes_all_the_time_one_change_a_heartbeat_is_taken_and_passed_on) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  a.link(3, "edge", false);
  (void)a.news();
  auto told = std::size_t{0};
  auto restless_told = std::size_t{0};
  auto to_c = std::size_t{0};
  auto to_edge = std::size_t{0};
  const auto edition = a.of.edition();
  for (auto v = std::uint64_t{1}; v <= 20'000; ++v) { // in 20 s
    a.advance(1ms);
    if (v % 20 == 0) a.hear(1, {restless(v)}); // as many gossips as are read of it
    a.of.on_heard(2, a.now);
    a.of.on_heard(3, a.now);
    a.of.on_time(a.now, a.wall_ns);
    for (const auto& n : a.of.take_news()) {
      told += n.node == "x" ? 1U : 0U;
      restless_told += n.what == kind::restless ? 1U : 0U;
    }
    const auto out = a.of.take_outgoing();
    to_c += entries_of(out, 2, "x");
    to_edge += entries_of(out, 3, "x");
  }
  BOOST_TEST(restless_told == 1U);
  BOOST_TEST(told <= 8U + 20U + 1U);
  BOOST_TEST(to_c <= 8U + 20U);
  BOOST_TEST(to_edge <= 8U + 20U);
  BOOST_TEST(a.of.edition() - edition <= 8U + 20U);
  a.pass(2s, {1, 2, 3});
  BOOST_TEST(version_of(a, "x") == 20'000U); // the last one is not lost
}

BOOST_AUTO_TEST_CASE(of_others_they_know_nothing) {
  auto a = led{};
  a.link(1, "b");
  for (auto v = std::uint64_t{1}; v <= 100; ++v) a.hear(1, {restless(v)});
  a.hear(1, {member_named("y", true, {1, 7})});
  BOOST_TEST(version_of(a, "y") == 7U);
  BOOST_TEST(version_of(a, "x") == 8U);
  a.pass(1s, {1});
  BOOST_TEST(version_of(a, "x") == 100U);
}

BOOST_AUTO_TEST_CASE(of_who_is_quiet_again_is_as_of_any) {
  auto a = led{};
  a.link(1, "b");
  for (auto v = std::uint64_t{1}; v <= 100; ++v) a.hear(1, {restless(v)});
  a.pass(20s, {1});
  for (auto v = std::uint64_t{101}; v <= 108; ++v) {
    a.hear(1, {restless(v)});
    BOOST_TEST(version_of(a, "x") == v);
  }
}

BOOST_AUTO_TEST_CASE(bounds_the_answers_to_verdicts_about_this_node) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  for (auto i = std::uint64_t{0}; i < 300; ++i)
    a.hear(1, {in_state(member_named("a", true, {10, a.of.self().version.version + 5}), member_state::down)});
  BOOST_TEST(a.of.self().version.version <= 1U + 8U * 6U);
  BOOST_TEST(a.state_of("a") == "up");
  const auto before = a.of.self().version;
  a.pass(1s, {1, 2});
  BOOST_TEST((a.of.self().version > before)); // the last one is answered, too
  auto told = std::size_t{0};
  for (const auto& text : a.news()) told += text.starts_with("others say all the time that this node is gone") ? 1U : 0U;
  BOOST_TEST(told == 1U);
}

BOOST_AUTO_TEST_CASE(bounds_what_is_read_of_one_link_and_says_whose_it_is) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  (void)a.news();
  for (std::size_t i = 0; i < 5000; ++i) a.hear(1, {member_named("n" + std::to_string(i))});
  BOOST_TEST(a.of.members(a.now).size() < 600U);
  auto told = std::size_t{0};
  for (const auto& n : a.of.take_news()) told += n.what == kind::talkative && n.node == "b" ? 1U : 0U;
  BOOST_TEST(told == 1U);
  a.hear(2, {member_named("z")});
  BOOST_TEST(a.state_of("z") == "up");
}

BOOST_AUTO_TEST_CASE(bounds_the_answers_to_one_link) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  for (std::size_t i = 0; i < 2000; i += 50) {
    auto piece = std::vector<member>{};
    for (auto k = i; k < i + 50; ++k) piece.push_back(member_named("n" + std::to_string(k)));
    a.hear(1, std::move(piece));
  }
  a.pass(1s, {1, 2});
  (void)a.of.take_outgoing();
  auto all = gossip{};
  for (auto i = std::uint32_t{0}; i < member_buckets; ++i) all.differing.push_back(i);
  auto sent = std::size_t{0};
  for (auto i = 0; i < 100; ++i) {
    a.hear(2, all);
    for (const auto& o : a.of.take_outgoing()) sent += o.what.members.size();
  }
  BOOST_TEST(sent <= 8192U + 4096U);
  BOOST_TEST(sent >= 2000U);
  auto digest = gossip{};
  digest.digest.assign(member_buckets, 1);
  auto answers = std::size_t{0};
  for (auto i = 0; i < 100; ++i) {
    a.hear(2, digest);
    answers += a.of.take_outgoing().size();
  }
  BOOST_TEST(answers <= 4U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(members_given_up)

BOOST_AUTO_TEST_CASE(have_left_for_all) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  a.pass(8s, {2});
  BOOST_TEST(a.state_of("b") == "down");
  (void)a.of.take_outgoing();
  (void)a.news();
  BOOST_TEST(bool(a.of.give_up("b", "uid 0", false, a.now, a.wall_ns)));
  BOOST_TEST((a.news() == std::vector<std::string>{R"(node "b" is given up for good: uid 0 wants it)"}));
  a.pass(500ms, {2});
  BOOST_TEST((a.sent_to(2) == std::vector<std::string>{"b left 1"}));
  BOOST_TEST(bool(a.of.give_up("b", "uid 0", false, a.now, a.wall_ns))); // it is so already
  a.hear(2, {in_state(member_named("b"), member_state::down)});          // old news
  BOOST_TEST(a.state_of("b") == "left");
  a.hear(2, {member_named("b", true, {1, 2})}); // it lives, and says so
  BOOST_TEST(a.state_of("b") == "up");
}

BOOST_AUTO_TEST_CASE(are_not_those_that_answer_nor_that_nobody_knows) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {member_named("c")});
  const auto why = [&](const std::string& node, bool is_unreachable = false) {
    const auto done = a.of.give_up(node, "uid 0", is_unreachable, a.now, a.wall_ns);
    return done ? std::string{} : done.failure().what;
  };
  BOOST_TEST(why("b") == "node \"b\" answers: weir drain ends it");
  BOOST_TEST(why("b", true) == why("b"));
  BOOST_TEST(why("a", true) == "node \"a\" answers: weir drain ends it");
  BOOST_TEST(why("x") == "there is no member \"x\"");
  BOOST_TEST(why("c") == "node \"c\" answers: weir drain ends it");
  BOOST_TEST(why("c", true).empty()); // nobody judged it, and nobody answers there
  auto edge = led{false};
  edge.link(1, "b");
  edge.hear(1, {in_state(member_named("b"), member_state::down)});
  BOOST_TEST(!edge.of.give_up("b", "uid 0", true, edge.now, edge.wall_ns));
}

BOOST_AUTO_TEST_SUITE_END()
