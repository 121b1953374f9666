#include "tests/support/store_contract.hpp"

using namespace weir;

BOOST_AUTO_TEST_SUITE(null_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  test::check_store_contract({[] { return test::make_store("null", test::map_of({})); }, nullptr});
}

BOOST_AUTO_TEST_CASE(names_keys_that_it_does_not_know) {
  BOOST_TEST(
      test::problems_of("null", test::map_of({{"path", test::scalar("x")}})).find("unknown key \"path\"")
      != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
