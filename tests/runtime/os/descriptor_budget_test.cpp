#include "runtime/os/descriptor_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

using namespace weir;

namespace {

auto take_all(descriptor_budget::share& from) -> std::size_t {
  auto count = std::size_t{0};
  while (from.try_take()) ++count;
  return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(descriptor_budgets)

BOOST_AUTO_TEST_CASE(one_sharer_gets_all_that_is_not_reserved) {
  auto budget = descriptor_budget{{100, 40, 1}};
  auto only = descriptor_budget::share{&budget};
  BOOST_TEST(take_all(only) == 60U);
  only.give_back(10);
  BOOST_TEST(take_all(only) == 10U);
}

BOOST_AUTO_TEST_CASE(who_takes_all_he_can_leaves_the_others_their_floors) {
  const auto plan = descriptor_plan{100, 40, 3};
  auto budget = descriptor_budget{plan};
  auto first = descriptor_budget::share{&budget};
  auto second = descriptor_budget::share{&budget};
  auto third = descriptor_budget::share{&budget};
  BOOST_TEST(take_all(first) == 40U); // its floor and all that is common
  BOOST_TEST(take_all(second) == plan.floor());
  BOOST_TEST(take_all(third) == plan.floor());
  BOOST_TEST(first.taken() + second.taken() + third.taken() == plan.shared());
  first.give_back(first.taken());
  BOOST_TEST(take_all(second) == 30U);
  BOOST_TEST(take_all(first) == plan.floor());
}

BOOST_AUTO_TEST_CASE(what_is_taken_without_asking_is_paid_back_before_others_get_more) {
  auto budget = descriptor_budget{{10, 0, 2}};
  auto debtor = descriptor_budget::share{&budget};
  auto other = descriptor_budget::share{&budget};
  BOOST_TEST(take_all(debtor) == 8U);
  debtor.take();
  debtor.take();
  BOOST_TEST(take_all(other) == 2U); // its floor is its own all the same
  debtor.give_back(2);
  BOOST_TEST(!other.try_take());
  debtor.give_back();
  BOOST_TEST(other.try_take());
  BOOST_TEST(!debtor.try_take());
}

BOOST_AUTO_TEST_CASE(all_comes_back_with_the_end_of_a_share) {
  auto budget = descriptor_budget{{10, 0, 2}};
  {
    auto first = descriptor_budget::share{&budget};
    BOOST_TEST(take_all(first) == 8U);
    auto moved = std::move(first);
    BOOST_TEST(moved.taken() == 8U);
  }
  auto second = descriptor_budget::share{&budget};
  BOOST_TEST(take_all(second) == 8U);
}

BOOST_AUTO_TEST_CASE(the_least_is_one_for_each_sharer) {
  BOOST_TEST((descriptor_plan{43, 40, 3}).is_enough());
  BOOST_TEST(!(descriptor_plan{42, 40, 3}).is_enough());
  auto budget = descriptor_budget{{43, 40, 3}};
  auto shares = std::vector<descriptor_budget::share>{};
  for (auto i = 0; i < 3; ++i) BOOST_TEST(take_all(shares.emplace_back(&budget)) == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_budget_there_is_no_bound) {
  auto free = descriptor_budget::share{};
  for (auto i = 0; i < 1000; ++i) BOOST_TEST(free.try_take());
}

BOOST_AUTO_TEST_CASE(threads_do_not_take_more_than_there_is) {
  auto budget = descriptor_budget{{1000, 0, 4}};
  auto taken = std::vector<std::size_t>(4);
  auto threads = std::vector<std::thread>{};
  auto shares = std::vector<descriptor_budget::share>{};
  for (auto i = 0; i < 4; ++i) shares.emplace_back(&budget);
  for (auto i = std::size_t{0}; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (auto round = 0; round < 100; ++round) {
        while (shares[i].try_take()) {
        }
        shares[i].give_back(shares[i].taken() / 2);
      }
      while (shares[i].try_take()) {
      }
      taken[i] = shares[i].taken();
    });
  for (auto& t : threads) t.join();
  auto sum = std::size_t{0};
  for (const auto count : taken) sum += count;
  BOOST_TEST(sum == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
