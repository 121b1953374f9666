#include "runtime/codec/forward_json.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using namespace weir::pack;

namespace {

auto converted(std::string_view document) -> std::string {
  auto out = byte_buffer{};
  BOOST_TEST(static_cast<bool>(json_to_msgpack(document, out)));
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_json_)

BOOST_AUTO_TEST_CASE(documents_are_found_however_they_are_cut) {
  const auto document = std::string{R"(["t]", 1, {"a": "}\"]\\", "b": [1, {}]}])"};
  auto finder = json_document_finder{};
  for (std::size_t size = 1; size < document.size(); ++size)
    BOOST_TEST((finder.resume(std::string_view{document}.substr(0, size))
                == json_document_finder::progress::incomplete));
  BOOST_TEST((finder.resume(document + "\n[2]") == json_document_finder::progress::complete));
  BOOST_TEST(finder.size() == document.size());
}

BOOST_AUTO_TEST_CASE(json_becomes_the_msgpack_it_stands_for) {
  BOOST_TEST(
      (converted(R"(["t", 17, {"a": null, "b": [true, -1.5], "c": {"d": "e"}}])")
       == array(
           {str("t"), integer(17),
            map({{"a", nil()}, {"b", array({boolean(true), real(-1.5)})}, {"c", map({{"d", str("e")}})}})})));
}

BOOST_AUTO_TEST_CASE(the_last_of_repeated_keys_counts) {
  BOOST_TEST((converted(R"({"a": 1, "b": 2, "a": 3})") == map({{"b", integer(2)}, {"a", integer(3)}})));
  auto many = std::string{"{"};
  for (int i = 0; i < 100; ++i) many += R"("k)" + std::to_string(i % 50) + "\": " + std::to_string(i) + ",";
  many.back() = '}';
  const auto bytes = converted(many);
  auto read = msgpack_reader{bytes};
  auto count = std::uint32_t{0};
  BOOST_TEST(read.map(count));
  BOOST_TEST(count == 50U);
  auto value = std::int64_t{0};
  BOOST_TEST(msgpack_reader{find_field(bytes, "k7")}.integer(value));
  BOOST_TEST(value == 57);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_and_what_is_too_deep_is_refused) {
  auto out = byte_buffer{};
  BOOST_TEST(!json_to_msgpack("{\"a\": }", out));
  BOOST_TEST(!json_to_msgpack(std::string(100'000, '[') + std::string(100'000, ']'), out));
}

BOOST_AUTO_TEST_CASE(acks_are_json_strings) {
  auto out = byte_buffer{};
  append_json_ack(out, str("a\"b\\\n"));
  BOOST_TEST((out.view() == R"({"ack":"a\"b\\\u000a"})"));
}

BOOST_AUTO_TEST_SUITE_END()
