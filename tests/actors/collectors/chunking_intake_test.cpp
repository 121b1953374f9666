#include "actors/collectors/chunking_intake.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/entry.hpp"
#include "tests/support/born_events.hpp"
#include "tests/support/entries.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace weir;

namespace {

/// Keeps what is logged meanwhile.
struct captured_log {
  std::ostringstream text;
  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();

  captured_log() {
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(text);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
    spdlog::set_pattern("%v");
  }
  ~captured_log() { spdlog::set_default_logger(before); }
};

struct intake_fixture {
  manual_clock time;
  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  captured_log log;

  auto intake_of(parser_settings parser) -> chunking_intake {
    auto settings = intake_settings{};
    settings.parse.emplace().parser = std::move(parser);
    auto context = plugin_context{.component = "log", .node = "edge"};
    context.clock = &time;
    return {settings, context, builder, counts, letters};
  }
  static void put(chunking_intake& to, std::string_view text) {
    auto padded = std::string{text} + std::string(line_padding, '\0');
    to.line("t", 5, std::string_view{padded}.substr(0, text.size()));
  }
  /// What becomes of a line, as JSON.
  auto record_of(chunking_intake& by, std::string_view line) -> std::string {
    put(by, line);
    by.covered("s", lines_put, lines_put + 1);
    ++lines_put;
    auto chunks = builder.take(1 << 20);
    auto read = entry_reader{chunks.front()->body.view()};
    auto e = entry{};
    BOOST_TEST_REQUIRE(read.next(e));
    auto text = byte_buffer{};
    append_json(text, e.record);
    return std::string{text.view()};
  }
  std::uint64_t lines_put = 0;
};

/// Drops the first of every three events, and makes two of the second.
class odd_operator final : public event_operator {
public:
  void apply(const event_view& in, event_output& out) override {
    const auto nth = seen_++ % 3;
    if (nth == 0) return out.drop("odd");
    out.put(in);
    if (nth == 1) out.put(in);
  }

private:
  int seen_ = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(chunking_intakes, intake_fixture)

BOOST_AUTO_TEST_CASE(tell_the_first_time_that_is_not_read_and_count_all) {
  auto takes = intake_of({.format = line_format::json, .time_key = "t", .time_format = "%Y-%m-%d"});
  for (const auto* line : {R"({"t":"2026-11-22"})", R"({"t":"22/11\u0007/2026"})", R"({"t":"1969-12-31"})", "{}"})
    put(takes, line);
  BOOST_TEST(counts.noted.of("time not read") == 3U);
  BOOST_TEST(builder.events() == 4U);
  BOOST_TEST(log.text.str()
             == "edge/collector/log: time_key \"t\": \"22/11\\u0007/2026\" is no time of 1970 to 2106 as of %Y-%m-%d; the "
                "field stays, and the event has the time at which it came; told once, `weir status` counts them\n");
}

BOOST_AUTO_TEST_CASE(tell_where_events_were_born_whatever_is_dropped_before_them) {
  auto settings = intake_settings{};
  settings.operators.push_back([](const plugin_context&) { return std::make_unique<odd_operator>(); });
  auto context = plugin_context{};
  context.clock = &time;
  auto takes = chunking_intake{settings, context, builder, counts, letters};
  for (const auto at : {10U, 20U, 30U}) {
    takes.born_at(at);
    put(takes, "line");
  }
  const auto empty_map = std::string_view{"\x80", 1};
  takes.born_at(40);
  for (auto n = 0; n < 3; ++n) takes.event({"t", 5, empty_map}); // of one line
  const auto three = test::entry_of(1, empty_map) + test::entry_of(2, empty_map) + test::entry_of(3, empty_map);
  takes.born_at(50);
  takes.entries("t", three, 3);
  takes.born_nowhere();
  put(takes, "line");
  put(takes, "line");
  takes.covered("s", 0, 60);
  const auto chunks = builder.take(1 << 20);
  const auto found = test::born_in(*chunks.front());
  using born = std::vector<test::born_event>;
  BOOST_TEST(found == (born{{"s", 20, 0}, {"s", 20, 1}, {"s", 30, 0}, {"s", 40, 1}, {"s", 40, 2}, {"s", 40, 3},
                            {"s", 51, 0}, {"s", 51, 1}, {"s", 52, 0}, {}, {}}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tell_whose_time_is_that_of_its_reading) {
  using ranges = std::vector<index_range>;
  const auto marks = [&] { return builder.take(1 << 20)[0]->timed_at_reading; };
  auto takes = intake_of({.format = line_format::json, .time_key = "t", .time_format = "unix"});
  for (const auto* line : {R"({"t":3})", R"({"a":1})", R"({"t":"?"})", "no json", R"({"t":5})"}) put(takes, line);
  BOOST_TEST((marks() == ranges{{1, 4}}));
  takes.event({"t", 5, test::record("m", 1)});
  takes.event({"t", 5, test::record("m", 1), true});
  takes.entries("t", test::entry_of(1, test::record("m", 1)), 1);
  BOOST_TEST((marks() == ranges{{1, 2}}));

  auto context = plugin_context{};
  context.clock = &time;
  auto plain = chunking_intake{{}, context, builder, counts, letters}; // without a parser
  put(plain, "line");
  BOOST_TEST((marks() == ranges{{0, 1}}));
  auto settings = intake_settings{};
  settings.operators.push_back([](const plugin_context&) { return std::make_unique<odd_operator>(); });
  auto through = chunking_intake{settings, context, builder, counts, letters};
  for (auto i = 0; i < 3; ++i) put(through, "line");
  through.entries("t", test::entry_of(1, test::record("m", 1)) + test::entry_of(1, test::record("m", 1)), 2);
  BOOST_TEST((marks() == ranges{{0, 3}}));
}

BOOST_AUTO_TEST_CASE(tell_a_time_key_that_is_not_there) {
  auto takes = intake_of({.format = line_format::logfmt, .time_key = "ts"});
  put(takes, "time=2026-11-22");
  BOOST_TEST(counts.noted.of("time not read") == 1U);
  BOOST_TEST(log.text.str().find("time_key \"ts\": an event lacks it;") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(label_by_path_what_the_record_lacks_and_overwrite_nothing) {
  auto settings = intake_settings{};
  settings.parse.emplace().parser.format = line_format::json;
  settings.labels = {{"site", "main"}, {"k8s.node.name", "n1"}, {"k8s.zone", "z"}};
  auto context = plugin_context{.component = "log", .node = "edge"};
  context.clock = &time;
  auto takes = chunking_intake{settings, context, builder, counts, letters};
  const auto labelled = [&](std::string_view line) { return record_of(takes, line); };
  BOOST_TEST(labelled(R"({"a":1})") == R"({"a":1,"k8s":{"node":{"name":"n1"},"zone":"z"},"site":"main"})");
  BOOST_TEST(labelled(R"({"k8s":{"zone":"own"},"site":2})")
             == R"({"k8s":{"zone":"own","node":{"name":"n1"}},"site":2})");
  BOOST_TEST(labelled(R"({"k8s.zone":"own"})")
             == R"({"k8s.zone":"own","k8s":{"node":{"name":"n1"}},"site":"main"})");
  // What stands in the way stays; the path is found all the same.
  BOOST_TEST(labelled(R"({"k8s":"text"})")
             == R"({"k8s":"text","k8s.node.name":"n1","k8s.zone":"z","site":"main"})");
  BOOST_TEST(labelled(R"({"k8s":{"node":7}})")
             == R"({"k8s":{"node":7,"zone":"z"},"k8s.node.name":"n1","site":"main"})");
}

BOOST_AUTO_TEST_CASE(put_attached_fields_into_records_that_lack_them) {
  auto takes = intake_of({.format = line_format::json});
  auto fields = byte_buffer{};
  auto write = msgpack_writer{fields};
  write.str("from");
  write.str("10.0.0.1");
  write.str("at");
  write.unsigned_integer(7);
  takes.attach(fields.view(), 2);
  const auto taken = [&](std::string_view line) { return record_of(takes, line); };
  BOOST_TEST(taken(R"({"a":1})") == R"({"a":1,"from":"10.0.0.1","at":7})");
  BOOST_TEST(taken(R"({"from":"me"})") == R"({"from":"me","at":7})");
  BOOST_TEST(taken("no json").starts_with(R"({"message":"no json","parse_error":)"));
  takes.attach({}, 0);
  BOOST_TEST(taken(R"({"a":1})") == R"({"a":1})");
}

BOOST_AUTO_TEST_SUITE_END()
