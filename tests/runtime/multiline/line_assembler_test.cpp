#include "tests/runtime/multiline/grouped_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

struct assembling {
  std::unique_ptr<line_rules> java = make_rules(std::array{trace_language::java});
  std::unique_ptr<line_rules> starts = *make_rules(line_expressions{"^>", "", ""});
};

const auto trace_head = std::string{"x.YException: text"};
const auto trace_frame = std::string{"\tat x.y(Z.java:1)"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(line_assembling, assembling)

BOOST_AUTO_TEST_CASE(lines_of_no_group_pass_at_once) {
  auto through = grouped_lines{*java};
  through.take({"a", "", "b"});
  BOOST_TEST(through.events() == (texts{"a", "", "b"}), per_element());
  BOOST_TEST(through.assembler.is_empty());
}

BOOST_AUTO_TEST_CASE(a_message_of_several_lines_is_part_of_a_trace_if_frames_follow) {
  auto through = grouped_lines{*java};
  BOOST_TEST(through.whole({trace_head, "second line", trace_frame}) == texts{trace_head + "\nsecond line\n" + trace_frame}, per_element());
  BOOST_TEST(through.whole({trace_head, "second line", "third"}) == (texts{trace_head, "second line", "third"}), per_element());
}

BOOST_AUTO_TEST_CASE(lines_that_turn_out_to_be_none_of_the_group_may_begin_one) {
  auto through = grouped_lines{*java};
  BOOST_TEST(through.whole({trace_head, "text", trace_head, trace_frame, "end"})
                 == (texts{trace_head, "text", trace_head + '\n' + trace_frame, "end"}),
             per_element());
  BOOST_TEST(through.are_in_order);
}

BOOST_AUTO_TEST_CASE(no_more_than_some_lines_wait_for_one_that_decides) {
  auto through = grouped_lines{*java};
  through.take({trace_head});
  through.take(texts(line_assembler::open_lines_max, "text"));
  BOOST_TEST(through.events().empty());
  through.take({"text"});
  BOOST_TEST(through.events().size() == line_assembler::open_lines_max + 2);
}

BOOST_AUTO_TEST_CASE(the_time_runs_from_the_last_line_that_belongs_to_it) {
  auto through = grouped_lines{*java};
  through.take({trace_head});
  BOOST_TEST((through.assembler.due() == through.now + 5s));
  through.now += 4s;
  through.take({trace_frame});
  BOOST_TEST((through.assembler.due() == through.now + 5s));
  auto other = grouped_lines{*java};
  other.take({trace_head});
  other.now += 4s;
  other.take({"text"}); // of which nobody knows
  BOOST_TEST((other.assembler.due() == monotonic_time{} + 5s));
}

BOOST_AUTO_TEST_CASE(what_a_timeout_cuts_is_a_part_and_a_line_alone_is_not) {
  auto through = grouped_lines{*java};
  through.take({trace_head, trace_frame, trace_head});
  through.assembler.flush(group_ending::timeout);
  BOOST_TEST(through.events() == (texts{trace_head + '\n' + trace_frame, trace_head}), per_element());
  auto cut = grouped_lines{*java};
  cut.take({trace_head, trace_frame});
  cut.assembler.flush(group_ending::timeout);
  cut.take({trace_frame});
  BOOST_TEST(cut.events() == (texts{'~' + trace_head + '\n' + trace_frame, trace_frame}), per_element());
}

BOOST_AUTO_TEST_CASE(the_end_of_all_cuts_nothing) {
  auto through = grouped_lines{*java};
  BOOST_TEST(through.whole({trace_head, trace_frame}) == texts{trace_head + '\n' + trace_frame}, per_element());
}

BOOST_AUTO_TEST_CASE(a_group_of_too_many_lines_goes_on_in_parts) {
  auto through = grouped_lines{*starts, {.lines_max = 3}};
  through.take({">a", "1", "2", "3", "4", "5", ">b"});
  BOOST_TEST(through.events() == (texts{"~>a\n1", "~2\n3", "~4\n5"}), per_element());
  BOOST_TEST(through.limited == 2U);
  BOOST_TEST(through.are_in_order);
}

BOOST_AUTO_TEST_CASE(so_does_one_of_too_many_bytes) {
  auto through = grouped_lines{*starts, {.bytes_max = 10}};
  through.take({">a", "1234", "5678", "9"});
  through.assembler.flush(group_ending::whole);
  BOOST_TEST(through.events() == (texts{"~>a\n1234", "~5678\n9"}), per_element());
  const auto large = std::string(20, 'x');
  auto one = grouped_lines{*starts, {.bytes_max = 10}};
  BOOST_TEST(one.whole({'>' + large, "1"}) == (texts{"~>" + large, "1"}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()
