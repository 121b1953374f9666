#include "actors/sinks/forward/server_choice.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto start = monotonic_time{} + 1h;
constexpr auto longest = ~std::uint64_t{0};

/// "aab…": who was chosen, one letter a time.
auto chosen(server_choice& from, int times, monotonic_time at = start) -> std::string {
  auto all = std::string{};
  for (; times > 0; --times) all += static_cast<char>('a' + from.next(at));
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_server_choice)

BOOST_AUTO_TEST_CASE(equals_take_turns) {
  auto choice = server_choice{{{}, {}, {}}};
  BOOST_TEST(chosen(choice, 6) == "abcabc");
}

BOOST_AUTO_TEST_CASE(each_is_chosen_as_often_as_its_weight_says_and_evenly_spread) {
  auto choice = server_choice{{{3, false}, {1, false}}};
  BOOST_TEST(chosen(choice, 8) == "aabaaaba");
}

BOOST_AUTO_TEST_CASE(the_weight_0_is_never_chosen) {
  auto choice = server_choice{{{0, false}, {1, false}}};
  BOOST_TEST(chosen(choice, 3) == "bbb");
  BOOST_TEST(choice.usable() == 1U);
  choice.failed(1, start, longest);
  BOOST_TEST(chosen(choice, 1) == "b");
}

BOOST_AUTO_TEST_CASE(a_standby_stands_in_and_goes_when_the_other_is_back) {
  auto choice = server_choice{{{}, {}, {1, true}}};
  BOOST_TEST(chosen(choice, 4) == "abab");
  choice.failed(0, start, longest);
  BOOST_TEST(chosen(choice, 4) == "bcbc");
  BOOST_TEST(choice.is_doubtful(0));
  const auto later = start + 2s;
  BOOST_TEST(chosen(choice, 2, later).find('a') != std::string::npos); // it is tried
  choice.worked(0);
  BOOST_TEST(!choice.is_doubtful(0));
  BOOST_TEST(chosen(choice, 6, later).find('c') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(as_many_standbys_stand_in_as_weight_is_missing) {
  auto choice = server_choice{{{2, false}, {1, true}, {1, true}, {1, true}}};
  choice.failed(0, start, longest);
  BOOST_TEST(chosen(choice, 4) == "bcbc");
  choice.failed(1, start, longest);
  BOOST_TEST(chosen(choice, 4) == "cdcd");
}

BOOST_AUTO_TEST_CASE(standbys_alone_are_used) {
  auto choice = server_choice{{{1, true}, {1, true}}};
  BOOST_TEST(chosen(choice, 2) == "ab");
}

BOOST_AUTO_TEST_CASE(if_all_fail_the_one_whose_time_is_up_first_is_tried) {
  auto choice = server_choice{{{}, {}}};
  choice.failed(0, start, longest);
  choice.failed(0, start, longest);
  choice.failed(1, start, longest);
  BOOST_TEST(chosen(choice, 1) == "b");
}

BOOST_AUTO_TEST_CASE(who_has_failed_just_now_is_not_asked_again_while_there_are_others) {
  auto choice = server_choice{{{}, {}, {0, false}, {1, true}}};
  choice.failed(1, start, longest);
  for (auto more = 0; more < 5; ++more) choice.failed(3, start, longest);
  choice.failed(0, start, 0);
  BOOST_TEST(choice.next(start) == 0U);
  const auto one = std::vector<std::size_t>{0};
  BOOST_TEST(choice.next(start, one) == 1U);
  const auto two = std::vector<std::size_t>{0, 1};
  BOOST_TEST(choice.next(start, two) == 3U);
}

BOOST_AUTO_TEST_CASE(who_was_away_does_not_catch_up_on_what_it_missed) {
  auto choice = server_choice{{{}, {}}};
  choice.failed(0, start, longest);
  BOOST_TEST(chosen(choice, 5) == "bbbbb");
  choice.worked(0);
  BOOST_TEST(chosen(choice, 4).find("aa") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
