/// What a sink hands out to several writers, and in which order.
#include "actors/sinks/sink_queue.hpp"
#include "actors/sinks/store_gate.hpp"
#include "tests/support/store_contract.hpp"

#include <atomic>
#include <thread>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

using numbers = std::vector<std::uint64_t>;

/// A queue that is filled by ranges of one stream.
struct fixture {
  sink_queue queue{3};
  std::uint64_t last = 0;

  void push(std::vector<position_range> ranges, const std::string& source = "n/collector/c") {
    auto c = std::make_shared<chunk>();
    c->id = {1, ++last};
    c->source = source;
    c->positions = std::move(ranges);
    c->body = make_chunk({numbered("a", 0, 1)})->body;
    queue.push({c, 1, last});
  }
  void push(std::uint64_t begin, std::uint64_t end) { push({{"s", begin, end}}); }
  void push_some(std::uint64_t chunks) {
    for (std::uint64_t i = 0; i < chunks; ++i) push(last * 10, last * 10 + 10);
  }

  static auto numbers_of(const std::vector<sink_queue::item>& items) -> numbers {
    auto all = numbers{};
    for (const auto& i : items) all.push_back(i.number);
    return all;
  }
  auto take(std::size_t writer, std::size_t chunks = SIZE_MAX) -> numbers {
    return numbers_of(queue.take(writer, {.chunks_max = chunks}));
  }
  auto finish(std::size_t writer) -> numbers { return numbers_of(queue.finish(writer)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sink_queues, fixture)

BOOST_AUTO_TEST_CASE(hand_out_chunks_of_one_file_to_several_writers) {
  push_some(3);
  BOOST_TEST((take(0, 1) == numbers{1}));
  BOOST_TEST((take(1, 1) == numbers{2}));
  BOOST_TEST(queue.has_some(2));
  BOOST_TEST((take(2) == numbers{3}));
  BOOST_TEST((finish(1) == numbers{2})); // in any order
  BOOST_TEST(queue.oldest()->number == 1U);
  BOOST_TEST((finish(0) == numbers{1}));
  BOOST_TEST(queue.oldest()->number == 3U);
}

BOOST_AUTO_TEST_CASE(hold_back_what_touches_a_range_that_another_writer_has) {
  push(0, 100);
  push(50, 150); // read again in other chunks
  push(100, 200);
  push(200, 300);
  push({{"s", 0, 100}}, "n/collector/other");
  BOOST_TEST((take(0, 1) == numbers{1}));
  BOOST_TEST((take(1) == numbers{4, 5})); // 3 must not overtake 2
  BOOST_TEST(!queue.has_some(2));
  (void)finish(1);
  BOOST_TEST(!queue.has_some(1));
  (void)finish(0);
  BOOST_TEST((take(2) == numbers{2, 3})); // one after the other, in one commit
}

BOOST_AUTO_TEST_CASE(call_a_stream_over_when_all_of_it_is_done) {
  push(0, 100);
  push(100, end_of_stream);
  push({{"s", 100, end_of_stream}, {"t", 0, 10}});
  push({{"t", 10, 20}});
  BOOST_TEST((take(0, 1) == numbers{1}));
  BOOST_TEST((take(1) == numbers{4}));
  (void)finish(0);
  BOOST_TEST((take(0) == numbers{2, 3}));
}

BOOST_AUTO_TEST_CASE(put_back_in_its_old_place_what_could_not_be_committed) {
  push_some(6);
  (void)take(0, 2);
  (void)take(1, 2);
  queue.give_back(1);
  BOOST_TEST(queue.waiting_events() == 4U);
  BOOST_TEST((take(2, 3) == numbers{3, 4, 5})); // another writer has it
  queue.give_back(0);
  BOOST_TEST((take(0) == numbers{1, 2, 6}));
  queue.begin_again(); // there are other writers
  BOOST_TEST((take(1) == numbers{1, 2, 3, 4, 5, 6}));
}

BOOST_AUTO_TEST_CASE(halve_what_is_rejected_and_grow_again) {
  push_some(20);
  (void)take(0, 8);
  queue.reject(0);
  BOOST_TEST((take(0) == numbers{1, 2, 3, 4}));
  BOOST_TEST((take(1) == numbers{5, 6, 7, 8})); // the other half, side by side
  (void)finish(0);
  queue.reject(1); // it is one of these
  BOOST_TEST((take(1) == numbers{5, 6}));
  (void)finish(1);
  BOOST_TEST((take(1) == numbers{7}));
  (void)finish(1);
  BOOST_TEST((take(1) == numbers{8}));
  BOOST_TEST(is_one_suspect(queue.with(1).front()));
  (void)finish(1);
  for (const auto& wanted : {numbers{9}, numbers{10, 11}, numbers{12, 13, 14, 15}, numbers{16, 17, 18, 19, 20}}) {
    BOOST_TEST((take(0) == wanted));
    (void)finish(0);
  }
}

BOOST_AUTO_TEST_CASE(leave_a_chunk_that_is_searched_through_to_the_writer_that_began) {
  push_some(2);
  (void)take(0, 1);
  queue.reject(0);
  BOOST_TEST((take(0) == numbers{1}));
  queue.give_back(0); // its store went away; it may have a part of the chunk
  BOOST_TEST((take(1) == numbers{2}));
  BOOST_TEST(!queue.has_some(2));
  BOOST_TEST((take(0) == numbers{1}));
  queue.give_up(0, "rejected");
  BOOST_TEST((take(2) == numbers{1})); // it needs no store
  BOOST_TEST(is_given_up(queue.with(2).front()));
}

BOOST_AUTO_TEST_CASE(take_what_one_commit_may) {
  push_some(10);
  BOOST_TEST((numbers_of(queue.take(0, {.events_max = 3})) == numbers{1, 2, 3}));
  const auto two = 2 * queue.front().content->body.size();
  BOOST_TEST((numbers_of(queue.take(1, {.bytes_max = two})) == numbers{4, 5}));
  BOOST_TEST((numbers_of(queue.take(2, {.bytes_max = 1})) == numbers{6})); // never nothing
}

BOOST_AUTO_TEST_CASE(say_since_when_something_fails) {
  push_some(2);
  (void)take(0, 1);
  BOOST_TEST((queue.fails(0, monotonic_time{5s}) == monotonic_time{5s}));
  queue.give_back(0);
  (void)take(1);
  BOOST_TEST((queue.fails(1, monotonic_time{9s}) == monotonic_time{5s}));
}

BOOST_AUTO_TEST_CASE(and_their_stores_open_when_those_of_earlier_writers_are_gone) {
  auto gate = store_gate{};
  const auto first = gate.next_generation();
  BOOST_TEST(gate.enter(first));
  BOOST_TEST(gate.enter(first)); // there are several
  const auto second = gate.next_generation();
  BOOST_TEST(!gate.enter(first)); // too late
  auto is_in = std::atomic<bool>{false};
  auto late = std::jthread{[&] {
    BOOST_TEST(gate.enter(second));
    is_in = true;
  }};
  gate.leave();
  for (auto n = 0; n < 100'000 && !is_in; ++n) std::this_thread::yield(); // it has every chance to be wrong
  BOOST_TEST(!is_in);
  gate.leave();
  late.join();
  BOOST_TEST(is_in);
}

BOOST_AUTO_TEST_SUITE_END()
