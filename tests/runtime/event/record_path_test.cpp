#include "runtime/event/record_path.hpp"
#include "tests/support/msgpack_build.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::packed;
using test::packed_list;
using test::text_of;

BOOST_AUTO_TEST_SUITE(record_paths)

namespace {

auto as_text(std::string_view value) -> std::string {
  auto out = byte_buffer{};
  append_text(out, value);
  return std::string{out.view()};
}

auto without(std::string_view record, std::string_view path) -> std::string {
  auto buffer = byte_buffer{};
  buffer.append(record);
  const auto* found = erase_path(buffer, path) ? "" : "unchanged ";
  return found + text_of(buffer.view());
}

} // namespace

BOOST_AUTO_TEST_CASE(values_are_found_by_path_and_the_longest_key_wins) {
  const auto record = packed({{"a", packed({{"b", 1}, {"c", packed({{"d", 2}})}})},
                              {"a.b", 3},
                              {"x", 4},
                              {"x.y", packed({{"z", 5}})},
                              {"", packed({{"e", 6}})}});
  const std::pair<const char*, const char*> table[] = {
      {"x", "4"},      {"a.b", "3"}, {"a.c.d", "2"}, {"x.y.z", "5"}, {"a.c", "{\"d\":2}"}, {".e", "6"},
      {"a.c.d.e", ""}, {"x.z", ""},  {"a.", ""},     {"b", ""},      {"", "{\"e\":6}"}};
  for (const auto& [path, value] : table) BOOST_TEST(text_of(find_path(record, path)) == value, path);
  BOOST_TEST(find_path(std::string_view{"\x93\x01\x02\x03"}, "a").empty());
}

BOOST_AUTO_TEST_CASE(keys_that_are_no_text_and_damaged_records_are_survived) {
  auto record = byte_buffer{};
  auto write = msgpack_writer{record};
  write.map(2);
  write.array(1);
  write.integer(1);
  write.integer(2);
  write.bin("k");
  write.integer(3);
  BOOST_TEST(text_of(find_path(record.view(), "k")) == "3");
  for (std::size_t size = 0; size < record.size(); ++size)
    BOOST_TEST(find_path(record.view().substr(0, size), "k").empty());
}

BOOST_AUTO_TEST_CASE(fields_are_erased_wherever_they_are) {
  const auto record = packed({{"a", packed({{"b", 1}, {"c", 2}})}, {"d", 3}});
  BOOST_TEST(without(record, "d") == R"({"a":{"b":1,"c":2}})");
  BOOST_TEST(without(record, "a") == R"({"d":3})");
  BOOST_TEST(without(record, "a.b") == R"({"a":{"c":2},"d":3})");
  BOOST_TEST(without(record, "a.x") == R"(unchanged {"a":{"b":1,"c":2},"d":3})");
}

BOOST_AUTO_TEST_CASE(erasing_keeps_wide_headers_right) {
  for (const auto count : {15U, 16U, 256U, 257U, 65535U, 65536U}) {
    auto record = byte_buffer{};
    auto write = msgpack_writer{record};
    write.map(count);
    for (auto i = 0U; i < count; ++i) {
      write.str(std::to_string(i));
      write.integer(1);
    }
    BOOST_TEST(erase_path(record, "7"));
    auto read = msgpack_reader{record.view()};
    auto left = std::uint32_t{0};
    BOOST_TEST(read.map(left));
    BOOST_TEST(left == count - 1);
    auto whole = msgpack_reader{record.view()};
    BOOST_TEST(whole.skip());
    BOOST_TEST(whole.at_end());
  }
}

BOOST_AUTO_TEST_CASE(values_have_the_text_that_people_write) {
  BOOST_TEST(as_text(test::packed_value{"a\"b"}.view()) == "a\"b");
  BOOST_TEST(as_text(test::packed_value{-7}.view()) == "-7");
  BOOST_TEST(as_text(test::packed_value{0.25}.view()) == "0.25");
  BOOST_TEST(as_text(test::packed_value{true}.view()) == "true");
  BOOST_TEST(as_text(test::packed_value{nullptr}.view()) == "");
  BOOST_TEST(as_text("\xcf\xff\xff\xff\xff\xff\xff\xff\xff") == "18446744073709551615");
  BOOST_TEST(as_text(packed({{"a\"", packed_list({1, "x\n", nullptr, false})}}))
             == R"({"a\"":[1,"x\u000a",null,false]})");
}

BOOST_AUTO_TEST_CASE(the_text_of_endless_depth_is_cut_off) {
  const auto deep = std::string(100'000, '\x91') + '\x01';
  BOOST_TEST(as_text(deep).size() < 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
