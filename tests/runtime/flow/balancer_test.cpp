#include "runtime/flow/outlet.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto much = std::uint64_t{1} << 30;
constexpr auto start = monotonic_time{std::chrono::hours{1}};

auto peer_of(peer_id id, std::string address) -> peer_state {
  auto p = peer_state{};
  p.id = id;
  p.address = std::move(address);
  p.credit = much;
  return p;
}

auto nodes(peer_id count) -> std::vector<peer_state> {
  auto all = std::vector<peer_state>{};
  for (peer_id i = 1; i <= count; ++i) all.push_back(peer_of(i, "core-" + std::to_string(i) + "/destination_aggregator/core"));
  return all;
}

/// A chunk of a collector, told by its name.
auto from(const std::string& source, std::uint64_t origin, std::uint64_t sequence) -> chunk_ptr {
  auto c = std::make_shared<chunk>(*chunk_of({origin, sequence}, 1024));
  c->source = source;
  return c;
}

auto source_name(std::uint64_t number) -> std::string { return "edge-" + std::to_string(number) + "/collector/logs"; }

/// Where each of so many streams belongs.
auto homes(std::vector<peer_state> peers, std::uint64_t streams) -> std::map<std::uint64_t, peer_id> {
  auto found = std::map<std::uint64_t, peer_id>{};
  for (std::uint64_t i = 1; i <= streams; ++i)
    found[i] = choose(balance_policy::sticky, peers, stream_of(*from(source_name(i), 1, 1)), 1024)->id;
  return found;
}

struct sticky_outlet {
  outlet out;
  std::uint64_t sequence = 0;

  sticky_outlet() : out([] {
    auto settings = outlet_settings{};
    settings.policy = balance_policy::sticky;
    return settings;
  }()) {}
  void come(const peer_state& p) {
    out.peer_up(p.id, p.address);
    out.grant(p.id, much);
  }
  auto push(const std::string& source, std::uint64_t origin = 1) -> chunk_id {
    auto c = from(source, origin, ++sequence);
    out.push(c, start);
    return c->id;
  }
  /// Who gets which.
  auto sent() -> std::vector<std::pair<peer_id, chunk_id>> {
    auto all = std::vector<std::pair<peer_id, chunk_id>>{};
    for (const auto& t : out.poll(start))
      for (const auto& c : t.chunks) all.emplace_back(t.peer, c->id);
    return all;
  }
};

/// A stream that belongs to the last of them, and to the one before it while that is not there.
auto stream_that_moves_to(const std::vector<peer_state>& peers) -> std::string {
  const auto after = homes(peers, 500);
  const auto before = homes({peers.begin(), peers.end() - 1}, 500);
  for (std::uint64_t i = 1; i <= 500; ++i)
    if (after.at(i) == peers.back().id && before.at(i) == peers.front().id) return source_name(i);
  return {};
}

using sends = std::vector<std::pair<peer_id, chunk_id>>;

} // namespace

BOOST_AUTO_TEST_SUITE(balancers)

BOOST_AUTO_TEST_CASE(sticky_moves_no_more_than_its_part_of_the_streams_when_a_peer_comes_or_goes) {
  constexpr auto streams = std::uint64_t{4000};
  for (const auto count : {2U, 4U, 8U}) {
    const auto before = homes(nodes(count), streams);
    const auto after = homes(nodes(count + 1), streams);
    auto moved = std::uint64_t{0};
    for (const auto& [stream, peer] : after) {
      if (peer == before.at(stream)) continue;
      ++moved;
      BOOST_TEST_REQUIRE(peer == count + 1); // to the new one; seen the other way round, only those of the one that went
    }
    BOOST_TEST(moved <= streams / count);
    BOOST_TEST(moved >= streams / (count + 1) / 2); // it gets a share worth the name
  }
}

BOOST_AUTO_TEST_CASE(sticky_goes_by_a_hash_of_its_own_that_is_the_same_everywhere) {
  auto peers = nodes(8);
  auto text = std::string{};
  for (std::uint64_t i = 1; i <= 12; ++i)
    text += std::to_string(choose(balance_policy::sticky, peers, stream_of(*from(source_name(i), 1, 1)), 1024)->id);
  BOOST_TEST(text == "411654557428");
  BOOST_TEST(stream_of(*from("edge-1/collector/logs", 1, 1)) == 7981574539730244107ULL);
}

BOOST_AUTO_TEST_CASE(sticky_finds_the_peer_of_a_collector_again_after_its_restart) {
  for (std::uint64_t i = 1; i <= 50; ++i)
    BOOST_TEST(stream_of(*from(source_name(i), 7, 1)) == stream_of(*from(source_name(i), 8, 1)));
  BOOST_TEST(stream_of(*from({}, 7, 1)) != stream_of(*from({}, 8, 1))); // of nobody in particular
}

BOOST_AUTO_TEST_CASE(sticky_keeps_the_order_when_a_stream_moves_to_a_peer_that_comes) {
  const auto peers = nodes(3);
  const auto stream = stream_that_moves_to(peers);
  auto sticky = sticky_outlet{};
  sticky.come(peers[0]);
  sticky.come(peers[1]);
  const auto first = sticky.push(stream);
  const auto second = sticky.push(stream);
  BOOST_TEST((sticky.sent() == sends{{1, first}, {1, second}}));
  sticky.come(peers[2]);
  const auto third = sticky.push(stream);
  const auto of_another = sticky.push("other");
  const auto sent = sticky.sent();
  BOOST_TEST_REQUIRE(sent.size() == 1U); // the others go on
  BOOST_TEST((sent[0].second == of_another));
  (void)sticky.out.ack({first}, 1);
  BOOST_TEST(sticky.sent().empty());
  (void)sticky.out.ack({second}, 1);
  BOOST_TEST((sticky.sent() == sends{{3, third}}));
}

BOOST_AUTO_TEST_CASE(sticky_keeps_the_order_when_its_peer_leaves_or_dies) {
  const auto peers = nodes(3);
  const auto stream = stream_that_moves_to(peers);
  auto sticky = sticky_outlet{};
  for (const auto& p : peers) sticky.come(p);
  const auto first = sticky.push(stream);
  const auto second = sticky.push(stream);
  BOOST_TEST((sticky.sent() == sends{{3, first}, {3, second}}));
  sticky.out.revoke(3);
  const auto third = sticky.push(stream);
  BOOST_TEST(sticky.sent().empty());
  (void)sticky.out.ack({first}, 3);
  BOOST_TEST(sticky.sent().empty());
  sticky.out.peer_down(3); // what it had not acked goes first
  BOOST_TEST((sticky.sent() == sends{{1, second}, {1, third}}));
}

BOOST_AUTO_TEST_CASE(failover_returns_to_the_preferred_one_when_that_is_back) {
  auto settings = outlet_settings{};
  settings.policy = balance_policy::failover;
  auto out = outlet{settings};
  const auto come = [&](peer_id id, const char* address) {
    out.peer_up(id, address);
    out.grant(id, much);
  };
  const auto goes_to = [&](std::uint64_t sequence) {
    out.push(chunk_of({1, sequence}, 1024), start);
    return out.poll(start).front().peer;
  };
  come(1, "a");
  come(2, "b");
  come(3, "c");
  BOOST_TEST(goes_to(1) == 1U);
  out.peer_down(1);
  BOOST_TEST(out.poll(start).front().peer == 2U); // what it had, too
  BOOST_TEST(goes_to(2) == 2U);
  out.revoke(2); // it leaves, and the next stands by
  BOOST_TEST(goes_to(3) == 3U);
  come(4, "a");
  BOOST_TEST(goes_to(4) == 4U);
  BOOST_TEST(out.ack({{1, 2}}, 2).size() == 1U); // what is under way elsewhere is acked there
}

BOOST_AUTO_TEST_SUITE_END()
