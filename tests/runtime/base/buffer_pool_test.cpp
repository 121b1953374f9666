#include "runtime/base/buffer_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace weir;

namespace {

auto filled(buffer_pool& pool, std::size_t size) -> byte_buffer {
  auto bytes = pool.take();
  bytes.append(std::string(size, 'x'));
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(buffer_pools)

BOOST_AUTO_TEST_CASE(hand_out_again_what_the_last_holder_lets_go) {
  auto pool = buffer_pool{2, 1 << 20};
  auto shared = pool.share(filled(pool, 5000));
  auto second_holder = shared;
  shared.reset();
  BOOST_TEST(pool.take().capacity() == 0U);
  second_holder.reset();
  const auto again = pool.take();
  BOOST_TEST(again.capacity() >= 5000U);
  BOOST_TEST(again.empty());
}

BOOST_AUTO_TEST_CASE(keep_no_more_and_no_larger_buffers_than_they_may) {
  auto pool = buffer_pool{1, 10000};
  (void)pool.share(filled(pool, 50000));
  BOOST_TEST(pool.take().capacity() == 0U);
  auto first = pool.share(filled(pool, 100));
  auto second = pool.share(filled(pool, 100));
  first.reset();
  second.reset();
  BOOST_TEST(pool.take().capacity() != 0U);
  BOOST_TEST(pool.take().capacity() == 0U);
}

BOOST_AUTO_TEST_CASE(get_buffers_back_from_any_thread_and_after_their_end) {
  auto pool = std::optional<buffer_pool>{std::in_place, 4U, std::size_t{1} << 20};
  auto intact = std::atomic<int>{0};
  auto readers = std::vector<std::thread>{};
  for (int thread = 0; thread < 4; ++thread) {
    auto mine = std::vector<std::shared_ptr<const byte_buffer>>{};
    for (int i = 0; i < 200; ++i) mine.push_back(pool->share(filled(*pool, 64)));
    readers.emplace_back([&intact, mine = std::move(mine)]() mutable {
      for (auto& bytes : mine) {
        if (bytes->view() == std::string(64, 'x')) ++intact;
        bytes.reset();
      }
    });
  }
  pool.reset();
  for (auto& reader : readers) reader.join();
  BOOST_TEST(intact == 800);
}

BOOST_AUTO_TEST_SUITE_END()
