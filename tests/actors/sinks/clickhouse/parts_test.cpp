#include "actors/sinks/clickhouse/answers.hpp"
#include "actors/sinks/clickhouse/types.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::string_view_literals;

namespace {

auto type_of(std::string_view text) -> clickhouse_type {
  const auto made = parse_clickhouse_type(text);
  BOOST_REQUIRE_MESSAGE(made, text);
  return *made;
}

auto row_value(std::string_view type, const column_value& value) -> std::string {
  auto out = byte_buffer{};
  append_row_value(out, type_of(type), value);
  return std::string{out.view()};
}

auto row_time(std::string_view type, std::int64_t ns) -> std::optional<std::string> {
  auto out = byte_buffer{};
  const auto is_in = append_row_time(out, type_of(type), ns);
  BOOST_TEST(is_in == !out.empty());
  if (!is_in) return std::nullopt;
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(clickhouse_parts)

BOOST_AUTO_TEST_CASE(values_are_as_the_format_has_them) {
  BOOST_TEST(row_value("String", "ab"sv) == "\x02" "ab");
  BOOST_TEST(row_value("LowCardinality(String)", std::string_view{std::string(300, 'x')}).substr(0, 3) == "\xac\x02x");
  BOOST_TEST(row_value("Nullable(String)", "ab"sv) == "\0\x02" "ab"sv);
  BOOST_TEST(row_value("LowCardinality(Nullable(String))", {}) == "\x01");
  BOOST_TEST(row_value("Int32", std::int64_t{-2}) == "\xfe\xff\xff\xff");
  BOOST_TEST(row_value("UInt16", std::int64_t{258}) == "\x02\x01");
  BOOST_TEST(row_value("Float64", 1.0) == "\0\0\0\0\0\0\xf0\x3f"sv);
  BOOST_TEST(row_value("Float32", 1.0) == "\0\0\x80\x3f"sv);
  BOOST_TEST(row_value("Bool", true) == "\x01");
  BOOST_TEST(row_value("JSON", "{}"sv) == "\x02{}");
  // What does not fit is nothing where there is no NULL.
  BOOST_TEST(row_value("String", {}) == "\0"sv);
  BOOST_TEST(row_value("UInt16", {}) == "\0\0"sv);
  BOOST_TEST(row_value("Nullable(DateTime)", column_time{-1}) == "\x01");
}

BOOST_AUTO_TEST_CASE(times_are_seconds_or_ticks) {
  BOOST_TEST((row_time("DateTime", 2'999'999'999) == "\x02\0\0\0"sv));
  BOOST_TEST((row_time("DateTime('Europe/Berlin')", 2'000'000'000) == "\x02\0\0\0"sv));
  BOOST_TEST(!row_time("DateTime", -1).has_value());
  BOOST_TEST(!row_time("DateTime", std::int64_t{4'294'967'296} * 1'000'000'000).has_value());
  BOOST_TEST((row_time("DateTime64(9, 'UTC')", 258) == "\x02\x01\0\0\0\0\0\0"sv));
  BOOST_TEST((row_time("DateTime64(3)", 2'999'999) == "\x02\0\0\0\0\0\0\0"sv));
  BOOST_TEST((row_time("DateTime64(3)", -1) == "\xff\xff\xff\xff\xff\xff\xff\xff"sv));
}

BOOST_AUTO_TEST_CASE(other_types_are_none_to_write) {
  for (const auto* text : {"", "(", ")", "Nullable(", "Nullable()", "Array(String)", "DateTime64()", "DateTime64(x)", "DateTime64(10)", "DateTime64(-1)",
                           "FixedString(4)", "Date", "Map(String, String)", "Nullable(Nullable(String))", "string"})
    BOOST_TEST(!parse_clickhouse_type(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(errors_are_understood_whichever_version_wrote_them) {
  const auto old_one = clickhouse_error_of("Code: 60, e.displayText() = DB::Exception: Table default.x doesn't exist., e.what() = DB::Exception");
  BOOST_TEST(old_one.code == 60);
  BOOST_TEST(old_one.what == "Table default.x doesn't exist");
  const auto new_one = clickhouse_error_of("Code: 469. DB::Exception: Constraint `c` for table default.x is violated at row 1. (VIOLATED_CONSTRAINT) (version 24.3.1.2672 (official build))\n");
  BOOST_TEST(new_one.code == 469);
  BOOST_TEST(new_one.what == "Constraint `c` for table default.x is violated at row 1. (VIOLATED_CONSTRAINT)");
  for (const auto text : {""sv, "Code"sv, "Code: "sv, "Code: x"sv, "Code: -3"sv, "<html>"sv, "Code: 99999999999999"sv}) BOOST_TEST(clickhouse_error_of(text).code == 0);
  BOOST_TEST(clickhouse_error_of("Code: 1, " + std::string(2000, 'x')).what.size() < 400U);
}

BOOST_AUTO_TEST_CASE(errors_say_whose_fault_they_are) {
  using enum clickhouse_fault;
  for (const auto& [code, fault] : {std::pair{27, of_an_event}, {469, of_an_event}, {252, of_the_load}, {241, of_the_load}, {193, of_the_login}, {516, of_the_login},
                                    {497, of_the_rights}, {60, of_the_table}, {16, of_the_table}, {242, other}, {115, other}})
    BOOST_TEST((fault_of({code, "x"}) == fault), code);
  BOOST_TEST((fault_of({252, "Too many partitions for single INSERT block (more than 100)"}) == of_the_size));
}

BOOST_AUTO_TEST_CASE(fields_of_lines_are_unescaped) {
  BOOST_TEST(unescaped_field(R"(DateTime64(9, \'UTC\'))") == "DateTime64(9, 'UTC')");
  BOOST_TEST(unescaped_field(R"(a\tb\nc\\d\)") == "a\tb\nc\\d\\");
}

BOOST_AUTO_TEST_SUITE_END()
