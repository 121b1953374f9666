#include "runtime/codec/otlp.hpp"
#include "runtime/codec/protobuf.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/msgpack_build.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

auto attribute_of(std::string_view value) -> std::string {
  auto out = byte_buffer{};
  append_otlp_attribute(out, 1, "k", value);
  return std::string{out.view()};
}

auto record_of(std::string_view record, otlp_record_rules rules = {}) -> std::string {
  auto out = byte_buffer{};
  otlp_record_writer{std::move(rules)}.append(out, 1, "t", record, {});
  return std::string{out.view()};
}

/// The bytes of the first field of that number.
auto field_of(std::string_view message, std::uint32_t number) -> std::string {
  for (auto read = protobuf_reader{message}; read.next();)
    if (read.field() == number) return std::string{read.bytes()};
  return {};
}

/// "key=text" of each attribute whose value is a text, and "key" of others.
auto attributes_in(std::string_view message) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  for (auto read = protobuf_reader{message}; read.next();) {
    if (read.field() != 6) continue;
    const auto text = field_of(field_of(read.bytes(), 2), 1);
    found.push_back(field_of(read.bytes(), 1) + (text.empty() ? "" : '=' + text));
  }
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(otlp)

BOOST_AUTO_TEST_CASE(values_are_as_the_protocol_has_them) {
  // key "k" (0a 01 6b), then the value (12 size)
  BOOST_TEST(attribute_of(packed({{"x", nullptr}}).bytes.substr(3)) == "\x0a\x05\x0a\x01k\x12\x00"s);
  BOOST_TEST(attribute_of("\xa2hi") == "\x0a\x09\x0a\x01k\x12\x04\x0a\x02hi"s);
  BOOST_TEST(attribute_of("\xc3") == "\x0a\x07\x0a\x01k\x12\x02\x10\x01"s);
  BOOST_TEST(attribute_of("\x05") == "\x0a\x07\x0a\x01k\x12\x02\x18\x05"s);
  BOOST_TEST(attribute_of("\xff") == "\x0a\x10\x0a\x01k\x12\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
  BOOST_TEST(attribute_of("\xcb\x3f\xf8\0\0\0\0\0\0"s) == "\x0a\x0e\x0a\x01k\x12\x09\x21\0\0\0\0\0\0\xf8\x3f"s);
  BOOST_TEST(attribute_of("\xc4\x02\x00\xff"s) == "\x0a\x09\x0a\x01k\x12\x04\x3a\x02\x00\xff"s);
  BOOST_TEST(attribute_of("\x92\x01\x02") == "\x0a\x0f\x0a\x01k\x12\x0a\x2a\x08\x0a\x02\x18\x01\x0a\x02\x18\x02"s);
  BOOST_TEST(attribute_of("\x81\xa1z\xa1y") == "\x0a\x11\x0a\x01k\x12\x0c\x32\x0a\x0a\x08\x0a\x01z\x12\x03\x0a\x01y"s);
  // Bytes that are no UTF-8 would make the whole request one that is refused.
  BOOST_TEST(attribute_of("\xa1\xff").find('\xff') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_size_has_as_many_bytes_as_it_needs) {
  for (const auto size : {127UL, 128UL, 16383UL, 16384UL, 2097152UL}) {
    auto out = byte_buffer{};
    auto write = protobuf_writer{out};
    const auto begin = write.open(3);
    out.append(std::string(size, 'x'));
    write.close(begin);
    BOOST_TEST(out.size() == 1 + varint_bytes(size) + size);
    auto read = protobuf_reader{out.view()};
    BOOST_REQUIRE(read.next());
    BOOST_TEST(read.field() == 3U);
    BOOST_TEST((read.bytes() == std::string(size, 'x')));
    BOOST_TEST(!read.next());
    BOOST_TEST(!read.failed());
  }
}

BOOST_AUTO_TEST_CASE(a_record_has_its_fields_where_they_belong) {
  const auto record = weir::test::record("message", "hi", "level", "WARN", "trace_id", "00112233445566778899aabbccddeeff", "span_id", "0011223344556677", "n", 1);
  const auto made = field_of(record_of(record), 2);
  BOOST_TEST(made.substr(0, 9) == "\x09\x01\0\0\0\0\0\0\0"s);
  BOOST_TEST(field_of(made, 3) == "WARN");
  BOOST_TEST(field_of(field_of(made, 5), 1) == "hi");
  BOOST_TEST(field_of(made, 9) == "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"s);
  BOOST_TEST(field_of(made, 10) == "\x00\x11\x22\x33\x44\x55\x66\x77"s);
  BOOST_TEST((attributes_in(made) == std::vector<std::string>{"n", "tag=t"}));
}

BOOST_AUTO_TEST_CASE(fields_that_are_not_what_they_are_called_stay_attributes) {
  const auto record = weir::test::record("message", "hi", "level", "verbose", "trace_id", "0011", "span_id", 7);
  const auto made = field_of(record_of(record), 2);
  BOOST_TEST(field_of(made, 3).empty());
  BOOST_TEST(field_of(made, 9).empty());
  BOOST_TEST((attributes_in(made) == std::vector<std::string>{"level=verbose", "trace_id=0011", "span_id", "tag=t"}));
}

BOOST_AUTO_TEST_CASE(a_record_without_a_body_is_one_as_a_whole) {
  const auto made = field_of(record_of(weir::test::record("n", "x", "level", "info"), {.tag_attribute = {}}), 2);
  const auto map = field_of(field_of(made, 5), 6);
  BOOST_TEST(field_of(field_of(map, 1), 1) == "n");
  BOOST_TEST(attributes_in(made).empty());
}

BOOST_AUTO_TEST_CASE(what_is_too_deep_is_a_text) {
  const auto made = attribute_of(std::string(100, '\x91') + '\x01');
  BOOST_TEST(made.find("[[[") != std::string::npos);
  BOOST_TEST(attribute_of(std::string(100'000, '\x91')).size() < 100U); // and what does not end is nothing
}

BOOST_AUTO_TEST_CASE(words_are_severities) {
  for (const auto& [word, severity] : {std::pair{"trace", 1U}, {"Debug", 5U}, {"INFO", 9U}, {"notice", 10U}, {"warning", 13U}, {"err", 17U},
                                       {"critical", 18U}, {"fatal", 21U}, {"", 0U}, {"infos", 0U}, {"7", 0U}})
    BOOST_TEST(otlp_severity_of(word) == severity, word);
}

BOOST_AUTO_TEST_CASE(a_head_says_how_long_its_records_are) {
  const auto record = record_of(weir::test::record("message", std::string(300, 'x')));
  auto resource = byte_buffer{};
  append_otlp_text(resource, 1, "service.name", "shop");
  auto out = byte_buffer{};
  append_otlp_head(out, {std::string{resource.view()}, 2 * record.size()});
  out.append(record);
  out.append(record);
  auto read = protobuf_reader{out.view()};
  BOOST_REQUIRE(read.next());
  BOOST_TEST(read.field() == 1U);
  BOOST_TEST(field_of(read.bytes(), 1) == resource.view());
  const auto logs = field_of(read.bytes(), 2);
  BOOST_TEST(field_of(field_of(logs, 1), 1) == "weir");
  BOOST_TEST(logs.ends_with(record + record));
  BOOST_TEST(!read.next());
  BOOST_TEST(!read.failed());
}

BOOST_AUTO_TEST_CASE(answers_are_read_whatever_they_are) {
  const auto partial = otlp_partial_success_of("\x0a\x0e\x08\x03\x12\x0atoo\nold to"sv);
  BOOST_TEST(partial.rejected == 3U);
  BOOST_TEST(partial.why == "too old to");
  BOOST_TEST(otlp_partial_success_of("").rejected == 0U);
  BOOST_TEST(otlp_partial_success_of("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv).rejected == 0U); // -1
  BOOST_TEST(otlp_status_text("\x08\x03\x12\x03" "bad"sv) == "bad");
  BOOST_TEST(otlp_status_text("<html>no").empty());
  auto chance = std::mt19937{7};
  for (auto n = 0; n < 20'000; ++n) {
    auto bytes = std::string(chance() % 30, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(chance() % (n % 2 == 0 ? 256 : 20));
    BOOST_REQUIRE(otlp_partial_success_of(bytes).why.size() <= bytes.size());
    BOOST_REQUIRE(otlp_status_text(bytes).size() <= bytes.size());
  }
}

BOOST_AUTO_TEST_SUITE_END()
