#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/outlet.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kib = std::uint64_t{1024};
constexpr auto start = monotonic_time{1h};

auto ids_in(const std::vector<transfer>& sent) -> std::vector<chunk_id> {
  auto ids = std::vector<chunk_id>{};
  for (const auto& t : sent)
    for (const auto& c : t.chunks) ids.push_back(c->id);
  return ids;
}

/// Pushes and polls one chunk of `origin`; the peer it went to, 0 if it waits.
auto goes_to(outlet& out, chunk_id id, std::uint64_t bytes = 1 * kib) -> peer_id {
  out.push(chunk_of(id, bytes), start);
  const auto sent = out.poll(start);
  return sent.empty() ? 0 : sent.front().peer;
}

auto notice_of(chunk_id id) -> chunk_ptr {
  auto c = std::make_shared<chunk>();
  c->id = id;
  c->is_notice = true;
  c->positions = {{"file", 0, 0}};
  return c;
}

auto with_peers(balance_policy policy, std::initializer_list<const char*> addresses, std::uint64_t credit)
    -> outlet {
  auto settings = outlet_settings{};
  settings.policy = policy;
  auto out = outlet{settings};
  auto id = peer_id{0};
  for (const auto* address : addresses) {
    out.peer_up(++id, address);
    out.grant(id, credit);
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(outlets)

BOOST_AUTO_TEST_CASE(send_only_against_credit_and_in_order) {
  auto out = with_peers(balance_policy::round_robin, {"a"}, 2 * kib);
  for (std::uint64_t i = 1; i <= 4; ++i) out.push(chunk_of({1, i}, 1 * kib), start);
  BOOST_TEST((ids_in(out.poll(start)) == std::vector<chunk_id>{{1, 1}, {1, 2}}));
  BOOST_TEST(out.poll(start).empty());
  out.grant(1, 1 * kib);
  BOOST_TEST((ids_in(out.poll(start)) == std::vector<chunk_id>{{1, 3}}));
  BOOST_TEST(out.waiting_bytes() == 1 * kib);
  BOOST_TEST(out.room_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(send_a_chunk_larger_than_the_credit_alone_and_pay_it_back) {
  auto out = with_peers(balance_policy::round_robin, {"a"}, 2 * kib);
  BOOST_TEST(goes_to(out, {1, 1}, 5 * kib) == 1U);
  BOOST_TEST(goes_to(out, {1, 2}) == 0U);
  out.grant(1, 3 * kib); // no more than the debt
  BOOST_TEST(out.poll(start).empty());
  out.grant(1, 1 * kib);
  BOOST_TEST((ids_in(out.poll(start)) == std::vector<chunk_id>{{1, 2}}));
}

BOOST_AUTO_TEST_CASE(send_again_in_the_old_order_what_a_dead_peer_had) {
  auto out = with_peers(balance_policy::failover, {"a", "b"}, 2 * kib);
  for (std::uint64_t i = 1; i <= 3; ++i) out.push(chunk_of({1, i}, 1 * kib), start);
  (void)out.poll(start);
  out.peer_down(1);
  BOOST_TEST((ids_in(out.poll(start)) == std::vector<chunk_id>{{1, 1}, {1, 2}}));
  BOOST_TEST(out.ack({{1, 1}}).size() == 1U);
  BOOST_TEST(out.ack({{1, 1}}).empty()); // a late one
  BOOST_TEST(out.unacked_chunks() == 2U);
}

BOOST_AUTO_TEST_CASE(hold_a_small_transfer_back_only_while_its_peer_is_busy) {
  auto settings = outlet_settings{};
  settings.linger = 10ms;
  auto out = outlet{settings};
  out.peer_up(1, "a");
  out.grant(1, 64 * kib);
  BOOST_TEST(goes_to(out, {1, 1}) == 1U); // hungry
  BOOST_TEST(goes_to(out, {1, 2}) == 0U);
  BOOST_TEST((out.deadline() == start + 10ms));
  BOOST_TEST((ids_in(out.poll(start + 10ms)) == std::vector<chunk_id>{{1, 2}}));
}

BOOST_AUTO_TEST_CASE(give_nothing_new_to_a_peer_that_leaves_and_take_its_acks) {
  auto out = with_peers(balance_policy::round_robin, {"a", "b"}, 8 * kib);
  const auto first = goes_to(out, {1, 1});
  out.revoke(first);
  for (std::uint64_t i = 2; i <= 5; ++i) BOOST_TEST(goes_to(out, {1, i}) == 3 - first);
  BOOST_TEST(out.ack({{1, 1}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(give_a_notice_to_every_peer_whatever_its_credit_and_wait_for_all_acks) {
  auto out = with_peers(balance_policy::failover, {"a", "b", "c"}, 0);
  out.push(notice_of({1, 1}), start);
  const auto sent = out.poll(start);
  BOOST_TEST_REQUIRE(sent.size() == 3U);
  BOOST_TEST(out.waiting_bytes() == 0U);
  BOOST_TEST(out.ack({{1, 1}}, 2).empty());
  BOOST_TEST(out.ack({{1, 1}}, 2).empty()); // it has said so already
  BOOST_TEST(out.ack({{1, 1}}, 9).empty()); // nobody
  BOOST_TEST(out.ack({{1, 1}}, 1).empty());
  BOOST_TEST(out.ack({{1, 1}}, 3).size() == 1U);
  BOOST_TEST(out.in_flight_bytes() == 0U);
  BOOST_TEST(out.unacked_chunks() == 0U);
  BOOST_TEST(out.poll(start).empty());
}

BOOST_AUTO_TEST_CASE(wait_for_no_ack_of_a_notice_from_a_peer_that_is_gone) {
  auto out = with_peers(balance_policy::round_robin, {"a", "b"}, 8 * kib);
  out.push(notice_of({1, 1}), start);
  (void)out.poll(start);
  out.peer_down(1);
  BOOST_TEST(out.poll(start).empty());
  BOOST_TEST(out.ack({{1, 1}}, 2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(give_a_notice_again_that_nobody_who_is_there_has) {
  auto out = with_peers(balance_policy::round_robin, {"a", "b"}, 8 * kib);
  out.push(notice_of({1, 1}), start);
  (void)out.poll(start);
  BOOST_TEST(out.ack({{1, 1}}, 1).empty());
  out.peer_down(2); // before it said that it has it
  out.peer_up(3, "b");
  out.grant(3, 8 * kib);
  const auto again = out.poll(start);
  BOOST_TEST(again.size() == 2U);
  BOOST_TEST(out.ack({{1, 1}}, 1).empty());
  BOOST_TEST(out.ack({{1, 1}}, 3).size() == 1U);
}

BOOST_AUTO_TEST_CASE(give_no_notice_to_a_peer_that_leaves) {
  auto out = with_peers(balance_policy::round_robin, {"a", "b"}, 8 * kib);
  out.revoke(1);
  out.push(notice_of({1, 1}), start);
  BOOST_TEST(out.poll(start).size() == 1U);
  BOOST_TEST(out.ack({{1, 1}}, 2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(round_robin_takes_turns_by_weight_of_credit) {
  auto out = with_peers(balance_policy::round_robin, {"a", "b"}, 1 << 20);
  out.grant(2, 2 << 20); // three times the credit of the other
  auto count = std::map<peer_id, int>{};
  for (std::uint64_t i = 1; i <= 40; ++i) ++count[goes_to(out, {1, i})];
  BOOST_TEST(count[1] >= 9);
  BOOST_TEST(count[1] <= 11);
}

BOOST_AUTO_TEST_CASE(round_robin_owes_nothing_to_a_peer_that_had_no_credit) {
  auto out = with_peers(balance_policy::round_robin, {"a"}, 1 << 20);
  out.peer_up(2, "b");
  for (std::uint64_t i = 1; i <= 50; ++i) {
    BOOST_TEST_REQUIRE(goes_to(out, {1, i}) == 1U);
    (void)out.ack({{1, i}});
    out.grant(1, 1 * kib);
  }
  out.grant(2, 1 << 20);
  auto count = std::map<peer_id, int>{};
  for (std::uint64_t i = 51; i <= 70; ++i) ++count[goes_to(out, {1, i})];
  BOOST_TEST(count[1] >= 8);
  BOOST_TEST(count[2] >= 8);
}

BOOST_AUTO_TEST_CASE(least_loaded_chooses_who_has_least_in_flight) {
  auto out = with_peers(balance_policy::least_loaded, {"a", "b", "c"}, 1 << 20);
  auto used =
      std::set<peer_id>{goes_to(out, {1, 1}, 3 * kib), goes_to(out, {1, 2}, 2 * kib), goes_to(out, {1, 3})};
  BOOST_TEST(used.size() == 3U);
  (void)out.ack({{1, 1}});
  BOOST_TEST(goes_to(out, {1, 4}) == 1U); // the one that is free again
}

BOOST_AUTO_TEST_CASE(sticky_keeps_streams_and_moves_only_those_of_a_peer_that_went) {
  auto out = with_peers(balance_policy::sticky, {"a", "b", "c"}, 1 << 20);
  auto home = std::map<std::uint64_t, peer_id>{};
  for (std::uint64_t origin = 1; origin <= 60; ++origin) home[origin] = goes_to(out, {origin, 1});
  auto used = std::set<peer_id>{};
  for (const auto& [origin, peer] : home) used.insert(peer);
  BOOST_TEST(used.size() == 3U);
  for (const auto& [origin, peer] : home) BOOST_TEST(goes_to(out, {origin, 2}) == peer);
  for (const auto& [origin, peer] : home) (void)out.ack({{origin, 1}, {origin, 2}});
  out.peer_down(2);
  for (const auto& [origin, peer] : home) {
    const auto now = goes_to(out, {origin, 3});
    if (peer == 2)
      BOOST_TEST(now != 2U);
    else
      BOOST_TEST(now == peer);
  }
}

BOOST_AUTO_TEST_CASE(sticky_waits_for_its_peer_and_does_not_hold_other_streams) {
  auto out = with_peers(balance_policy::sticky, {"a", "b"}, 1 * kib);
  auto home = std::map<peer_id, std::uint64_t>{};
  for (std::uint64_t origin = 1; home.size() < 2; ++origin) {
    auto probe = with_peers(balance_policy::sticky, {"a", "b"}, 1 << 20);
    home.emplace(goes_to(probe, {origin, 1}), origin);
  }
  BOOST_TEST(goes_to(out, {home[1], 1}) == 1U);
  BOOST_TEST(goes_to(out, {home[1], 2}) == 0U);
  BOOST_TEST(goes_to(out, {home[2], 1}) == 2U);
}

BOOST_AUTO_TEST_CASE(failover_uses_the_first_by_address_and_a_standby_only_when_it_is_gone) {
  auto out = with_peers(balance_policy::failover, {"b", "a"}, 1 * kib);
  BOOST_TEST(goes_to(out, {1, 1}) == 2U);
  BOOST_TEST(goes_to(out, {1, 2}) == 0U); // full is not gone
  out.peer_down(2);
  const auto sent = out.poll(start);
  BOOST_TEST(sent.front().peer == 1U);
  BOOST_TEST((ids_in(sent) == std::vector<chunk_id>{{1, 1}}));
}

BOOST_AUTO_TEST_CASE(fan_out_releases_a_chunk_when_every_outlet_has_its_ack) {
  auto flow = fan_out{{outlet_settings{}, outlet_settings{}}};
  flow.at(0).peer_up(1, "a");
  flow.at(1).peer_up(2, "b");
  flow.at(0).grant(1, 8 * kib);
  BOOST_TEST(flow.room_bytes() == 0U); // the slowest counts
  flow.at(1).grant(2, 4 * kib);
  BOOST_TEST(flow.room_bytes() == 4 * kib);
  const auto c = chunk_of({1, 1}, 1 * kib);
  flow.push(c, start);
  BOOST_TEST(flow.unacked_bytes() == c->body.size());
  BOOST_TEST(flow.release(flow.at(0).ack({c->id})).empty());
  BOOST_TEST(flow.release(flow.at(0).ack({c->id})).empty()); // again from the same one
  BOOST_TEST(flow.unacked_events() == 1U);
  BOOST_TEST(flow.release(flow.at(1).ack({c->id})).size() == 1U);
  BOOST_TEST(flow.unacked_bytes() == 0U);
  BOOST_TEST(flow.unacked_chunks() == 0U);
}

BOOST_AUTO_TEST_CASE(fan_out_sends_each_outlet_what_its_peers_take_and_releases_the_whole) {
  auto web = outlet_settings{};
  web.match = *tag_pattern::parse({"web.*"});
  auto nothing = outlet_settings{};
  nothing.match = *tag_pattern::parse({"x"});
  auto flow = fan_out{{outlet_settings{}, web, nothing}};
  for (std::size_t i = 0; i < flow.size(); ++i) {
    flow.at(i).peer_up(i + 1, "a");
    flow.at(i).grant(i + 1, 8 * kib);
  }
  auto c = std::make_shared<chunk>();
  c->id = {1, 1};
  c->source = "n/collector/c";
  c->positions = {{"s", 0, 30}};
  c->sections = {{"db", 2, 2}, {"web.access", 1, 1}};
  c->count = 3;
  auto body = byte_buffer{};
  body.append("123");
  c->body = shared_bytes{std::move(body)};
  flow.push(c, start);
  const auto whole = flow.at(0).poll(start).front().chunks.front();
  const auto part = flow.at(1).poll(start).front().chunks.front();
  const auto head = flow.at(2).poll(start).front().chunks.front();
  BOOST_TEST(whole == c);
  BOOST_TEST((part->count == 1U && part->body.view() == "3"));
  BOOST_TEST((head->count == 0U && head->positions == c->positions));
  BOOST_TEST(flow.at(1).in_flight_bytes() == part->footprint_bytes());
  BOOST_TEST(flow.release(flow.at(0).ack({c->id})).empty());
  BOOST_TEST(flow.release(flow.at(2).ack({c->id})).empty());
  BOOST_TEST(flow.unacked_events() == 3U);
  const auto done = flow.release(flow.at(1).ack({c->id})); // who has a part of it
  BOOST_TEST_REQUIRE(done.size() == 1U);
  BOOST_TEST((done[0].events == 3U && done[0].bytes == 3U));
  BOOST_TEST(flow.unacked_events() == 0U);
}

BOOST_AUTO_TEST_CASE(fan_out_lets_one_that_takes_nothing_stop_the_others_only_when_it_holds_enough) {
  auto flow = fan_out{{outlet_settings{}, outlet_settings{}}};
  flow.at(0).peer_up(1, "a");
  flow.at(0).grant(1, 64 * kib);
  BOOST_TEST(flow.room_bytes() == 0U);
  BOOST_TEST(flow.room_bytes(8 * kib) == 8 * kib);
  flow.push(chunk_of({1, 1}, 5 * kib), start);
  BOOST_TEST(flow.room_bytes(8 * kib) == 3 * kib);
  flow.push(chunk_of({1, 2}, 5 * kib), start);
  BOOST_TEST(flow.room_bytes(8 * kib) == 0U);
  flow.at(1).peer_up(2, "b");
  flow.at(1).grant(2, 64 * kib);
  BOOST_TEST(flow.room_bytes(8 * kib) == 54 * kib); // credit is more than that
  auto alone = fan_out{{outlet_settings{}}};
  BOOST_TEST(alone.room_bytes(8 * kib) == 0U); // there are no others
}

BOOST_AUTO_TEST_CASE(fan_out_calls_settled_what_is_stored_behind_every_outlet) {
  auto flow = fan_out{{outlet_settings{}, outlet_settings{}}};
  BOOST_TEST(flow.settle(0, {{1, 1, 8}}).empty());
  BOOST_TEST(flow.settled_floor(1) == 1U);
  BOOST_TEST((flow.settle(1, {{1, 3, 4}, {1, 7, 20}}) == std::vector<id_range>{{1, 3, 4}, {1, 7, 8}}));
  BOOST_TEST(flow.settled_floor(1) == 1U);
  (void)flow.settle(1, {{1, 1, 2}});
  BOOST_TEST(flow.settled_floor(1) == 5U);
  flow.fold(1, 7); // its collector says so
  BOOST_TEST(flow.settled_floor(1) == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
