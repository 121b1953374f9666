#include "config/environment.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace weir::config;

namespace {

struct outcome {
  std::string text;
  diagnostics problems;
};

auto fill(std::string text) -> outcome {
  ::setenv("WEIR_TEST_HOME", "/srv", 1);
  ::setenv("WEIR_TEST_EMPTY", "", 1);
  ::setenv("WEIR_TEST_ODD", "${WEIR_TEST_HOME}", 1);
  ::unsetenv("WEIR_TEST_NONE");
  auto v = value{};
  v.type = value::kind::scalar;
  v.scalar = std::move(text);
  auto r = outcome{};
  fill_variables(v, r.problems);
  r.text = v.scalar;
  return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(variables_defaults_and_escapes_are_filled_in) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain", "plain"},
      {"${WEIR_TEST_HOME}/logs", "/srv/logs"},
      {"${WEIR_TEST_HOME}${WEIR_TEST_HOME}", "/srv/srv"},
      {"${WEIR_TEST_NONE:-7400}", "7400"},
      {"${WEIR_TEST_NONE:-}", ""},
      {"${WEIR_TEST_EMPTY:-full}", "full"},
      {"[${WEIR_TEST_EMPTY}]", "[]"},
      {"${WEIR_TEST_HOME:-/var}", "/srv"},
      {"${WEIR_TEST_NONE:-${WEIR_TEST_HOME}/x}", "/srv/x"},
      {"${WEIR_TEST_NONE:-{tag}}/x", "{tag}/x"},
      {"$${WEIR_TEST_HOME}", "${WEIR_TEST_HOME}"},
      {"${WEIR_TEST_ODD}", "${WEIR_TEST_HOME}"}, // what comes in is not looked at again
  };
  for (const auto& [written, wanted] : cases) {
    const auto r = fill(written);
    BOOST_TEST(r.text == wanted);
    BOOST_TEST(r.problems.empty());
  }
}

BOOST_AUTO_TEST_CASE(templates_of_operators_stay_as_they_are) {
  for (const auto* text :
       {"${tag}", "${hostname}", "${user.name}", "${}", "$", "${", "${A", "$A", "${A b}", "${A:-", "100$"}) {
    const auto r = fill(text);
    BOOST_TEST(r.text == text);
    BOOST_TEST(r.problems.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_not_set_is_a_finding) {
  const auto r = fill("${WEIR_TEST_NONE}/x");
  BOOST_REQUIRE(r.problems.size() == 1U);
  BOOST_TEST(r.problems[0].what == "the environment variable WEIR_TEST_NONE is not set");
}

BOOST_AUTO_TEST_CASE(defaults_in_defaults_are_bounded) {
  auto text = std::string{};
  for (int i = 0; i < 10'000; ++i) text += "${WEIR_TEST_NONE:-";
  text += std::string(10'000, '}');
  BOOST_TEST(fill(text).problems.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
