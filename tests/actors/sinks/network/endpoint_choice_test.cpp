#include "actors/sinks/network/endpoint_choice.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto start = monotonic_time{} + 1h;
constexpr auto longest = ~std::uint64_t{0};

} // namespace

BOOST_AUTO_TEST_SUITE(endpoint_choices)

BOOST_AUTO_TEST_CASE(equals_take_turns) {
  auto choice = endpoint_choice{{"a", "b", "c"}, endpoint_choice::order::rotate};
  for (const auto* wanted : {"a", "b", "c", "a"}) BOOST_TEST(choice.name(choice.next(start)) == wanted);
}

BOOST_AUTO_TEST_CASE(the_first_that_is_well_is_taken) {
  auto choice = endpoint_choice{{"a", "b"}, endpoint_choice::order::first};
  BOOST_TEST(choice.next(start) == 0U);
  choice.failed(0, start, longest);
  BOOST_TEST(choice.next(start) == 1U);
  BOOST_TEST(choice.left_out(start) == 1U);
  BOOST_TEST(choice.next(start + 2s) == 0U);
  choice.worked(0);
  BOOST_TEST(choice.next(start) == 0U);
}

BOOST_AUTO_TEST_CASE(who_fails_again_is_left_out_for_longer) {
  auto choice = endpoint_choice{{"a", "b"}, endpoint_choice::order::first};
  choice.failed(0, start, longest);
  choice.failed(0, start + 2s, longest);
  BOOST_TEST(choice.next(start + 3s) == 1U);
  BOOST_TEST(choice.next(start + 5s) == 0U);
}

BOOST_AUTO_TEST_CASE(if_all_fail_the_one_whose_time_is_up_first_is_tried) {
  auto choice = endpoint_choice{{"a", "b"}, endpoint_choice::order::rotate};
  choice.failed(0, start, longest);
  choice.failed(0, start, longest);
  choice.failed(1, start, longest);
  BOOST_TEST(choice.next(start) == 1U);
  BOOST_TEST(choice.left_out(start) == 2U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_leave_its_port_out) {
  const auto text = [](std::string_view endpoint) {
    const auto read = host_of_endpoint(endpoint, 5432);
    return read ? to_text(*read) : read.failure().what;
  };
  BOOST_TEST(text("db-1") == "db-1:5432");
  BOOST_TEST(text("db-1:1") == "db-1:1");
  BOOST_TEST(text("[::1]") == "[::1]:5432");
  BOOST_TEST(text("[::1]:7") == "[::1]:7");
  BOOST_TEST(text("fe80::1") == "[fe80::1]:5432");
  BOOST_TEST(!host_of_endpoint("db-1:x", 5432));
  BOOST_TEST(!host_of_endpoint("", 5432));
}

BOOST_AUTO_TEST_SUITE_END()
