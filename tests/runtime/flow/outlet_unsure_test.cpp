// Goal: with `unsure_for` a chunk that was sent and not acked goes to nobody but who may have it, for as long; all else flows.
#include "runtime/flow/outlet.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto unsure_kib = std::uint64_t{1024};
constexpr auto began = monotonic_time{1h};

auto patient_outlet(balance_policy policy = balance_policy::failover) -> outlet {
  auto settings = outlet_settings{};
  settings.policy = policy;
  settings.unsure_for = 10min;
  return outlet{settings};
}

void come(outlet& out, peer_id id, const char* address, std::uint64_t credit = 8 * unsure_kib) {
  out.peer_up(id, address);
  out.grant(id, credit);
}

void push(outlet& out, std::uint64_t first, std::uint64_t last) {
  for (auto i = first; i <= last; ++i) out.push(chunk_of({1, i}, 1 * unsure_kib), began);
}

struct sent_chunk {
  peer_id to = 0;
  std::uint64_t sequence = 0;
  auto operator==(const sent_chunk&) const -> bool = default;
};
auto sent(outlet& out, monotonic_time now) -> std::vector<sent_chunk> {
  auto all = std::vector<sent_chunk>{};
  for (const auto& t : out.poll(now))
    for (const auto& c : t.chunks) all.push_back({t.peer, c->id.sequence});
  return all;
}
using chunks_sent = std::vector<sent_chunk>;

} // namespace

BOOST_AUTO_TEST_SUITE(unsure_outlets)

BOOST_AUTO_TEST_CASE(what_a_peer_may_have_waits_for_its_address_and_the_rest_goes_to_others) {
  auto out = patient_outlet();
  come(out, 1, "a/sink/s");
  push(out, 1, 2);
  BOOST_TEST(sent(out, began).size() == 2U);
  come(out, 2, "b/sink/s", 2 * unsure_kib);
  out.peer_down(1);
  push(out, 3, 3);
  BOOST_TEST((sent(out, began + 1s) == chunks_sent{{2, 3}}));
  BOOST_TEST(out.room_bytes() == 1 * unsure_kib); // what is bound takes none of it
  BOOST_TEST(out.unsure_bytes() == 2 * unsure_kib);
  BOOST_TEST(out.unacked_chunks() == 3U);
  BOOST_TEST((unsure_texts(out, began + 61s) == std::vector<std::string>{"2 events wait for a/sink/s, which may have them, for 1m"}));
  come(out, 3, "a/sink/s"); // another run of the same
  BOOST_TEST((sent(out, began + 2min) == chunks_sent{{3, 1}, {3, 2}}));
  BOOST_TEST(out.ack({{1, 1}, {1, 2}, {1, 3}}, 3).size() == 3U);
  BOOST_TEST(out.unsure_bytes() == 0U);
  BOOST_TEST(out.unsure().empty());
  BOOST_TEST(out.sent_unsure() == 0U);
}

BOOST_AUTO_TEST_CASE(a_link_that_is_lost_binds_to_the_same_peer) {
  auto out = patient_outlet(balance_policy::least_loaded);
  come(out, 1, "a");
  come(out, 2, "b");
  push(out, 1, 1);
  const auto first = sent(out, began).front().to;
  out.peer_down(first);
  come(out, 3, first == 1 ? "a" : "b");
  BOOST_TEST((sent(out, began) == chunks_sent{{3, 1}}));
}

BOOST_AUTO_TEST_CASE(after_its_time_it_goes_elsewhere_in_its_old_place_and_is_counted) {
  auto out = patient_outlet();
  come(out, 1, "a");
  push(out, 1, 2);
  (void)sent(out, began);
  out.peer_down(1);
  BOOST_TEST(sent(out, began).empty());
  BOOST_TEST((out.deadline() == began + 10min));
  push(out, 3, 3);
  come(out, 2, "b");
  BOOST_TEST((sent(out, began + 10min - 1ns) == chunks_sent{{2, 3}}));
  BOOST_TEST((sent(out, began + 10min) == chunks_sent{{2, 1}, {2, 2}}));
  BOOST_TEST(out.sent_unsure() == 2U);
  const auto told = out.take_given_up();
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].address == "a");
  BOOST_TEST(told[0].events == 2U);
  BOOST_TEST(out.take_given_up().empty());
  BOOST_TEST(!out.deadline());
}

BOOST_AUTO_TEST_CASE(who_comes_back_gets_nothing_new_before_it_has_what_it_may_have) {
  auto out = patient_outlet(balance_policy::round_robin);
  come(out, 1, "a");
  push(out, 1, 3);
  (void)sent(out, began);
  out.peer_down(1);
  push(out, 4, 4);
  come(out, 2, "a", 2 * unsure_kib); // its window is smaller by now
  BOOST_TEST((sent(out, began) == chunks_sent{{2, 1}, {2, 2}}));
  out.grant(2, 2 * unsure_kib);
  BOOST_TEST((sent(out, began) == chunks_sent{{2, 3}, {2, 4}}));
  out.peer_down(2);
  BOOST_TEST(out.unsure_bytes() == 4 * unsure_kib);
  out.peer_up(3, "a");
  push(out, 5, 5);
  come(out, 4, "b");
  BOOST_TEST((sent(out, began) == chunks_sent{{4, 5}})); // "a" has no credit yet
}

BOOST_AUTO_TEST_CASE(sticky_lets_nothing_of_a_collector_overtake_what_waits) {
  auto out = patient_outlet(balance_policy::sticky);
  come(out, 1, "a");
  push(out, 1, 1);
  (void)sent(out, began);
  out.peer_down(1);
  come(out, 2, "b");
  push(out, 2, 2);
  out.push(chunk_of({2, 1}, 1 * unsure_kib), began);
  const auto others = sent(out, began);
  BOOST_TEST_REQUIRE(others.size() == 1U); // of another collector
  BOOST_TEST(out.waiting_bytes() == 1 * unsure_kib);
  BOOST_TEST((sent(out, began + 10min) == chunks_sent{{2, 1}, {2, 2}}));
}

BOOST_AUTO_TEST_CASE(what_somebody_is_known_to_have_goes_to_that_one_alone) {
  auto out = patient_outlet();
  come(out, 1, "a");
  out.push_to("b", chunk_of({1, 1}, 1 * unsure_kib), began);
  BOOST_TEST(sent(out, began).empty());
  come(out, 2, "b");
  BOOST_TEST((sent(out, began) == chunks_sent{{2, 1}}));
  BOOST_TEST(out.ack({{1, 1}}, 2).size() == 1U);
  BOOST_TEST(out.in_flight_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(an_ack_that_comes_all_the_same_ends_the_wait) {
  auto out = patient_outlet();
  come(out, 1, "a");
  push(out, 1, 2);
  (void)sent(out, began);
  out.drop_peers();
  BOOST_TEST(out.ack({{1, 1}}).size() == 1U);
  BOOST_TEST(out.unsure().front().events == 1U);
  BOOST_TEST(out.unsure_bytes() == 1 * unsure_kib);
  BOOST_TEST(out.acked() == 1U);
}

BOOST_AUTO_TEST_CASE(other_settings_let_go_of_what_waits) {
  auto out = patient_outlet();
  come(out, 1, "a");
  push(out, 1, 1);
  (void)sent(out, began);
  out.peer_down(1);
  out.set(outlet_settings{});
  come(out, 2, "b");
  BOOST_TEST((sent(out, began) == chunks_sent{{2, 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
