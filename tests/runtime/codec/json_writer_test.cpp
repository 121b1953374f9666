#include "runtime/codec/json_writer.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <charconv>
#include <limits>
#include <random>

using namespace weir;
using namespace std::string_literals;
using test::entry_of;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22T15:04:05.123456789Z

auto json_of(std::string_view value) -> std::string {
  auto out = byte_buffer{};
  return append_json(out, value) ? std::string{out.view()} : "malformed"s;
}

auto json_of_text(std::string_view text) -> std::string {
  auto out = byte_buffer{};
  msgpack_writer{out}.str(text);
  return json_of(out.view());
}

auto json_of_real(double number) -> std::string {
  auto out = byte_buffer{};
  msgpack_writer{out}.real(number);
  return json_of(out.view());
}

auto line_of(json_writer& write, std::string_view rec) -> std::string {
  auto out = byte_buffer{};
  auto entries = entry_of(noon, rec);
  auto rest = std::string_view{entries};
  const auto run = write.write(out, rest, {});
  return run.events == 1 ? std::string{out.view()} : "malformed"s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(plain_values_look_as_in_json) {
  BOOST_TEST(json_of("\xc0"s) == "null");
  BOOST_TEST(json_of("\xc2"s) == "false");
  BOOST_TEST(json_of("\xc3"s) == "true");
  BOOST_TEST(json_of("\x80"s) == "{}");
  BOOST_TEST(json_of("\x90"s) == "[]");
  BOOST_TEST(json_of("\xa0"s) == "\"\"");
  BOOST_TEST(json_of("\x93\x90\x80\x92\x01\x90"s) == "[[],{},[1,[]]]");
  BOOST_TEST(json_of(record("a", 1, "b", "two", "c", nullptr, "d", true))
             == R"({"a":1,"b":"two","c":null,"d":true})");
}

BOOST_AUTO_TEST_CASE(integers_keep_all_their_digits) {
  for (const auto number :
       {std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{65536}, std::int64_t{-1},
        std::int64_t{-32}, std::int64_t{-33}, std::int64_t{-40000}, std::int64_t{-3'000'000'000},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    auto out = byte_buffer{};
    msgpack_writer{out}.integer(number);
    BOOST_TEST(json_of(out.view()) == std::to_string(number));
  }
  BOOST_TEST(json_of("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s) == "18446744073709551615");
}

BOOST_AUTO_TEST_CASE(reals_are_short_and_read_back_the_same) {
  BOOST_TEST(json_of_real(1.0) == "1.0");
  BOOST_TEST(json_of_real(-0.0) == "-0.0");
  BOOST_TEST(json_of_real(0.1) == "0.1");
  BOOST_TEST(json_of_real(-12.345) == "-12.345");
  BOOST_TEST(json_of_real(100000.0) == "100000.0");
  BOOST_TEST(json_of_real(1e300) == "1e+300");
  BOOST_TEST(json_of_real(0.1 + 0.2) == "0.30000000000000004");
  BOOST_TEST(json_of_real(std::numeric_limits<double>::quiet_NaN()) == "null");
  BOOST_TEST(json_of_real(-std::numeric_limits<double>::infinity()) == "null");
  BOOST_TEST(json_of("\xca\x3d\xcc\xcc\xcd"s) == "0.1");
}

BOOST_AUTO_TEST_CASE(any_real_reads_back_the_same_and_no_longer_than_the_shortest_form) {
  auto random = std::mt19937_64{1};
  for (int i = 0; i < 200'000; ++i) {
    const auto bits = random();
    const auto number =
        i % 2 == 0 ? std::bit_cast<double>(bits)
                   : static_cast<double>(static_cast<std::int64_t>(bits % 2'000'000'000'000)) / 1e6 - 1e5;
    if (number - number != 0) continue;
    const auto text = json_of_real(number);
    auto back = 0.0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    BOOST_REQUIRE_EQUAL(back, number);
    char shortest[64];
    const auto size = std::to_chars(shortest, shortest + 64, number, std::chars_format::fixed);
    if (size.ec == std::errc{})
      BOOST_REQUIRE_LE(text.size(), static_cast<std::size_t>(size.ptr - shortest) + 4);
  }
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_wherever_the_odd_byte_stands) {
  const std::pair<std::string, std::string> cases[] = {{"\"", "\\\""},
                                                       {"\\", "\\\\"},
                                                       {"\n", "\\n"},
                                                       {"\r", "\\r"},
                                                       {"\t", "\\t"},
                                                       {"\0"s, "\\u0000"},
                                                       {"\x1f", "\\u001f"},
                                                       {"\x7f", "\x7f"},
                                                       {"\xff", "\u241a""ff"},
                                                       {"\xc3\xa9", "\xc3\xa9"},
                                                       {"\xc0\xaf", "\u241a""c0\u241a""af"},
                                                       {"\xed\xa0\x80", "\u241a""ed\u241a""a0\u241a""80"},
                                                       {"\xe2\x82\xac", "\xe2\x82\xac"},
                                                       {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
                                                       {"\xf4\x90\x80\x80", "\u241a""f4\u241a""90\u241a""80\u241a""80"},
                                                       {"\xe2\x82", "\u241a""e2\u241a""82"}};
  for (const auto& [odd, escaped] : cases)
    for (const auto before : {0, 1, 15, 16, 17, 30, 31, 32, 33, 255, 4094, 4095, 4096, 4097, 70000})
      for (const auto after : {0, 1, 16, 40}) {
        const auto b = std::string(static_cast<std::size_t>(before), 'b');
        const auto a = std::string(static_cast<std::size_t>(after), 'a');
        BOOST_REQUIRE_EQUAL(json_of_text(b + odd + a), '"' + b + escaped + a + '"');
      }
}

BOOST_AUTO_TEST_CASE(text_of_many_characters_survives_the_seams_between_parts) {
  auto text = std::string{};
  while (text.size() < 20'000) text += "x\xe6\x97\xa5\xf0\x9f\x98\x80";
  BOOST_TEST(json_of_text(text) == '"' + text + '"');
  const auto wrong = std::string(10'000, '\x80');
  auto escaped = std::string{};
  for (int i = 0; i < 10'000; ++i) escaped += "\u241a""80";
  BOOST_TEST(json_of_text(wrong) == '"' + escaped + '"');
}

BOOST_AUTO_TEST_CASE(what_json_lacks_is_written_readably) {
  BOOST_TEST(json_of("\xc4\x02\x41\xff"s) == "\"A\u241a""ff\"");
  BOOST_TEST(json_of("\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x02"s) == R"("1970-01-01T00:00:01.000000002Z")");
  BOOST_TEST(json_of("\xd5\x07\xab\xcd"s) == R"({"type":7,"data":"abcd"})");
  BOOST_TEST(json_of("\x86\x01\x02\xc0\x02\xc3\x02\xc4\x01k\x02\x91\x01\x02\xd4\x01\x00\x02"s)
             == R"({"1":2,"null":2,"true":2,"k":2,"msgpack:9101":2,"msgpack:d40100":2})");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_and_nothing_is_lost) {
  const auto deep = std::string(json_depth_max, '\x91') + '\x01';
  BOOST_TEST(json_of(deep) == std::string(json_depth_max, '[') + '1' + std::string(json_depth_max, ']'));
  const auto deeper = std::string(json_depth_max + 1, '\x91') + '\x01';
  BOOST_TEST(json_of(deeper)
             == std::string(json_depth_max, '[') + "\"msgpack:9101\"" + std::string(json_depth_max, ']'));
  BOOST_TEST(json_of(std::string(1'000'000, '\x91')) == "malformed");
  BOOST_TEST(json_of(std::string(1'000'000, '\x91') + '\x01') != "malformed");
}

BOOST_AUTO_TEST_CASE(a_truncated_or_odd_value_appends_nothing) {
  const auto whole =
      record("key", "value", "number", 300, "real", 1.5, "a rather long key that is no fixstr at all", "x");
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(json_of(whole.substr(0, size)) == "malformed");
  BOOST_TEST(json_of(whole + "\x01") == "malformed");
  BOOST_TEST(json_of("\xc1"s) == "malformed");
  BOOST_TEST(json_of("\xdf\xff\xff\xff\xff"s) == "malformed");
}

BOOST_AUTO_TEST_CASE(any_bytes_are_safe) {
  auto random = std::mt19937_64{2};
  for (int i = 0; i < 100'000; ++i) {
    auto bytes = std::string(random() % 64, '\0');
    for (auto& b : bytes) b = static_cast<char>(random());
    if (!bytes.empty() && i % 2 == 0) bytes[0] = static_cast<char>(0x80 + random() % 32);
    auto out = byte_buffer{};
    auto at = std::string_view{bytes};
    const auto ok = take_json(out, at);
    BOOST_REQUIRE_EQUAL(ok, msgpack_reader{bytes}.skip());
    BOOST_REQUIRE_EQUAL(out.empty(), !ok);
  }
}

BOOST_AUTO_TEST_CASE(a_line_begins_with_time_and_tag) {
  auto write = json_writer{};
  write.begin_section("web.\"access\"");
  BOOST_TEST(line_of(write, record("a", 1))
             == "{\"time\":\"2026-11-22T15:04:05.123456789Z\",\"tag\":\"web.\\\"access\\\"\",\"a\":1}\n");
  BOOST_TEST(line_of(write, record())
             == "{\"time\":\"2026-11-22T15:04:05.123456789Z\",\"tag\":\"web.\\\"access\\\"\"}\n");
}

BOOST_AUTO_TEST_CASE(fields_named_time_and_tag_hide_nothing_and_lose_nothing) {
  auto write = json_writer{};
  write.begin_section("t");
  const auto head = R"({"time":"2026-11-22T15:04:05.123456789Z","tag":"t",)"s;
  BOOST_TEST(line_of(write, record("a", 1, "time", 5)) == head + R"("a":1,"record_time":5})" + "\n");
  BOOST_TEST(line_of(write, record("tag", "x", "time", "y"))
             == head + R"("record_tag":"x","record_time":"y"})" + "\n");
  BOOST_TEST(line_of(write, "\x81\xa1o" + record("time", 1)) == head + R"("o":{"time":1}})" + "\n");
  BOOST_TEST(line_of(write, record("record_time", 1, "time", 2, "record_record_tag", 3))
             == head + R"("record_record_time":1,"record_time":2,"record_record_record_tag":3})" + "\n");
  BOOST_TEST(line_of(write, record("uptime", 1, "record_uptime", 2, "recordtime", 3, "stag", 4, "Time", 5))
             == head + R"("uptime":1,"record_uptime":2,"recordtime":3,"stag":4,"Time":5})" + "\n");
  // Other forms of the same key: str8 and bin8; and one that ends where the bytes end.
  BOOST_TEST(line_of(write, "\x82\xd9\x04time\x01\xc4\x03tag\x02"s)
             == head + R"("record_time":1,"record_tag":2})" + "\n");
  BOOST_TEST(line_of(write, "\x81\xa4time\x01"s) == head + R"("record_time":1})" + "\n");
}

BOOST_AUTO_TEST_CASE(a_mark_before_a_long_name_stays_within_the_buffer) {
  auto write = json_writer{};
  for (auto marks = std::size_t{0}; marks < 2000; marks += marks < 80 ? 1 : 397) {
    auto name = std::string{};
    for (std::size_t i = 0; i < marks; ++i) name += record_mark;
    const auto line = line_of(write, record(name + "tag", 1, std::string(marks % 300, 'x'), "y"));
    BOOST_REQUIRE_NE(line.find(",\"record_" + name + "tag\":1,"), std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(time_and_tag_can_be_left_out) {
  auto bare = json_writer{line_keys{false, false}};
  bare.begin_section("t");
  BOOST_TEST(line_of(bare, record("a", 1, "time", 2)) == "{\"a\":1,\"time\":2}\n");
  BOOST_TEST(line_of(bare, record()) == "{}\n");
  auto tagged = json_writer{line_keys{false, true}};
  tagged.begin_section("t");
  BOOST_TEST(line_of(tagged, record("a", 1)) == "{\"tag\":\"t\",\"a\":1}\n");
  BOOST_TEST(line_of(tagged, record("time", 1, "tag", 2)) == "{\"tag\":\"t\",\"time\":1,\"record_tag\":2}\n");
}

BOOST_AUTO_TEST_CASE(writing_stops_at_the_window_and_at_malformed_entries) {
  auto write = json_writer{line_keys{false, false}};
  const auto bytes =
      entry_of(1, record("n", 1)) + entry_of(2, record("n", 2)) + entry_of(9, record("n", 3)) + "garbage";
  auto rest = std::string_view{bytes};
  auto out = byte_buffer{};
  auto run = write.write(out, rest, {0, 5});
  BOOST_TEST(run.events == 2U);
  BOOST_TEST((run.why == written_run::stop::outside));
  run = write.write(out, rest, {5, 10});
  BOOST_TEST(run.events == 1U);
  BOOST_TEST((run.why == written_run::stop::malformed));
  BOOST_TEST(rest == "garbage");
  BOOST_TEST(out.view() == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

BOOST_AUTO_TEST_SUITE_END()
