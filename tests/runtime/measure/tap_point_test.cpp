/// What passes where nobody, somebody or somebody slow looks.
#include "runtime/event/chunk.hpp"
#include "runtime/measure/tap_point.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace weir;

namespace {

auto chunk_of(std::uint64_t events, std::size_t bytes = 10) -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  made->count = events;
  auto body = byte_buffer{};
  body.append(std::string(bytes, 'x'));
  made->body = shared_bytes{std::move(body)};
  return made;
}

auto ring_of(std::size_t chunks, std::size_t bytes) {
  return std::make_shared<tap_ring>(tap_ring::bounds{chunks, bytes});
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_tap_point)

BOOST_AUTO_TEST_CASE(keeps_nothing_while_nobody_looks) {
  auto point = tap_point{};
  const auto c = chunk_of(3);
  point.note(c);
  BOOST_TEST(!point.is_watched());
  BOOST_TEST(c.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(gives_each_who_looks_what_passes_in_order_until_he_looks_no_more) {
  auto point = tap_point{};
  const auto one = ring_of(9, 1000), other = ring_of(9, 1000);
  point.add(one);
  point.add(one);
  point.add(other);
  const auto first = chunk_of(1), second = chunk_of(2);
  point.note(first);
  point.note(second);
  for (const auto& ring : {one, other}) {
    const auto seen = ring->take();
    BOOST_TEST_REQUIRE(seen.chunks.size() == 2U);
    BOOST_TEST((seen.chunks[0].what == first && seen.chunks[1].what == second));
    BOOST_TEST((seen.events == 3U && seen.left_out == 0U));
  }
  point.remove(one);
  BOOST_TEST(point.is_watched());
  point.remove(other);
  BOOST_TEST(!point.is_watched());
  point.note(first);
  BOOST_TEST(one->take().events == 0U);
}

BOOST_AUTO_TEST_CASE(tells_nobody_of_chunks_without_events) {
  auto point = tap_point{};
  const auto ring = ring_of(9, 1000);
  point.add(ring);
  point.note(chunk_of(0));
  BOOST_TEST(ring->take().chunks.empty());
}

BOOST_AUTO_TEST_CASE(leaves_out_and_counts_what_is_too_many_or_too_large) {
  auto point = tap_point{};
  const auto few = ring_of(2, 1000), small = ring_of(9, 25);
  point.add(few);
  point.add(small);
  for (auto i = 0; i < 4; ++i) point.note(chunk_of(5, 10));
  for (const auto& ring : {few, small}) {
    const auto seen = ring->take();
    BOOST_TEST(seen.chunks.size() == 2U);
    BOOST_TEST(seen.events == 20U);
    BOOST_TEST(seen.left_out == 10U);
  }
  point.note(chunk_of(1, 100)); // alone it fits
  BOOST_TEST(small->take().chunks.size() == 1U);
}

BOOST_AUTO_TEST_CASE(counts_exactly_whoever_comes_and_goes_meanwhile) {
  constexpr auto passes = 20'000;
  auto point = tap_point{};
  const auto ring = ring_of(4, 1 << 20);
  point.add(ring);
  auto is_over = std::atomic<bool>{false};
  auto visitor = std::thread{[&] {
    for (const auto guest = ring_of(4, 1000); !is_over; point.remove(guest)) point.add(guest);
  }};
  auto passer = std::thread{[&] {
    const auto c = chunk_of(2);
    for (auto i = 0; i < passes; ++i) point.note(c);
    is_over = true;
  }};
  auto events = std::uint64_t{0}, taken = std::uint64_t{0}, left_out = std::uint64_t{0};
  const auto look = [&] {
    const auto seen = ring->take();
    events += seen.events;
    left_out += seen.left_out;
    for (const auto& c : seen.chunks) taken += c.events;
  };
  while (!is_over) look();
  passer.join();
  visitor.join();
  look();
  BOOST_TEST(events == 2U * passes);
  BOOST_TEST(taken + left_out == events);
}

BOOST_AUTO_TEST_SUITE_END()
