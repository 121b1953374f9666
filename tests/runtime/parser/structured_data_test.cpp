#include "runtime/parser/structured_data.hpp"

#include "tests/support/parse_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto data_text(std::string_view elements) -> std::string {
  auto bytes = byte_buffer{};
  auto out = msgpack_writer{bytes};
  if (!write_structured_data(elements, out)) return "none";
  auto read = msgpack_reader{bytes.view()};
  auto text = test::dump(read);
  return read.at_end() ? text : "broken";
}

} // namespace

BOOST_AUTO_TEST_SUITE(structured_data)

BOOST_AUTO_TEST_CASE(elements_are_maps_in_a_map) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"([a@1 k="v" l=""][b])", R"({"a@1":{"k":"v","l":""},"b":{}})"},
      {R"([x a="\"q\" \] \\ \n"])", R"({"x":{"a":""q" ] \ \n"}})"},
      {R"([origin ip="10.0.0.1" n="x" ip="10.0.0.2"])", R"({"origin":{"ip":["10.0.0.1","10.0.0.2"],"n":"x"}})"},
      {R"([x a="b]["][y])", R"({"x":{"a":"b]["},"y":{}})"},
      {R"([x  a="b" ])", R"({"x":{"a":"b"}})"}};
  for (const auto& [from, wanted] : rows) {
    BOOST_TEST(structured_data_bytes(from) == from.size());
    BOOST_TEST(data_text(from) == wanted);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_well_formed_is_none) {
  for (const auto* from : {"", "x", "[", "[]", "[ a]", "[x", "[x a]", "[x a=]", "[x a=b]", "[x a=\"b]", "[x a=\"b\"c=\"d\"]", "[x][x]", "[x]y", "[x a=\"b\\\"]"})
    BOOST_TEST(data_text(from) == "none", from);
}

BOOST_AUTO_TEST_CASE(more_than_a_few_dozen_are_none) {
  auto many = std::string{"[x"};
  auto elements = std::string{};
  for (auto i = 0; i < 64; ++i) {
    many += " a" + std::to_string(i) + "=\"\"";
    elements += "[e" + std::to_string(i) + "]";
  }
  BOOST_TEST(data_text(many + "]") != "none");
  BOOST_TEST(data_text(many + " b=\"\"]") == "none");
  BOOST_TEST(data_text(elements) != "none");
  BOOST_TEST(data_text(elements + "[y]") == "none");
}

BOOST_AUTO_TEST_SUITE_END()
