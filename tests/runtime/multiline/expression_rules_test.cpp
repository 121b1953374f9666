#include "tests/runtime/multiline/grouped_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(expression_rules)

namespace {

auto grouped(const line_expressions& expressions, const texts& lines) -> texts {
  const auto rules = make_rules(expressions);
  BOOST_TEST_REQUIRE(static_cast<bool>(rules));
  return grouped_lines{**rules}.whole(lines);
}

auto problem_of(const line_expressions& expressions) -> std::string {
  const auto rules = make_rules(expressions);
  return rules ? "" : rules.failure().what;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_start_begins_and_all_behind_it_belongs_to_it) {
  BOOST_TEST(grouped({"^> ", "", ""}, {"before", "> a", "1", "", "> b", "2"}) == (texts{"before", "> a\n1\n", "> b\n2"}), per_element());
}

BOOST_AUTO_TEST_CASE(what_goes_on_belongs_to_the_line_before_it_whatever_that_is) {
  BOOST_TEST(grouped({"", R"(^\s)", ""}, {"a", " 1", " 2", "b", "c", " 3"}) == (texts{"a\n 1\n 2", "b", "c\n 3"}), per_element());
  BOOST_TEST(grouped({"", R"(\\$)", ""}, {"a", "b\\", "c"}) == (texts{"a\nb\\", "c"}), per_element());
}

BOOST_AUTO_TEST_CASE(an_end_is_the_last_line) {
  BOOST_TEST(grouped({"", "", "^END$"}, {"a", "b", "END", "END", "c", "END"}) == (texts{"a\nb\nEND", "END", "c\nEND"}), per_element());
}

BOOST_AUTO_TEST_CASE(without_the_last_line_that_it_wants_a_group_is_a_part) {
  BOOST_TEST(grouped({"", "", "^END$"}, {"a", "b"}) == texts{"~a\nb"}, per_element());
  BOOST_TEST(grouped({"^BEGIN$", "", "^END$"}, {"x", "BEGIN", "a", "END", "y", "BEGIN"})
                 == (texts{"x", "BEGIN\na\nEND", "y", "~BEGIN"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(start_and_continue_leave_all_else_alone) {
  BOOST_TEST(grouped({"^E", "^  ", ""}, {"a", "  b", "E1", "  c", "  d", "e", "E2"})
                 == (texts{"a", "  b", "E1\n  c\n  d", "e", "E2"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_a_line) {
  BOOST_TEST(grouped({"", "^\\xff", ""}, {"a", "\xff\xfe", std::string("\0b", 2)}) == (texts{"a\n\xff\xfe", std::string("\0b", 2)}),
             per_element());
}

BOOST_AUTO_TEST_CASE(wrong_expressions_are_named_by_their_key) {
  BOOST_TEST(problem_of({"(", "", ""}).starts_with("start: "));
  BOOST_TEST(problem_of({"", "[", ""}).starts_with("continue: "));
  BOOST_TEST(problem_of({"", "", "*"}).starts_with("end: "));
  BOOST_TEST(problem_of({"", "", ""}) == "start: wants an expression for start, continue or end");
}

BOOST_AUTO_TEST_SUITE_END()
