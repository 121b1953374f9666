/// Events that are found by what they say: lines from the ends of files, and what of several findings is one event.
#include "cli/tell/trace_find.hpp"
#include "cli/tell/trace_find_lines.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace weir;
using cli::trace_finding;

namespace {

auto hop_at(std::string component, std::string tier, std::string state, std::string at = {}) -> cli::trace_hop {
  auto h = cli::trace_hop{};
  h.node = "one";
  h.component = std::move(component);
  h.tier = std::move(tier);
  h.mood = "flows";
  h.state = std::move(state);
  h.at = std::move(at);
  return h;
}

auto finding(std::string component, std::string place, std::string text, cli::trace_hop hop) -> trace_finding {
  return {"one", std::move(component), std::move(place), "app", std::move(text), 0, {}, {std::move(hop)}};
}

auto traced(trace_finding f, std::uint64_t position) -> trace_finding {
  f.target.source = "collector/logs";
  f.target.stream.key = {1, 2, 3};
  f.target.position = position;
  return f;
}

auto line_at(std::uint64_t position, const std::string& text) -> trace_finding {
  return traced(finding("logs", "/a.log:" + std::to_string(position), text, hop_at("logs", "collector", "read")), position);
}

struct text_file {
  test::temporary_directory dir;
  std::string path = dir / "a.log";

  void write(const std::string& content) const { std::ofstream{path, std::ios::binary} << content; }
  auto found(const std::string& text, std::size_t most = 20, std::uint64_t bytes_max = UINT64_MAX) const -> cli::found_lines {
    return cli::find_lines(path, {text, most, bytes_max, monotonic_time::max()});
  }
};

auto offsets_of(const cli::found_lines& found) -> std::string {
  auto text = std::string{};
  for (const auto& l : found.lines) text += std::to_string(l.offset) + ':' + l.text + ' ';
  return text + (found.has_more ? "+" : "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(trace_find)

BOOST_FIXTURE_TEST_CASE(the_last_lines_with_a_text_come_first, text_file) {
  write("a needle\nhay\nneedle needle\r\nhay\nlast needle");
  BOOST_TEST(offsets_of(found("needle")) == "32:last needle 13:needle needle 0:a needle ");
  BOOST_TEST(offsets_of(found("needle", 2)) == "32:last needle 13:needle needle +");
  BOOST_TEST(offsets_of(found("nothing")) == "");
  BOOST_TEST(offsets_of(found("", 2)) == "28:hay 13:needle needle +"); // the last line is not whole yet
  BOOST_TEST(found("a needle", 20, 20).left_bytes == 23U);
  BOOST_TEST(cli::find_lines(dir / "none", {}).lines.empty());
}

BOOST_FIXTURE_TEST_CASE(a_line_over_the_border_of_two_blocks_is_found_once, text_file) {
  constexpr auto block = std::size_t{1} << 20;
  for (const auto behind : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{6}, std::size_t{7}, std::size_t{20}}) {
    auto content = std::string(3 * block, 'x');
    for (std::size_t i = 99; i < content.size(); i += 100) content[i] = '\n';
    const auto at = content.size() - block - behind;
    content.replace(at, 6, "needle");
    write(content);
    const auto lines = found("needle");
    BOOST_TEST_REQUIRE(lines.lines.size() == 1U, behind);
    BOOST_TEST(lines.lines.front().offset <= at);
    BOOST_TEST(lines.lines.front().text.find("needle") != std::string::npos);
    BOOST_TEST(lines.left_bytes == 0U);
  }
}

BOOST_AUTO_TEST_CASE(what_is_at_one_place_is_one_event) {
  auto buffered = traced(finding("core", "event 3 of chunk ab/7", "{\"message\":\"hello\"}", hop_at("core", "source_aggregator", "waits")), 40);
  buffered.hops.clear();
  buffered.time_ns = 5;
  auto all = std::vector{buffered, line_at(40, "hello"), line_at(50, "hello")};
  cli::join_findings(all);
  BOOST_TEST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].place == "/a.log:40");
  BOOST_TEST(all[0].text == "hello");
  BOOST_TEST(all[0].time_ns == 5);
  BOOST_TEST(all[1].place == "/a.log:50");
}

BOOST_AUTO_TEST_CASE(a_letter_goes_with_its_line) {
  auto all = std::vector{finding("logs", "letter logs:0", "bad", hop_at("logs", "collector", "dead letter")), line_at(0, "bad"), line_at(9, "bad too")};
  cli::join_findings(all);
  BOOST_TEST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].place == "/a.log:0");
  BOOST_TEST(all[0].hops.size() == 2U);
  BOOST_TEST(all[1].hops.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_row_of_a_line_that_is_stored_is_left_out_once_for_each_line) {
  const auto row = [](int number) {
    return finding("rows", "row " + std::to_string(number), "{\"message\":\"say \\\"hi\\\"\"}", hop_at("rows", "sink", "stored"));
  };
  auto line = line_at(0, "say \"hi\"");
  line.hops.push_back(hop_at("rows", "sink", "stored"));
  auto waits = line_at(50, "say \"hi\"");
  waits.hops.push_back(hop_at("rows", "sink", "waits"));
  auto all = std::vector{line, waits, row(1), row(2)};
  cli::leave_out_rows_of_lines(all);
  BOOST_TEST_REQUIRE(all.size() == 3U); // the other row is of a line that is not among these
  BOOST_TEST(all[2].place == "row 2");
}

BOOST_AUTO_TEST_CASE(a_record_is_of_a_line_that_has_all_it_says) {
  const auto* const line = R"({"level": "info", "n": 12345, "in": {"x": 0.5}, "message": "say \"hi\" to it"})";
  BOOST_TEST(cli::may_be_of_line(R"({"level":"info","n":12345,"in":{"x":0.5},"message":"say \"hi\" to it"})", line));
  BOOST_TEST(!cli::may_be_of_line(R"({"level":"info","n":12346,"in":{"x":0.5},"message":"say \"hi\" to it"})", line));
  BOOST_TEST(!cli::may_be_of_line(R"({"level":"info"})", line)); // nearly nothing of it
  BOOST_TEST(!cli::may_be_of_line("{}", line));
  const auto* const access = R"(10.0.0.1 - - [22/Nov/2026:15:04:05 +0000] "GET /shop HTTP/1.1" 200 512)";
  BOOST_TEST(cli::may_be_of_line(R"({"remote":"10.0.0.1","method":"GET","path":"/shop","status":200,"bytes":512})", access));
  BOOST_TEST(cli::may_be_of_line(R"({"message":"plain \"text\""})", R"(plain "text")"));
}

BOOST_AUTO_TEST_CASE(the_newest_come_first_and_what_nobody_has_read_before_all) {
  auto stored = line_at(10, "stored");
  stored.hops.push_back(hop_at("rows", "sink", "stored", "2026-11-22T15:04:05Z"));
  auto old = finding("rows", "row 1", "old", hop_at("rows", "sink", "stored"));
  old.time_ns = 1;
  auto all = std::vector{old, stored, line_at(20, "unread"), line_at(30, "unread too")};
  cli::put_in_order(all);
  auto order = std::string{};
  for (const auto& f : all) order += f.text + ' ';
  BOOST_TEST(order == "unread too unread stored old ");
}

BOOST_AUTO_TEST_CASE(findings_go_from_node_to_node) {
  auto all = cli::trace_findings{{line_at(7, "a \"line\""), finding("rows", "row 1", "{}", hop_at("rows", "sink", "stored", "2026-11-22T15:04:05Z"))},
                                 {"what was not"},
                                 true};
  all.all[1].time_ns = 42;
  const auto text = cli::line_of([&](msgpack_writer& to) { cli::write_findings(to, all); });
  const auto document = cli::json_document::read(text);
  BOOST_TEST_REQUIRE(bool{document});
  auto read = cli::trace_findings{};
  cli::read_findings(document->root(), read);
  BOOST_TEST_REQUIRE(read.all.size() == 2U);
  BOOST_TEST(read.all[0].is_traced());
  BOOST_TEST(read.all[0].target.position == 7U);
  BOOST_TEST(read.all[0].text == "a \"line\"");
  BOOST_TEST(!read.all[1].is_traced());
  BOOST_TEST(read.all[1].time_ns == 42);
  BOOST_TEST(read.all[1].hops.front().at == "2026-11-22T15:04:05Z");
  BOOST_TEST(read.has_more);
  BOOST_TEST(read.limits.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
