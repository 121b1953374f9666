#include "tests/runtime/cluster/cluster_model.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto shapes = std::array{cluster_shape{.serving = 20, .edges = 180, .peers = 19},
                                   cluster_shape{.serving = 20, .edges = 180, .peers = 8}};

/// Bytes of gossip that a node sends in a second, once all know all.
auto steady_bytes(cluster_shape shape) -> double {
  auto c = cluster_model{shape, 1};
  c.run(10s);
  BOOST_TEST_REQUIRE(c.is_converged());
  const auto before = c.bytes_sent();
  c.run(20s);
  return static_cast<double>(c.bytes_sent() - before) / 20 / static_cast<double>(shape.serving + shape.edges);
}

} // namespace

BOOST_AUTO_TEST_SUITE(clusters)

BOOST_AUTO_TEST_CASE(know_themselves_soon) {
  for (const auto& shape : shapes)
    for (auto seed = std::uint64_t{1}; seed <= 3; ++seed) {
      auto c = cluster_model{shape, seed};
      const auto took = c.run_until_converged(5s);
      BOOST_TEST(c.is_converged(), "seed " << seed << ": " << c.what_is_missing());
      BOOST_TEST_MESSAGE(shape.peers << " peers: " << took.count() / 1'000'000 << " ms, " << c.bytes_sent() / 1024 << " KiB");
    }
}

BOOST_AUTO_TEST_CASE(take_in_who_comes_later) {
  auto c = cluster_model{shapes[1], 4};
  BOOST_TEST((c.run_until_converged(5s) < 5s));
  const auto before = c.bytes_sent();
  c.add(true);
  c.add(false);
  const auto took = c.run_until_converged(5s);
  BOOST_TEST(c.is_converged(), c.what_is_missing());
  BOOST_TEST_MESSAGE("two more: " << took.count() / 1'000'000 << " ms, " << (c.bytes_sent() - before) / 1024 << " KiB");
}

BOOST_AUTO_TEST_CASE(that_were_split_and_changed_agree_again) {
  for (const auto& shape : shapes) {
    auto c = cluster_model{shape, 5};
    c.run(5s);
    c.split();
    c.run(12s);
    BOOST_TEST(c.count_down() > 0U); // each half judged the other
    for (const auto i : {0U, 1U, 50U, 51U}) c.change(i);
    c.run(3s);
    c.heal();
    const auto took = c.run_until_converged(8s);
    BOOST_TEST(c.is_converged(), c.what_is_missing());
    BOOST_TEST_MESSAGE("healed: " << took.count() / 1'000'000 << " ms");
  }
}

BOOST_AUTO_TEST_CASE(know_a_death_soon) {
  for (const auto is_silent : {true, false})
    for (const auto victim : {3U, 60U}) {
      auto c = cluster_model{shapes[1], 6};
      c.run(10s);
      c.kill(victim, is_silent);
      c.run(8s); // down_after and 3 s
      BOOST_TEST(c.all_serving_say(victim, member_state::down));
      BOOST_TEST(c.count_down() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(know_of_a_new_run_of_who_was_killed) {
  auto c = cluster_model{shapes[1], 7};
  c.run(10s);
  c.kill(3, false);
  c.run(8s);
  c.start_again(3);
  c.run_until_converged(8s);
  BOOST_TEST(c.is_converged(), c.what_is_missing());
}

BOOST_AUTO_TEST_CASE(lose_connections_without_losing_members) {
  auto c = cluster_model{shapes[1], 8};
  c.run(5s);
  for (auto i = 0; i < 60; ++i) {
    c.flap(20);
    c.run(500ms);
    BOOST_TEST_REQUIRE(c.count_down() == 0U);
  }
  c.run_until_converged(5s);
  BOOST_TEST(c.is_converged(), c.what_is_missing());
}

BOOST_AUTO_TEST_CASE(pay_the_same_for_a_node_however_many_there_are) {
  const auto of_10 = steady_bytes({.serving = 5, .edges = 5, .peers = 4});
  const auto of_50 = steady_bytes({.serving = 10, .edges = 40, .peers = 8});
  const auto of_200 = steady_bytes({.serving = 20, .edges = 180, .peers = 8});
  BOOST_TEST_MESSAGE("bytes a second and node, of 10, 50 and 200: " << of_10 << ", " << of_50 << ", " << of_200);
  BOOST_TEST(of_200 < of_50 * 4 / 3);
  BOOST_TEST(of_200 < 1000);
}

BOOST_AUTO_TEST_SUITE_END()
