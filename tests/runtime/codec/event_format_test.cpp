#include "runtime/codec/event_format.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace weir;
using namespace std::string_literals;
using test::entry_of;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22T15:04:05.123456789Z

auto format(const format_options& options, const std::string& records_of_one_entry) -> std::string {
  const auto write = make_event_writer(options);
  write->begin_section("web.access");
  const auto entries = entry_of(noon, records_of_one_entry);
  auto rest = std::string_view{entries};
  auto out = byte_buffer{};
  const auto run = write->write(out, rest, {});
  return run.why == written_run::stop::end ? std::string{out.view()} : "malformed"s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_formats)

BOOST_AUTO_TEST_CASE(raw_is_the_message_byte_for_byte) {
  const auto raw = format_options{.as = event_format::raw};
  BOOST_TEST(format(raw, record("a", 1, "message", "caf\xe9 \"x\"\t")) == "caf\xe9 \"x\"\t\n");
  BOOST_TEST(format(raw, record("message", 7)) == "7\n");
  BOOST_TEST(format(raw, record("a", 1, "b", "two")) == "{\"a\":1,\"b\":\"two\"}\n");
  BOOST_TEST(format(raw, record()) == "{}\n");
}

BOOST_AUTO_TEST_CASE(ltsv_keeps_one_event_on_one_line) {
  const auto ltsv = format_options{.as = event_format::ltsv};
  BOOST_TEST(
      format(ltsv, record("a:b", 1, "m", "x\ty\nz\\", "n", nullptr, "ok", true))
      == "time:2026-11-22T15:04:05.123456789Z\ttag:web.access\ta\\x3ab:1\tm:x\\ty\\nz\\\\\tn:\tok:true\n");
  const auto bare = format_options{.as = event_format::ltsv, .time = false, .tag = false};
  BOOST_TEST(format(bare, record("time", 1, "bad", "\xff")) == "time:1\tbad:\u241a""ff\n");
  BOOST_TEST(format(bare, record()) == "\n");
  BOOST_TEST(format(ltsv, record("time", 1, "tag", 2, "record_tag", 3))
             == "time:2026-11-22T15:04:05.123456789Z\ttag:web.access\trecord_time:1\trecord_tag:2\t"
                "record_record_tag:3\n");
  BOOST_TEST(format(bare, "\x81\xa1m\x81\xa1k\xa2\n\\"s) == "m:{\"k\":\"\\\\n\\\\\\\\\"}\n");
}

BOOST_AUTO_TEST_CASE(csv_quotes_as_rfc_4180_says) {
  auto csv = format_options{.as = event_format::csv, .columns = {"a", "b.c", "missing", "tag", "time"}};
  BOOST_TEST(format(csv, "\x82\xa1"
                         "a\xa5"
                         "x,\"y\"\xa1"
                         "b\x81\xa1"
                         "c\x02"s)
             == "\"x,\"\"y\"\"\",2,,web.access,2026-11-22T15:04:05.123456789Z\n");
  BOOST_TEST(format(csv, record("time", "own", "a", "two\nlines"))
             == "\"two\nlines\",,,web.access,2026-11-22T15:04:05.123456789Z\n");
  csv.columns = {"record_time", "record_record_time", "record_tag.x", "time", "tag"};
  BOOST_TEST(format(csv, record("time", "own", "record_time", "older"))
             == "own,older,,2026-11-22T15:04:05.123456789Z,web.access\n");
  BOOST_TEST(format(csv, "\x81\xa3tag\x81\xa1x\x01"s)
             == ",,1,2026-11-22T15:04:05.123456789Z,web.access\n");
  csv.columns = {"a"};
  BOOST_TEST(format(csv, record("b", 1)) == "\"\"\n");
  BOOST_TEST(csv_header({"a", "b,c"}) == "a,\"b,c\"\n");
}

BOOST_AUTO_TEST_CASE(msgpack_is_the_message_mode_of_the_forward_protocol) {
  auto options = format_options{.as = event_format::msgpack};
  const auto text = format(options, record("a", 1));
  auto read = msgpack_reader{text};
  auto count = std::uint32_t{0};
  auto tag = std::string_view{};
  auto type = std::int8_t{1};
  auto time = std::string_view{};
  BOOST_TEST((read.array(count) && read.str(tag) && read.ext(type, time)));
  BOOST_TEST(count == 3U);
  BOOST_TEST(tag == "web.access");
  BOOST_TEST(type == 0);
  BOOST_TEST(read.rest() == record("a", 1));
  options.tag = false;
  BOOST_TEST(format(options, record("a", 1)) == entry_of(noon, record("a", 1)));
  options.time = false;
  BOOST_TEST(format(options, record("a", 1)) == record("a", 1));
}

BOOST_AUTO_TEST_CASE(no_format_trips_over_any_bytes) {
  auto random = std::mt19937_64{3};
  for (const auto& [name, as] : names_of(static_cast<event_format*>(nullptr))) {
    const auto write = make_event_writer({.as = as, .columns = {"a", "b.c"}});
    write->begin_section("t\xff");
    for (int i = 0; i < 20'000; ++i) {
      auto bytes = entry_of(noon, record("a", "x\xff", "b", 1.5));
      const auto good = bytes.size();
      bytes += entry_of(noon, "\x82\xa1");
      for (auto extra = random() % 40; extra > 0; --extra) bytes += static_cast<char>(random());
      if (random() % 2 == 0) bytes[good + random() % (bytes.size() - good)] = static_cast<char>(random());
      auto rest = std::string_view{bytes};
      auto out = byte_buffer{};
      const auto run = write->write(out, rest, {});
      BOOST_REQUIRE_GE(run.events, 1U);
      BOOST_REQUIRE_EQUAL(rest.empty(), run.why == written_run::stop::end);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
