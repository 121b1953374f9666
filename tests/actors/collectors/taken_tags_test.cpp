#include "actors/collectors/chunking_intake.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;
using test::entry_of;
using test::record;

namespace {

/// The sinks take `a.**` and `b`.
struct intake_fixture {
  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  intake_settings settings;

  intake_fixture() {
    auto patterns = std::vector<tag_pattern>{*tag_pattern::parse({"a.**"}), *tag_pattern::parse({"b"})};
    settings.wanted = std::make_shared<const std::vector<tag_pattern>>(std::move(patterns));
  }
  auto made() -> chunking_intake { return {settings, plugin_context{}, builder, counts, letters}; }
  auto put_line(chunking_intake& to, std::string_view tag, std::string text) -> void {
    const auto size = text.size();
    text.append(line_padding, '\0');
    to.line(tag, 1, std::string_view{text}.substr(0, size));
  }
  /// Tag and count of each section.
  auto sections() -> std::vector<std::pair<std::string, std::uint64_t>> {
    auto all = std::vector<std::pair<std::string, std::uint64_t>>{};
    for (const auto& c : builder.take(1 << 20))
      for (const auto& s : c->sections) all.emplace_back(s.tag, s.count);
    return all;
  }
};

using sections_of = std::vector<std::pair<std::string, std::uint64_t>>;

/// Gives all events the tag `to`.
class tagger final : public event_operator {
public:
  explicit tagger(std::string to) : to_(std::move(to)) {}
  void apply(const event_view& in, event_output& out) override { out.put({to_, in.time_ns, in.record}); }

private:
  std::string to_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(taken_tags_of_an_intake, intake_fixture)

BOOST_AUTO_TEST_CASE(drop_and_count_by_tag_what_no_sink_takes) {
  auto in = made();
  put_line(in, "a.x", "one");
  put_line(in, "c", "two");
  put_line(in, "a.x", "three");
  in.event({"d", 1, record("n", 1)});
  in.event({"b", 1, record("n", 2)});
  const auto entries = entry_of(1, record("n", 3)) + entry_of(2, record("n", 4));
  in.entries("c", entries, 2);
  in.entries("b", entries, 2);
  in.covered("s", 0, 9);
  // What is dropped does not part its neighbours, and it is covered.
  BOOST_TEST((builder.positions().size() == 1 && builder.positions().front().end == 9));
  BOOST_TEST((sections() == sections_of{{"a.x", 2}, {"b", 3}}));
  BOOST_TEST((counts.no_sink.all() == counts_by_name{{"c", 3}, {"d", 1}}));
  BOOST_TEST(counts.dropped.of("no sink") == 4U);
}

BOOST_AUTO_TEST_CASE(it_is_the_tag_behind_the_operators_that_counts) {
  settings.operators = {[](const plugin_context&) { return std::make_unique<tagger>("b"); }};
  auto in = made();
  put_line(in, "c", "one");
  in.entries("c", entry_of(1, record("n", 3)), 1);
  BOOST_TEST(counts.no_sink.empty());
  BOOST_TEST((sections() == sections_of{{"b", 2}}));
  settings.operators = {[](const plugin_context&) { return std::make_unique<tagger>("c"); }};
  auto other = made();
  put_line(other, "b", "one");
  BOOST_TEST((counts.no_sink.all() == counts_by_name{{"c", 1}}));
}

BOOST_AUTO_TEST_CASE(without_patterns_all_is_taken) {
  settings.wanted = {};
  auto in = made();
  put_line(in, "c", "one");
  BOOST_TEST(counts.dropped.empty());
  BOOST_TEST((sections() == sections_of{{"c", 1}}));
}

BOOST_AUTO_TEST_CASE(what_must_parse_and_does_not_is_a_dead_letter_whatever_its_tag) {
  settings.parse.emplace();
  settings.parse->parser.format = line_format::json;
  settings.parse->on_error = parse_failure::dead_letter;
  auto in = made();
  put_line(in, "c", "no json");
  put_line(in, "c", "{\"a\":1}");
  BOOST_TEST(letters.all.size() == 1U);
  BOOST_TEST((counts.no_sink.all() == counts_by_name{{"c", 1}}));
}

BOOST_AUTO_TEST_CASE(tags_without_end_take_no_room_without_end) {
  auto in = made();
  for (int i = 0; i < 5000; ++i) in.event({"c." + std::to_string(i), 1, record("n", 1)});
  in.event({"b", 1, record("n", 1)});
  BOOST_TEST(counts.no_sink.all().size() == 1001U);
  BOOST_TEST(counts.no_sink.of("(others)") == 4000U);
  BOOST_TEST((sections() == sections_of{{"b", 1}}));
}

BOOST_AUTO_TEST_CASE(what_no_sink_takes_is_told_once_a_minute) {
  auto report = untaken_report{};
  auto counts_now = bounded_counts{};
  const auto begin = monotonic_time{1h};
  BOOST_TEST(report.text(counts_now, begin, true) == "");
  counts_now.add("c", 1);
  BOOST_TEST(report.text(counts_now, begin, false) == "dropped 1 event that the \"match\" of no sink takes: c 1");
  for (const auto* tag : {"b", "c", "c", "d", "e", "f", "g"}) counts_now.add(tag, 1);
  counts_now.add("a", 7);
  BOOST_TEST(report.text(counts_now, begin + 59s, false) == "");
  BOOST_TEST(report.text(counts_now, begin + 60s, false)
             == "dropped 14 events that the \"match\" of no sink takes: a 7, c 2, b 1, d 1, e 1 and 2 more");
  BOOST_TEST(report.text(counts_now, begin + 1h, false) == "");
  counts_now.add("a", 1);
  BOOST_TEST(report.text(counts_now, begin + 1h, true).ends_with("a 1"));
  counts_now.add("a", 1);
  BOOST_TEST(report.text(counts_now, begin + 1h, true).ends_with("a 1"));
}

BOOST_AUTO_TEST_SUITE_END()
