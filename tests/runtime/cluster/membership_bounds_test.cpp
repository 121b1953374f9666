#include "runtime/cluster/gossip_codec.hpp"
#include "tests/runtime/cluster/members.hpp"
#include "tests/simulation/seeded.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using kind = member_news::kind;
constexpr auto most = UINT64_MAX;

auto numbered(std::size_t i) -> std::string { return "n" + std::to_string(i); }

/// In pieces that are allowed.
void hear_many(led& a, std::size_t count) {
  for (std::size_t i = 0; i < count;) {
    auto piece = std::vector<member>{};
    for (; i < count && piece.size() < members_in_gossip_max; ++i) piece.push_back(member_named(numbered(i)));
    a.hear(1, std::move(piece));
  }
}

/// Any bytes of a gossip, one of them wrong.
auto damaged(const gossip& good, seeded& random) -> gossip {
  auto bytes = encode_gossip(good);
  for (auto i = 0; i < 3; ++i) bytes[random.next() % bytes.size()] = static_cast<char>(random.next());
  auto g = decode_gossip(bytes);
  return g ? *std::move(g) : gossip{};
}

} // namespace

BOOST_AUTO_TEST_SUITE(bounds_of_membership)

BOOST_AUTO_TEST_CASE(leave_out_members_that_make_no_sense) {
  const auto wrong = std::vector<std::function<void(member&)>>{
      [](member& m) { m.node = ""; },
      [](member& m) { m.node = std::string(129, 'x'); },
      [](member& m) { m.node = "core 1"; },
      [](member& m) { m.node = std::string{"a\0b", 3}; },
      [](member& m) { m.state = member_state{0}; },
      [](member& m) { m.state = member_state{5}; },
      [](member& m) { m.since_ns = INT64_MAX; },
      [](member& m) { m.since_ns = INT64_MIN; },
      [](member& m) { m.since_ns = wall_start + std::chrono::nanoseconds{25h}.count(); },
      [](member& m) { m.version = {1, most}; },
      [](member& m) { m.version = {most, 1}; },
      [](member& m) { m.address = std::string(301, 'x'); },
      [](member& m) { m.classes.resize(1025); },
      [](member& m) { m.components = {std::string(129, 'x')}; },
      [](member& m) { m.components.assign(1024, std::string(128, 'x')); },
  };
  auto a = led{};
  a.link(1, "b");
  (void)a.news();
  for (const auto& spoil : wrong) {
    auto m = member_named("c");
    spoil(m);
    a.hear(1, {m, m});
    BOOST_TEST(a.of.members(a.now).size() == 2U);
    BOOST_TEST(a.news().empty());
  }
}

BOOST_AUTO_TEST_CASE(leave_out_lists_that_are_too_long) {
  auto a = led{};
  a.link(1, "b");
  auto g = gossip{};
  for (std::size_t i = 0; i <= members_in_gossip_max; ++i) g.members.push_back(member_named(numbered(i)));
  g.digest.resize(member_buckets + 1);
  g.wanted.assign(names_in_gossip_max + 1, "a");
  for (std::size_t i = 0; i <= names_in_gossip_max; ++i) g.known.push_back({numbered(i), {1, 1}, member_state::up});
  g.differing.assign(5, 1);
  a.hear(1, g);
  g = {};
  g.digest.resize(1);
  g.differing.assign(member_buckets + 1, 0);
  a.hear(1, g);
  g = {};
  g.differing = {64, UINT32_MAX};
  a.hear(1, g);
  BOOST_TEST(a.of.members(a.now).size() == 2U);
  BOOST_TEST(a.of.take_outgoing().empty());
}

BOOST_AUTO_TEST_CASE(keep_a_next_version_for_whoever_is_judged) {
  auto a = led{};
  a.link(1, "b");
  a.hear(1, {in_state(member_named("a", true, {10, most}), member_state::down)});
  BOOST_TEST((a.of.self().version == member_version{10, 1}));
  a.hear(1, {in_state(member_named("a", true, {10, version_max}), member_state::down)});
  BOOST_TEST((a.of.self().version == member_version{11, 1}));
  auto known = gossip{};
  known.known = {{"a", {most, most}, member_state::down}};
  a.hear(1, known);
  BOOST_TEST((a.of.self().version == member_version{11, 1}));
}

BOOST_AUTO_TEST_CASE(are_kept_and_told_when_there_are_too_many) {
  auto settings = membership_settings{};
  settings.members_max = 100;
  auto a = led{true, settings};
  a.link(1, "b");
  (void)a.news();
  hear_many(a, 1000);
  BOOST_TEST(a.of.members(a.now).size() == 100U);
  BOOST_TEST(a.count_news(kind::too_many) == 1U);
  (void)a.of.take_outgoing();
  auto known = gossip{};
  known.known = {{"n5", {1, 2}, member_state::up}, {"n999", {1, 1}, member_state::up}};
  a.hear(1, known);
  BOOST_TEST((a.of.take_outgoing().at(0).what.wanted == std::vector<std::string>{"n5"}));
  a.advance(61s);
  hear_many(a, 1000);
  BOOST_TEST(a.count_news(kind::too_many) == 1U);
  a.hear(1, {member_named("n5", true, {1, 2})}); // those that are there change
  BOOST_TEST(a.of.find("n5")->version.version == 2U);
}

BOOST_AUTO_TEST_CASE(make_pieces_of_what_is_sent) {
  auto a = led{};
  a.link(1, "b");
  hear_many(a, 1000);
  (void)a.of.take_outgoing();
  auto g = gossip{};
  for (auto i = std::uint32_t{0}; i < member_buckets; ++i) g.differing.push_back(i);
  a.hear(1, g);
  auto sum = std::size_t{0};
  for (const auto& o : a.of.take_outgoing()) {
    BOOST_TEST(o.what.members.size() <= members_in_gossip_max);
    sum += o.what.members.size();
  }
  BOOST_TEST(sum == 1002U);
  hear_many(a, 2000);
  g = {};
  g.digest.assign(member_buckets, 1);
  a.hear(1, g);
  for (const auto& o : a.of.take_outgoing()) BOOST_TEST(o.what.known.size() <= names_in_gossip_max);
}

BOOST_AUTO_TEST_CASE(leave_mass_changes_to_digests) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "c");
  hear_many(a, 5000);
  (void)a.of.take_outgoing();
  a.pass(500ms, {1, 2});
  BOOST_TEST(a.sent_to(2).size() <= 256U);
}

BOOST_AUTO_TEST_CASE(are_kept_by_who_is_forgotten) {
  auto table = member_table{10};
  for (std::size_t i = 0; i < 100; ++i) {
    table.put(in_state(member_named(numbered(i)), member_state::down));
    table.forget(table.find(numbered(i))->who);
  }
  BOOST_TEST(table.size() == 0U);
  BOOST_TEST((table.find(numbered(89)) == nullptr));
  BOOST_TEST((table.find(numbered(90)) != nullptr));
  BOOST_TEST(table.gone_before(INT64_MAX).empty());
  BOOST_TEST((table.digest_of(member_scope::all) == member_table::digest{}));
}

BOOST_AUTO_TEST_CASE(hold_for_links_that_are_none) {
  auto a = led{};
  a.hear(7, {member_named("c")});
  a.of.on_heard(7, a.now);
  a.unlink(7);
  a.of.on_linked(1, {"a", true}, a.now, a.wall_ns); // itself
  a.of.on_linked(2, {"no name", true}, a.now, a.wall_ns);
  a.hear(1, {member_named("c")});
  a.pass(60s);
  BOOST_TEST(a.of.members(a.now).size() == 1U);
  BOOST_TEST(a.of.take_outgoing().empty());
}

BOOST_AUTO_TEST_CASE(hold_whatever_is_said) {
  auto a = led{};
  a.link(1, "b");
  a.link(2, "edge", false);
  auto random = seeded{1};
  auto good = gossip{};
  good.members = {member_named("a", true, {10, 1}), member_named("b"), in_state(member_named("c"), member_state::down)};
  good.known = {{"a", {10, 1}, member_state::down}, {"d", {1, 1}, member_state::left}};
  good.wanted = {"a", "c"};
  good.digest.assign(member_buckets, 3);
  good.differing = {0, 5, 63};
  for (auto turn = 0; turn < 20'000; ++turn) {
    a.advance(10ms);
    a.hear(1 + random.next() % 2, damaged(good, random));
    a.of.on_time(a.now, a.wall_ns);
    (void)a.of.take_news();
    for (const auto& o : a.of.take_outgoing()) BOOST_TEST_REQUIRE(o.what.members.size() <= members_in_gossip_max);
  }
  for (const auto& m : a.of.members(a.now)) BOOST_TEST(is_node_name(m.who.node));
  BOOST_TEST(a.state_of("a") == "up");
}

BOOST_AUTO_TEST_SUITE_END()
