#include "runtime/os/threads.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

#include <string>
#include <thread>

using namespace weir;

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(that_can_be_had_are_had) { BOOST_TEST(bool{try_threads(50)}); }

// A sanitizer has more address space than such a limit leaves.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
BOOST_AUTO_TEST_CASE(that_cannot_be_had_are_named_in_one_sentence) {
  auto before = rlimit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  const auto narrow = rlimit{rlim_t{512} << 20, before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_AS, &narrow) == 0);
  const auto had = try_threads(5000);
  ::setrlimit(RLIMIT_AS, &before);
  BOOST_REQUIRE(!had);
  BOOST_TEST(had.failure().what.starts_with("5000 threads are needed, and the system gives "));
  BOOST_TEST(had.failure().what.find('\n') == std::string::npos);
}
#endif

BOOST_AUTO_TEST_CASE(have_small_stacks_once_that_is_said) {
  limit_thread_stacks();
  auto bytes = std::size_t{0};
  std::thread{[&] {
    auto own = pthread_attr_t{};
    pthread_getattr_np(pthread_self(), &own);
    pthread_attr_getstacksize(&own, &bytes);
    pthread_attr_destroy(&own);
  }}.join();
  BOOST_TEST(bytes <= std::size_t{1} << 20);
}

BOOST_AUTO_TEST_SUITE_END()
