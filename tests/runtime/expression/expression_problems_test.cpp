#include "runtime/expression/expression.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

BOOST_AUTO_TEST_SUITE(expression_findings)

namespace {

/// "column: what", one a line.
auto findings(const std::string& text) -> std::string {
  auto problems = expression_problems{};
  const auto made = compile_condition(text, {}, problems);
  BOOST_TEST(made.has_value() == problems.empty());
  auto all = std::string{};
  for (const auto& p : problems) all += (all.empty() ? "" : "\n") + std::to_string(p.at + 1) + ": " + p.what;
  return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_told_with_its_place) {
  const auto table = std::vector<std::pair<std::string, std::string>>{
      {"", "1: an expression was wanted, not nothing"},
      {"a ==", "5: a value was wanted, not its end"},
      {"a = 1", "3: an operator or operand was wanted, not \"=\""},
      {"(a == 1", "8: \")\" was wanted, not its end"},
      {"a == 1)", "7: an operator or the end was wanted, not \")\""},
      {"a == \"x", "6: a text without its closing \""},
      {"a =~ /x", "6: a regular expression without its closing /"},
      {"a =~ \"x\"", "6: \"=~\" wants a regular expression between slashes, not a text"},
      {"a =~ /(/", "6: no RE2 expression: missing ): ("},
      {"a == 5x", "6: \"5x\" is no number, and no duration such as 200ms, 5s or 1h30m"},
      {"a == \"\\q\"", "7: an escape that is none of \\n \\t \\r \\0 \\\\ \\\" \\' \\/ \\xHH \\uHHHH"},
      {"a < b < c", "7: a comparison of a comparison"},
      {"a in []", "6: a list without values: nothing is in it"},
      {"a in [b]", "7: a list wants constants"},
      {"a..b == 1", "2: an operator or operand was wanted, not \".\""},
      {"nope(a)", "1: unknown function \"nope\""},
      {"exists(1)", "1: \"exists\" wants the path of a field, such as exists(user.id)"},
      {"lower(a, b) == \"x\"", "1: \"lower\" wants (text), not 2 arguments"},
      {"ip_in(a, b)", "10: \"ip_in\" wants a constant here: (address, network, …)"},
      {"ip_in(a, \"10.0.0.0/99\")", "10: \"ip_in\": "},
      {"parse_time(a, \"%Q\") < now()", "15: \"parse_time\": "},
  };
  for (const auto& [text, wanted] : table)
    BOOST_TEST(findings(text).starts_with(wanted), text << ": " << findings(text) << " but wanted " << wanted);
}

BOOST_AUTO_TEST_CASE(kinds_that_never_fit_are_told_with_their_place) {
  const auto table = std::vector<std::pair<std::string, std::string>>{
      {"\"a\" < 3", "5: \"<\" compares a text with a number, which are never the same kind"},
      {"tag == 3", "5: \"==\" compares a text with a number, which are never the same kind"},
      {"time > 5s", "6: \">\" compares a time with a duration, which are never the same kind"},
      {"true < true", "6: \"<\" wants numbers, texts, times or durations, not a boolean"},
      {"a + true == 1", "3: \"+\" does not join anything with a boolean"},
      {"tag - 1 == 2", "5: \"-\" does not join a text with a number"},
      {"time =~ /x/", "6: \"=~\" looks into a text, not into a time"},
      {"tag in [1, 2]", "5: \"in\" looks for a text among a number, which is never true"},
      {"a in tag", "3: \"in\" wants a list to its right, not a text"},
      {"lower(3) == \"x\"", "7: \"lower\" wants a text, not a number"},
      {"lower(a)", "1: a condition is wanted, which is true or false, not a value"},
      {"a && 3", "6: a condition is wanted, which is true or false, not a number"},
      {"-tag == 3", "1: \"-\" wants a number or a duration, not a text"},
      {"3 > 1", "1: it is always true, whatever the event"},
      {"a == 1 || true", "1: it is always true, whatever the event"},
      {"a == 1 / 0", "8: this can never be computed, whatever the event"},
  };
  for (const auto& [text, wanted] : table) BOOST_TEST(findings(text) == wanted, text << ": " << findings(text));
}

BOOST_AUTO_TEST_CASE(all_that_does_not_fit_is_told_at_once) {
  BOOST_TEST(findings("tag == 3 && time == \"x\" && nope(3)") ==
             "5: \"==\" compares a text with a number, which are never the same kind\n"
             "18: \"==\" compares a time with a text, which are never the same kind\n"
             "28: unknown function \"nope\"");
}

BOOST_AUTO_TEST_CASE(depth_and_length_are_bounded) {
  const auto brackets = std::string(5000, '(') + 'a' + std::string(5000, ')');
  BOOST_TEST(findings(brackets) == "101: more than 100 brackets and signs inside each other");
  auto sum = std::string{"a"};
  for (int i = 0; i < 200; ++i) sum += " + 1";
  BOOST_TEST(findings(sum + " > 1").find("more than 100 operations on each other") != std::string::npos);
  BOOST_TEST(findings(std::string(20'000, ' ')).starts_with("1: an expression wants to have at most 16 KiB"));
  auto choices = std::string{"a == 0"};
  for (int i = 0; i < 500; ++i) choices += " || a == " + std::to_string(i);
  BOOST_TEST(findings(choices) == "");
}

BOOST_AUTO_TEST_SUITE_END()
