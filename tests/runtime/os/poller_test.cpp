#include "runtime/os/poller.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>

using namespace weir;

namespace {

constexpr auto patience = std::chrono::seconds{30};

struct pipe_pair {
  pipe_pair() { BOOST_REQUIRE(pipe(ends.data()) == 0); }
  ~pipe_pair() {
    close(ends[0]);
    close(ends[1]);
  }
  pipe_pair(const pipe_pair&) = delete;
  auto operator=(const pipe_pair&) -> pipe_pair& = delete;
  auto out() const -> int { return ends[0]; }
  void put() const { BOOST_REQUIRE(write(ends[1], "x", 1) == 1); }

  std::array<int, 2> ends{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(poller_)

BOOST_AUTO_TEST_CASE(calls_back_once_for_each_wait) {
  const auto p = pipe_pair{};
  auto polled = poller{};
  auto calls = 0;
  for (int round = 1; round <= 100; ++round) {
    auto called = std::promise<void>{};
    BOOST_REQUIRE(polled.wait(p.out(), [&] {
      ++calls;
      called.set_value();
    }));
    if (round == 1) p.put(); // It stays readable: every further wait ends at once.
    BOOST_REQUIRE(called.get_future().wait_for(patience) == std::future_status::ready);
    BOOST_TEST(calls == round);
  }
}

BOOST_AUTO_TEST_CASE(a_second_wait_replaces_the_first) {
  const auto p = pipe_pair{};
  auto polled = poller{};
  auto replaced_called = false;
  auto called = std::promise<void>{};
  BOOST_REQUIRE(polled.wait(p.out(), [&] { replaced_called = true; }));
  BOOST_REQUIRE(polled.wait(p.out(), [&] { called.set_value(); }));
  p.put();
  BOOST_TEST((called.get_future().wait_for(patience) == std::future_status::ready));
  polled.forget(p.out());
  BOOST_TEST(!replaced_called);
}

BOOST_AUTO_TEST_CASE(no_callback_runs_after_forgetting) {
  auto polled = poller{};
  for (int round = 0; round < 200; ++round) {
    const auto p = pipe_pair{};
    // Freed right after forget(): a late call would write into freed memory.
    const auto called = std::make_unique<int>(0);
    BOOST_REQUIRE(polled.wait(p.out(), [count = called.get()] { ++*count; }));
    p.put();
    polled.forget(p.out());
    BOOST_TEST(*called <= 1);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_regular_file) {
  auto polled = poller{};
  auto* file = std::tmpfile();
  BOOST_REQUIRE(file != nullptr);
  BOOST_TEST(!polled.wait(fileno(file), [] {}));
  std::fclose(file);
}

BOOST_AUTO_TEST_CASE(ends_with_waits_pending) {
  const auto p = pipe_pair{};
  auto polled = poller{};
  BOOST_TEST(polled.wait(p.out(), [] { BOOST_ERROR("nothing was written"); }));
}

BOOST_AUTO_TEST_SUITE_END()
