#include "runtime/flow/outlet.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kib = std::uint64_t{1024};
constexpr auto start = monotonic_time{1h};

struct copied {
  outlet out;
  std::map<peer_id, std::string> addresses = {};

  explicit copied(std::uint32_t copies, bool waits = true, std::function<std::string(const std::string&)> zone_of = {})
      : out([&] {
          auto s = outlet_settings{};
          s.copies = copies;
          s.waits_for_copies = waits;
          s.zone_of = std::move(zone_of);
          return s;
        }()) {}
  void up(peer_id id, const std::string& address, std::uint64_t credit = 64 * kib) {
    out.peer_up(id, address);
    out.grant(id, credit);
    addresses[id] = address;
  }
  /// By peer: "1/0 of core-2/x" (a copy), or "1/0" (to be passed on).
  auto sent() -> std::map<peer_id, std::vector<std::string>> {
    auto all = std::map<peer_id, std::vector<std::string>>{};
    for (const auto& t : out.poll(start))
      for (const auto& c : t.chunks)
        all[t.peer].push_back(std::to_string(c->id.sequence) + (c->copy_of.empty() ? "" : " of " + c->copy_of));
    return all;
  }
  void push(std::uint64_t sequence) { out.push(chunk_of({1, sequence}, 1 * kib), start); }
  /// How many it finished.
  auto ack(peer_id from, std::uint64_t sequence) -> std::size_t { return out.ack({{1, sequence}}, from).size(); }
};

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(outlets_with_copies)

BOOST_AUTO_TEST_CASE(have_a_chunk_acked_by_as_many_nodes_as_wanted) {
  auto c = copied{2};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a");
  c.push(1);
  const auto sent = c.sent();
  BOOST_TEST_REQUIRE(sent.size() == 2U);
  const auto holder = sent.at(1) == texts{"1"} ? peer_id{1} : peer_id{2};
  BOOST_TEST((sent.at(3 - holder) == texts{"1 of " + c.addresses[holder]}));
  BOOST_TEST(c.ack(3 - holder, 1) == 0U);
  BOOST_TEST(c.ack(3 - holder, 1) == 0U); // once more by the same
  BOOST_TEST(c.ack(holder, 1) == 1U);
  BOOST_TEST(c.out.in_flight_bytes() == 0U);
  BOOST_TEST(c.out.unacked_chunks() == 0U);
}

BOOST_AUTO_TEST_CASE(never_take_two_actors_of_one_node_for_two) {
  auto c = copied{2};
  c.up(1, "core-1/a");
  c.up(2, "core-1/b");
  c.push(1);
  BOOST_TEST(c.sent().empty());
  BOOST_TEST(c.out.lacks_nodes());
  c.up(3, "core-2/a");
  BOOST_TEST(!c.out.lacks_nodes());
  const auto sent = c.sent();
  BOOST_TEST(sent.size() == 2U);
  BOOST_TEST(sent.contains(3));
}

BOOST_AUTO_TEST_CASE(go_on_with_fewer_where_that_is_allowed_and_count_it) {
  auto c = copied{2, false};
  c.up(1, "core-1/a");
  c.push(1);
  BOOST_TEST((c.sent() == std::map<peer_id, texts>{{1, {"1"}}}));
  c.sent();
  BOOST_TEST(c.ack(1, 1) == 1U);
  BOOST_TEST(c.out.short_chunks() == 1U);
  c.up(2, "core-2/a");
  c.push(2);
  BOOST_TEST(c.sent().size() == 2U);
  BOOST_TEST(c.out.short_chunks() == 1U);
}

BOOST_AUTO_TEST_CASE(give_a_copy_to_another_when_who_was_to_have_it_goes) {
  auto c = copied{2};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a", 0);
  c.up(3, "core-3/a", 0);
  c.out.grant(2, 64 * kib);
  c.push(1);
  auto sent = c.sent();
  const auto holder = sent.at(1) == texts{"1"} ? peer_id{1} : peer_id{2};
  const auto copy = 3 - holder;
  BOOST_TEST(c.ack(holder, 1) == 0U);
  c.out.peer_down(copy);
  BOOST_TEST(c.sent().empty()); // the third has no credit yet
  c.out.grant(3, 64 * kib);
  BOOST_TEST((c.sent() == std::map<peer_id, texts>{{3, {"1 of " + c.addresses[holder]}}}));
  BOOST_TEST(c.ack(3, 1) == 1U);
}

BOOST_AUTO_TEST_CASE(find_somebody_else_to_pass_it_on_when_that_one_goes_before_its_ack) {
  auto c = copied{2};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a");
  c.push(1);
  const auto holder = c.sent().at(1) == texts{"1"} ? peer_id{1} : peer_id{2};
  const auto other = 3 - holder;
  BOOST_TEST(c.ack(other, 1) == 0U); // as a copy
  c.out.peer_down(holder);
  BOOST_TEST(c.sent().empty());
  c.up(9, "core-9/a");
  const auto sent = c.sent();
  BOOST_TEST_REQUIRE(!sent.empty());
  if (sent.contains(other)) { // it has it already, and is told to pass it on
    BOOST_TEST((sent.at(other) == texts{"1"}));
    BOOST_TEST((sent.at(9) == texts{"1 of " + c.addresses[other]}));
    BOOST_TEST(c.ack(other, 1) + c.ack(9, 1) == 1U);
  } else { // it keeps its copy
    BOOST_TEST((sent == std::map<peer_id, texts>{{9, {"1"}}}));
    BOOST_TEST(c.ack(9, 1) == 1U);
  }
  BOOST_TEST(c.out.in_flight_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(need_no_other_when_somebody_goes_who_has_acked) {
  auto c = copied{2};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a");
  c.push(1);
  c.sent();
  BOOST_TEST(c.ack(1, 1) == 0U);
  c.out.peer_down(1);
  BOOST_TEST(c.sent().empty());
  BOOST_TEST(c.ack(2, 1) == 1U);
}

BOOST_AUTO_TEST_CASE(put_copies_into_other_zones_where_there_are_some) {
  auto c = copied{2, true, [](const std::string& node) { return node == "core-3" ? "b" : "a"; }};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a", 640 * kib);
  c.up(3, "core-3/a");
  for (std::uint64_t i = 1; i <= 20; ++i) {
    c.push(i);
    auto has_other_zone = false;
    for (const auto& [peer, what] : c.sent()) has_other_zone = has_other_zone || peer == 3;
    BOOST_TEST(has_other_zone);
  }
}

BOOST_AUTO_TEST_CASE(release_what_only_lacked_a_copy_when_nobody_is_left_to_have_it) {
  auto c = copied{2, false};
  c.up(1, "core-1/a");
  c.up(2, "core-2/a");
  c.push(1);
  const auto holder = c.sent().at(1) == texts{"1"} ? peer_id{1} : peer_id{2};
  BOOST_TEST(c.ack(holder, 1) == 0U);
  c.out.peer_down(3 - holder);
  BOOST_TEST(c.sent().empty());
  BOOST_TEST(c.out.take_acked().size() == 1U);
  BOOST_TEST(c.out.unacked_chunks() == 0U);
}

/// Peers come, go and ack in any order: each chunk is acked once, no sooner than two nodes had it, and no credit is lost.
BOOST_AUTO_TEST_CASE(keep_their_word_whatever_peers_do) {
  for (auto seed = std::uint64_t{1}; seed <= 300; ++seed) {
    auto random = seed * 0x9E3779B97F4A7C15ULL;
    const auto pick = [&](std::uint64_t below) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      return random % below;
    };
    auto c = copied{2};
    auto nodes_with = std::map<std::uint64_t, std::set<std::string>>{};
    auto under_way = std::map<peer_id, std::vector<std::uint64_t>>{};
    auto finished = std::set<std::uint64_t>{};
    auto next_peer = peer_id{0};
    const auto take = [&](const std::vector<chunk_ptr>& safe) {
      for (const auto& s : safe) {
        BOOST_TEST_REQUIRE(finished.insert(s->id.sequence).second);
        BOOST_TEST_REQUIRE(nodes_with[s->id.sequence].size() >= 2U);
      }
    };
    const auto step = [&](std::uint64_t what) {
      if (what == 0 && c.addresses.size() < 4)
        ++next_peer, c.up(next_peer, "core-" + std::to_string(pick(4)) + "/" + std::to_string(next_peer));
      if (what == 1 && !c.addresses.empty()) {
        const auto gone = std::next(c.addresses.begin(), static_cast<std::ptrdiff_t>(pick(c.addresses.size())))->first;
        c.out.peer_down(gone), c.addresses.erase(gone), under_way.erase(gone);
      }
      for (const auto& t : c.out.poll(start))
        for (const auto& s : t.chunks) under_way[t.peer].push_back(s->id.sequence);
      if (what < 2 || under_way.empty()) return;
      const auto by = std::next(under_way.begin(), static_cast<std::ptrdiff_t>(pick(under_way.size())));
      if (by->second.empty()) return;
      const auto sequence = by->second.front();
      // It acks once all that it got of this chunk.
      std::erase(by->second, sequence);
      const auto& address = c.addresses.at(by->first);
      nodes_with[sequence].insert(address.substr(0, address.find('/')));
      take(c.out.ack({{1, sequence}}, by->first));
    };
    for (std::uint64_t i = 1; i <= 20; ++i) {
      c.push(i);
      for (auto n = 0; n < 6; ++n) step(pick(6));
    }
    c.up(next_peer + 1, "core-8/a", 1024 * kib);
    c.up(next_peer + 2, "core-9/a", 1024 * kib);
    for (auto n = 0; n < 4000 && finished.size() < 20; ++n) step(2 + pick(2));
    BOOST_TEST_REQUIRE(finished.size() == 20U);
    BOOST_TEST_REQUIRE(c.out.in_flight_bytes() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(give_copies_of_what_their_owner_has_to_nodes_that_have_none) {
  auto c = copied{3};
  c.up(1, "core-2/a");
  c.up(2, "core-3/a");
  c.up(3, "core-4/a");
  c.out.push_held(chunk_of({1, 1}, 1 * kib), "core-1/a", {"core-3"}, 1, start);
  const auto sent = c.sent();
  BOOST_TEST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(sent.begin()->first != 2U);
  BOOST_TEST((sent.begin()->second == texts{"1 of core-1/a"}));
  BOOST_TEST(c.ack(2, 1) == 0U); // who was not sent it
  BOOST_TEST(c.ack(sent.begin()->first, 1) == 1U);
  BOOST_TEST(c.out.unacked_chunks() == 0U);
  BOOST_TEST(c.out.in_flight_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(give_such_a_copy_to_another_one_when_its_receiver_goes) {
  auto c = copied{2};
  c.up(1, "core-2/a");
  c.out.push_held(chunk_of({1, 1}, 1 * kib), "core-1/a", {}, 1, start);
  BOOST_TEST(c.sent().contains(1));
  c.up(2, "core-3/a");
  c.out.peer_down(1);
  BOOST_TEST(c.sent().contains(2));
  BOOST_TEST(c.ack(2, 1) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
