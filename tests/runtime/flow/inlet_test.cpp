#include "runtime/flow/inlet.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto kib = std::uint64_t{1024};

auto due_to(inlet& in, link_id link) -> feedback {
  for (auto& f : in.take_feedback())
    if (f.link == link) return f;
  return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(inlets)

BOOST_AUTO_TEST_CASE(give_a_lone_sender_everything_and_each_of_many_its_share) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.open(1);
  BOOST_TEST(due_to(in, 1).grant_bytes == 64 * kib);
  in.open(2);
  BOOST_TEST(due_to(in, 2).grant_bytes == 4 * kib); // the floor: all else is given away
  BOOST_TEST(in.granted_bytes() == 68 * kib);
}

BOOST_AUTO_TEST_CASE(give_room_back_when_chunks_are_safe_not_when_they_come) {
  auto in = inlet{{8 * kib, 1 * kib}};
  in.open(1);
  (void)in.take_feedback();
  const auto c = chunk_of({1, 1}, 8 * kib);
  BOOST_TEST((in.receive(1, *c) == arrival::fresh));
  BOOST_TEST(in.take_feedback().empty());
  in.make_safe(c->id);
  const auto due = due_to(in, 1);
  BOOST_TEST(due.grant_bytes == 8 * kib);
  BOOST_TEST((due.acks == std::vector{c->id}));
}

BOOST_AUTO_TEST_CASE(know_a_chunk_that_comes_again) {
  auto in = inlet{{8 * kib, 1 * kib}};
  in.open(1);
  const auto c = chunk_of({1, 1});
  BOOST_TEST((in.receive(1, *c) == arrival::fresh));
  BOOST_TEST((in.receive(1, *c) == arrival::held));
  in.make_safe(c->id);
  BOOST_TEST((in.receive(1, *c) == arrival::safe));
  BOOST_TEST((due_to(in, 1).acks == std::vector{c->id, c->id}));
  BOOST_TEST((in.receive(2, *c) == arrival::unknown_link));
}

BOOST_AUTO_TEST_CASE(ack_a_chunk_on_every_link_that_it_came_over) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.open(1);
  in.open(2);
  const auto c = chunk_of({9, 1}, 2 * kib); // its first carrier was slow, so it came by another as well
  BOOST_TEST((in.receive(1, *c) == arrival::fresh));
  BOOST_TEST((in.receive(2, *c) == arrival::held));
  BOOST_TEST(in.held_bytes() == 2 * kib);
  in.make_safe(c->id);
  for (const auto& f : in.take_feedback()) BOOST_TEST((f.acks == std::vector{c->id}));
  BOOST_TEST(in.held_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(leave_a_link_in_debt_after_a_chunk_larger_than_its_credit) {
  auto in = inlet{{8 * kib, 1 * kib}};
  in.open(1);
  (void)in.take_feedback();
  const auto big = chunk_of({1, 1}, 20 * kib);
  BOOST_TEST((in.receive(1, *big) == arrival::fresh));
  BOOST_TEST(in.granted_bytes() == 0U);
  BOOST_TEST(in.take_feedback().empty());
  in.make_safe(big->id);
  BOOST_TEST(due_to(in, 1).grant_bytes == 20 * kib); // 12 of debt, and the window
  BOOST_TEST(in.granted_bytes() == 8 * kib);
}

BOOST_AUTO_TEST_CASE(stay_within_their_capacity_when_senders_come_send_and_go) {
  auto in = inlet{{16 * kib, 2 * kib}};
  for (std::uint64_t link = 1; link <= 100; ++link) {
    in.open(link);
    auto left = due_to(in, link).grant_bytes;
    for (std::uint64_t i = 1; left >= 1 * kib; ++i, left -= 1 * kib)
      (void)in.receive(link, *chunk_of({link, i}, 1 * kib));
    in.close(link);
  }
  BOOST_TEST(in.held_bytes() <= 18 * kib);
  for (std::uint64_t i = 1; i <= 16; ++i) in.make_safe({1, i});
  in.open(101);
  BOOST_TEST(due_to(in, 101).grant_bytes >= 14 * kib);
}

BOOST_AUTO_TEST_CASE(forget_single_ids_that_their_sender_will_never_send_again) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.open(1);
  for (std::uint64_t i = 1; i <= 10'001; i += 2) { // every other chunk goes to another receiver
    BOOST_TEST_REQUIRE((in.receive(1, *chunk_of({1, i}, 0, i)) == arrival::fresh));
    in.make_safe({1, i});
    in.settle({1, i, i});
    (void)in.take_feedback();
    BOOST_TEST_REQUIRE(in.remembered_ranges() <= 4U); // what is safe, and what is settled
  }
  BOOST_TEST((in.receive(1, *chunk_of({1, 2})) == arrival::safe));
}

BOOST_AUTO_TEST_CASE(forget_starts_of_collectors_of_which_nothing_came_for_long) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.remember({1, 1, 5}); // of before it began
  in.open(1);
  const auto take = [&](chunk_id id) {
    BOOST_TEST_REQUIRE((in.receive(1, *chunk_of(id)) == arrival::fresh));
    in.make_safe(id);
    in.settle({id.origin, id.sequence, id.sequence});
  };
  take({2, 1});
  in.forget(1000 - 50, 1000);
  in.forget(1040 - 50, 1040);
  take({2, 2});
  take({3, 1});
  in.forget(1060 - 50, 1060);
  BOOST_TEST((in.receive(1, *chunk_of({1, 5})) == arrival::fresh)); // nothing came for 50 s
  BOOST_TEST((in.receive(1, *chunk_of({2, 1})) == arrival::safe));
  BOOST_TEST((in.receive(1, *chunk_of({3, 1})) == arrival::safe));
  in.forget(1091 - 50, 1091);
  BOOST_TEST(in.remembered_ranges() == 0U);
}

BOOST_AUTO_TEST_CASE(do_not_believe_a_chunk_that_calls_itself_settled) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.open(1);
  BOOST_TEST((in.receive(1, *chunk_of({1, 5}, 0, 100)) == arrival::fresh));
  BOOST_TEST((in.receive(1, *chunk_of({1, 6}, 0, 1)) == arrival::fresh));
}

BOOST_AUTO_TEST_CASE(ack_at_once_what_was_safe_before_they_began) {
  auto in = inlet{{64 * kib, 4 * kib}};
  in.remember({1, 1, 7});
  in.open(1);
  BOOST_TEST((in.receive(1, *chunk_of({1, 7})) == arrival::safe));
  BOOST_TEST((due_to(in, 1).acks == std::vector<chunk_id>{{1, 7}}));
  BOOST_TEST((in.receive(1, *chunk_of({1, 8})) == arrival::fresh));
}

BOOST_AUTO_TEST_CASE(tell_what_is_settled_to_whoever_sends_chunks_of_that_origin) {
  auto in = inlet{{64 * kib, 4 * kib}};
  for (link_id link = 1; link <= 3; ++link) in.open(link);
  for (std::uint64_t i = 1; i <= 3; ++i) (void)in.receive(1, *chunk_of({7, i}));
  (void)in.receive(2, *chunk_of({8, 1}));
  (void)in.take_feedback();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    in.make_safe({7, i});
    in.settle({7, i, i});
  }
  const auto told = due_to(in, 1);
  BOOST_TEST((told.settled == std::vector<id_range>{{7, 1, 3}}));
  (void)in.receive(3, *chunk_of({7, 2})); // another way to the same collector: it hears what was told before
  in.make_safe({8, 1});
  for (const auto& f : in.take_feedback()) {
    if (f.link == 2) BOOST_TEST(f.settled.empty());
    if (f.link == 3) BOOST_TEST((f.settled == std::vector<id_range>{{7, 1, 3}}));
  }
}

BOOST_AUTO_TEST_CASE(grant_nothing_more_once_told_and_still_ack) {
  auto in = inlet{{8 * kib, 1 * kib}};
  in.open(1);
  (void)in.take_feedback();
  (void)in.receive(1, *chunk_of({1, 1}, 4 * kib));
  in.stop_granting();
  in.make_safe({1, 1});
  const auto due = due_to(in, 1);
  BOOST_TEST(due.grant_bytes == 0U);
  BOOST_TEST(due.acks.size() == 1U);
}

// So many nodes may connect to one: what all of them may send at once is bounded, and none is left without credit.
BOOST_AUTO_TEST_CASE(the_floor_shrinks_with_the_number_of_links) {
  constexpr auto mib = std::uint64_t{1} << 20;
  auto in = inlet{{.capacity_bytes = 8 * mib}};
  auto credit = std::map<link_id, std::uint64_t>{};
  const auto collect = [&] {
    for (const auto& note : in.take_feedback()) credit[note.link] += note.grant_bytes;
  };
  for (link_id link = 1; link <= 1000; ++link) {
    in.open(link);
    collect(); // each as it comes, and none of them uses any
  }
  const auto least = std::min_element(credit.begin(), credit.end(), [](auto& a, auto& b) { return a.second < b.second; });
  BOOST_TEST(credit.size() == 1000U);
  BOOST_TEST(least->second >= mib / 16);
  BOOST_TEST(in.granted_bytes() <= 480 * mib);
  BOOST_TEST(credit[1] >= 2 * mib);
}

BOOST_AUTO_TEST_SUITE_END()
