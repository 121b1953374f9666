#include "cli/data_hints.hpp"
#include "cli/figures.hpp"
#include "cli/status/node_status.hpp"
#include "runtime/base/utf8.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

auto actor(std::string component, std::string tier, std::string type) -> observation {
  auto o = observation{};
  o.address = "edge-1/" + tier + '/' + component;
  o.component = std::move(component);
  o.tier = std::move(tier);
  o.type = std::move(type);
  o.state = "running";
  return o;
}

/// A collector that moved 1000 events in half a second, and a sink whose store fails.
auto sample() -> cli::node_status {
  auto s = cli::node_status{{"shop", "edge-1", "0.1.0", 42}, 90s, 5'000'000'000, {"edge-1", {}, {}, {}}, {}, 500ms};
  auto logs = actor("logs", "collector", "tail");
  logs.detail = "2 files";
  logs.events_in = 1000;
  logs.bytes_in = 4096;
  s.before.push_back(logs);
  logs.events_in = 2000;
  logs.bytes_in = 8192;
  logs.events_out = 1500;
  logs.events_held = 490;
  logs.bytes_held = 2048;
  logs.demand_held = 1 << 20;
  logs.delay_ns = 1'500'000'000;
  logs.dropped = {{"line too long", 10}};
  logs.dead_letters = {{"web", 4}};
  logs.no_sink = {{"debug", 2}};
  logs.noted = {{"time not read", 7}};
  logs.problems = {"/no/*.log matches nothing"};
  logs.files = {{"/a.log", 3, 10, 1'500'000'000, ""}};
  auto files = actor("files", "sink", "file");
  files.state = "retrying";
  files.last_error = "no\nspace left";
  files.last_error_ns = 2'000'000'000;
  files.senders = {"edge-1/collector/logs", "edge-2/collector/logs"};
  s.before.push_back(files);
  s.seen.actors = {logs, files};
  s.seen.links = {{"core-1", true, false, 2'000'000'000, 1'000'000'000, "connection refused"},
                  {"edge-2", false, true, 3'000'000'000, 4'900'000'000, ""}};
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(status_text)

BOOST_AUTO_TEST_CASE(the_tree_shows_tiers_components_and_actors_with_what_is_out_of_the_ordinary) {
  BOOST_TEST(cli::status_text(sample()) == R"(node edge-1 of cluster shop, weir 0.1.0, pid 42, up 1m30s: degraded
  node core-1 is not connected: connection refused
  edge-1/collector/logs: /no/*.log matches nothing
  edge-1/sink/files: it tries again: no?space left
nodes that it sends to
  core-1: not connected for 3.0s, heard of last 4.0s ago: connection refused
nodes that send to it
  edge-2: connected for 2.0s
                           state     events in     /s  bytes in       /s  events out  buffered  granted  to send  delay
collectors
  logs (tail)
    edge-1/collector/logs  running       2,000  2,000   8.0 KiB  8.0 KiB       1,500   2.0 KiB      0 B  1.0 MiB   1.5s
      2 files
      unread: 7 B of /a.log, last event of 3.5s ago
      time not read: 7
      dropped: 10 line too long
      dead letters: 4 web
      no sink takes: debug 2
sinks
  files (file)
    edge-1/sink/files      retrying          0      0       0 B      0 B           0       0 B      0 B      0 B      0
      fed by edge-1, edge-2
      last error, 3.0s ago: no?space left
)");
}

BOOST_AUTO_TEST_CASE(it_begins_with_how_the_whole_system_does_if_that_is_known) {
  auto s = sample();
  s.told = "Sink files stores 0/s; 1 before it waits.";
  BOOST_TEST(cli::status_text(s).starts_with("Sink files stores 0/s; 1 before it waits.\nnode edge-1 of cluster shop"));
}

BOOST_AUTO_TEST_CASE(accounts_that_do_not_balance_are_said) {
  auto s = sample();
  s.seen.actors.front().events_out += 1;
  BOOST_TEST(!is_balanced(s.seen.actors.front()));
  BOOST_TEST(cli::status_text(s).find("  edge-1/collector/logs: the accounts do not balance\n") != std::string::npos);
  BOOST_TEST(cli::status_json(s).find(R"("balanced":false)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(accounts_balance_or_not_also_while_somebody_does_not_answer) {
  auto s = sample();
  auto& silent = s.seen.actors.back();
  silent.answers = false;
  silent.state = "not answering";
  silent.problems = {"it has not answered for 31s"};
  BOOST_TEST((cli::balance_of(s.seen) == true));
  BOOST_TEST(cli::status_text(s).find("  edge-1/sink/files: it has not answered for 31s\n") != std::string::npos);
  s.seen.actors.front().events_in += 1;
  BOOST_TEST((cli::balance_of(s.seen) == false));
  BOOST_TEST((cli::balance_of({"edge-1", "request timed out", {}, {}}) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(health_is_the_worst_of_what_is_found_with_the_reasons) {
  auto well = node::node_report{"edge-1", {}, {actor("logs", "collector", "tail")}, {}};
  BOOST_TEST((cli::judge(well).state == cli::health::ok));
  BOOST_TEST(cli::judge(well).reasons.empty());
  well.links = {{"edge-2", false, false, 1, 1, {}}}; // came and went
  BOOST_TEST((cli::judge(well).state == cli::health::ok));
  auto late = well;
  late.actors.front().delay_ns = 31'000'000'000;
  BOOST_TEST((cli::judge(late).state == cli::health::ok));
  BOOST_TEST((cli::judge(late, 31s).state == cli::health::ok));
  BOOST_TEST(cli::judge(late, 30s).reasons.at(0) == "edge-1/collector/logs: holds what is 31.0s old, more than 30s");
  auto broken = well;
  broken.actors.front().state = "restarting";
  broken.actors.front().problems = {"it failed and starts again: out of luck"};
  BOOST_TEST((cli::judge(broken).state == cli::health::failed));
  BOOST_TEST((cli::judge({"edge-1", "request timed out", {}, {}}).state == cli::health::failed));
  // A node that cannot be reached is not connected, which degrades those who send to it.
  well.links = {{"core-1", true, false, 1, 0, "connection refused"}};
  const auto all = cli::judge_all({well, {"core-1", "connection refused", {}, {}}});
  BOOST_TEST((all.state == cli::health::degraded));
  BOOST_TEST(cli::check_text("edge-1", all) == "node edge-1: degraded\n  node core-1 is not connected: connection refused\n");
  BOOST_TEST(cli::check_text("edge-1", {}) == "node edge-1: ok\n");
}

BOOST_AUTO_TEST_CASE(json_has_every_figure_under_its_documented_key) {
  BOOST_TEST(
      cli::status_json(sample())
      == R"({"node":"edge-1","cluster":"shop","version":"0.1.0","pid":42,"uptime_seconds":90.0,)"
         R"("health":"degraded","reasons":["node core-1 is not connected: connection refused",)"
         R"("edge-1/collector/logs: /no/*.log matches nothing","edge-1/sink/files: it tries again: no\nspace left"],)"
         R"("scaled":{},"balanced":true,"links":[{"node":"core-1","dialled":true,"connected":false,)"
         R"("since":"1970-01-01T00:00:02.000000000Z","heard_at":"1970-01-01T00:00:01.000000000Z",)"
         R"("problem":"connection refused"},{"node":"edge-2","dialled":false,"connected":true,)"
         R"("since":"1970-01-01T00:00:03.000000000Z","heard_at":"1970-01-01T00:00:04.900000000Z","problem":""}],)"
         R"("actors":[{"address":"edge-1/collector/logs","component":"logs",)"
         R"("tier":"collector","type":"tail","state":"running","detail":"2 files","events_in":2000,)"
         R"("bytes_in":8192,"events_out":1500,"bytes_out":0,"events_held":490,"bytes_held":2048,)"
         R"("demand_granted":0,"demand_held":1048576,"delay_seconds":1.5,"unparsed":0,"damaged":0,"restarts":0,)"
         R"("busy_seconds":0.0,"cpu_seconds":0.0,"mailbox":0,"sent_unsure":0,"busy_with":"","busy_with_seconds":0.0,)"
         R"("last_error":"","last_error_at":"","answers":true,"seen_at":"","problems":["/no/*.log matches nothing"],)"
         R"("dropped":{"line too long":10},"dead_letters":{"web":4},"no_sink":{"debug":2},"noted":{"time not read":7},"tagged":{},"tagged_bytes":{},"senders":[],"senders_left_out":0,"links_left_out":0,"links":[],)"
         R"("files_left_out":0,"files":[{"path":"/a.log","offset":3,"size":10,"unread_bytes":7,)"
         R"("last_event_at":"1970-01-01T00:00:01.500000000Z","problem":""}]},{"address":"edge-1/sink/files",)"
         R"("component":"files","tier":"sink","type":"file","state":"retrying","detail":"",)"
         R"("events_in":0,"bytes_in":0,"events_out":0,"bytes_out":0,"events_held":0,"bytes_held":0,)"
         R"("demand_granted":0,"demand_held":0,"delay_seconds":0.0,"unparsed":0,"damaged":0,"restarts":0,)"
         R"("busy_seconds":0.0,"cpu_seconds":0.0,"mailbox":0,"events_repeated":0,"forgotten_id_seconds":0.0,"commit_seconds":{"count":0,"sum":0.0,"p50":0.0,"p99":0.0,"max":0.0},)"
         R"("retries":0,"arrival_seconds":{"count":0,"sum":0.0,"p50":0.0,"p99":0.0,"max":0.0},)"
         R"("stored_seconds":{"count":0,"sum":0.0,"p50":0.0,"p99":0.0,"max":0.0},"busy_with":"","busy_with_seconds":0.0,)"
         R"("last_error":"no\nspace left","last_error_at":"1970-01-01T00:00:02.000000000Z","answers":true,)"
         R"("seen_at":"","problems":[],"dropped":{},"dead_letters":{},"no_sink":{},"noted":{},"tagged":{},"tagged_bytes":{},"senders":["edge-1/collector/logs","edge-2/collector/logs"],)"
         R"("senders_left_out":0,"links_left_out":0,"links":[],)"
         R"("files_left_out":0,"files":[]}]})"
         "\n");
}

BOOST_AUTO_TEST_CASE(the_cluster_shows_each_node_or_why_it_cannot_be_reached) {
  const auto s = sample();
  const auto reports =
      std::vector<node::node_report>{{"edge-1", "", s.seen.actors, s.seen.links}, {"core-1", "connection refused", {}, {}}};
  const auto text = cli::cluster_text(s, reports);
  BOOST_TEST(text.starts_with(cli::status_text(s)));
  BOOST_TEST(text.ends_with("\nnode core-1: no figures: connection refused\n"));
  BOOST_TEST(cli::cluster_json(s, reports)
                 .ends_with(R"({"node":"core-1","problem":"connection refused","health":"failed",)"
                            R"("reasons":["node core-1: connection refused"],"balanced":null,"links":[],"actors":[]}]})"
                            "\n"));
}

BOOST_AUTO_TEST_CASE(the_live_status_has_a_line_for_each_tier_and_the_last_errors) {
  const auto expected = std::vector<std::string>{
      "edge-1: up 1m30s, 2,000 events in, 0 stored, degraded",
      "            state     events/s  delay  buffered  bytes/s   demand",
      "collectors  running      2,000   1.5s   2.0 KiB  8.0 KiB  1.0 MiB",
      "sinks       retrying         0      0       0 B      0 B      0 B",
      "node core-1 is not connected: connection refused",
      "edge-1/collector/logs: /no/*.log matches nothing",
      "edge-1/sink/files: it tries again: no?space left",
  };
  const auto lines = cli::live_lines(sample(), {79, 16});
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_live_status_says_who_is_stuck_and_has_a_line_for_each_component_where_there_is_room) {
  auto s = sample();
  s.stuck = "Sink files stores 0/s; 1 before it waits.";
  const auto lines = cli::live_lines(s, {79, 40});
  BOOST_TEST(lines.at(1) == s.stuck);
  BOOST_TEST(lines.at(4) == "  logs      running      2,000   1.5s   2.0 KiB  8.0 KiB  1.0 MiB");
  BOOST_TEST(lines.at(6) == "  files     retrying         0      0       0 B      0 B      0 B");
}

BOOST_AUTO_TEST_CASE(the_live_status_fits_whatever_the_size) {
  for (std::size_t width = 1; width < 100; ++width)
    for (std::size_t height : {1, 2, 5, 24, 80}) {
      const auto lines = cli::live_lines(sample(), {width, height});
      BOOST_TEST(lines.size() <= std::max<std::size_t>(height - 1, 1));
      for (const auto& line : lines) BOOST_TEST(line.size() <= width);
    }
}

BOOST_AUTO_TEST_CASE(the_live_status_keeps_rate_and_delay_when_it_is_narrow) {
  BOOST_TEST(cli::live_lines(sample(), {45, 24})[1] == "            state     events/s  delay");
  BOOST_TEST(cli::live_lines(sample(), {30, 24})[1] == "            events/s  delay");
  auto s = sample();
  s.seen.actors.push_back(actor("core", "destination_aggregator", "aggregator"));
  const auto lines = cli::live_lines(s, {30, 12});
  BOOST_TEST(lines[1] == "               events/s  delay");
  BOOST_TEST(lines[3] == "destination a  0             0");
}

BOOST_AUTO_TEST_CASE(the_live_status_cuts_no_character_and_counts_columns) {
  auto s = sample();
  s.seen.actors.front().problems = {"/protokolle/größe/日志.log: ключ"};
  const auto whole = cli::live_lines(s, {200, 16})[5];
  for (auto width = columns_taken_by(whole); width > 0; --width) {
    const auto lines = cli::live_lines(s, {width, 16});
    const auto line = lines[lines.size() - 2];
    BOOST_TEST(columns_taken_by(line) == width);
    BOOST_TEST(whole.starts_with(line));
    BOOST_TEST(cli::printable(line) == line); // no half of a character
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_a_terminal_may_obey_is_printed) {
  BOOST_TEST(cli::printable("a\x1b[2J\x7f\r\n") == "a?[2J???");
  BOOST_TEST(cli::printable("\xc2\x9b" "2J") == "?2J");  // CSI of C1
  BOOST_TEST(cli::printable("\x9b" "2J \xc3") == "?2J ?"); // no UTF-8
  BOOST_TEST(cli::printable("größe 日") == "größe 日");
}

BOOST_AUTO_TEST_CASE(figures_are_short) {
  BOOST_TEST(cli::count_text(0) == "0");
  BOOST_TEST(cli::count_text(999) == "999");
  BOOST_TEST(cli::count_text(1000) == "1,000");
  BOOST_TEST(cli::count_text(18446744073709551615U) == "18,446,744,073,709,551,615");
  BOOST_TEST(cli::size_text(1023) == "1023 B");
  BOOST_TEST(cli::size_text(1024) == "1.0 KiB");
  BOOST_TEST(cli::size_text(1024 * 1024 - 1) == "1.0 MiB");
  BOOST_TEST(cli::size_text(1e20) == "88817.8 PiB");
  BOOST_TEST(cli::rate_text(0) == "0/s");
  BOOST_TEST(cli::rate_text(0.001) == "<0.01/s");
  BOOST_TEST(cli::rate_text(1204.3) == "1.2k/s");
  BOOST_TEST(cli::short_text(9.996) == "10");
  BOOST_TEST(cli::short_text(99.96) == "100");
  BOOST_TEST(cli::short_text(999.4) == "999");
  BOOST_TEST(cli::short_text(38'123'456) == "38.1M");
  BOOST_TEST(cli::many(1, "node", "nodes") == "1 node");
  BOOST_TEST(cli::many(1200, "node", "nodes") == "1,200 nodes");
  BOOST_TEST(cli::age_text(0s) == "0");
  BOOST_TEST(cli::age_text(-5s) == "0");
  BOOST_TEST(cli::age_text(950us) == "950us");
  BOOST_TEST(cli::age_text(59'999ms) == "59.9s");
  BOOST_TEST(cli::age_text(60s) == "1m00s");
  BOOST_TEST(cli::age_text(26h) == "1d02h");
}

BOOST_AUTO_TEST_CASE(the_hints_name_each_store_and_a_query) {
  auto written = [](const std::string& path) {
    auto scalar = config::value{};
    scalar.type = config::value::kind::scalar;
    scalar.scalar = path;
    auto map = config::value{};
    map.type = config::value::kind::map;
    map.members.push_back({"path", {}, scalar});
    return map;
  };
  auto files = component_plan{};
  files.name = "files";
  files.in = tier::sink;
  files.type = "file";
  files.written = written("out dir/{tag}/%Y.jsonl");
  auto db = files;
  db.name = "db";
  db.type = "sqlite";
  db.written = written("weir.db");
  BOOST_TEST(cli::data_hints({&files})
             == "data:   out dir/{tag}/%Y.jsonl  (files, file)\n"
                "try:    find 'out dir' -type f -exec tail -n 3 {} +\n"
                "stop:   Ctrl-C stores what was read and ends\n");
  BOOST_TEST(cli::data_hints({&files, &db})
                 .find("try:    sqlite3 weir.db 'select tag, count(*) from \"events\" group by tag")
             != std::string::npos);
  BOOST_TEST(cli::data_hints({}).empty());
}

BOOST_AUTO_TEST_CASE(what_runs_in_another_number_than_the_file_says_has_both_behind_its_name) {
  auto s = sample();
  s.seen.actors.push_back(actor("core", "destination_aggregator", "aggregator"));
  BOOST_TEST(cli::status_text(s).find("\n  core\n") != std::string::npos);
  s.scaled = {{"core", {2, 4}}};
  BOOST_TEST(cli::status_text(s).find("\n  core, instances 4 (file: 2)\n") != std::string::npos);
  BOOST_TEST(cli::status_json(s).find(R"("scaled":{"core":{"instances":4,"file":2}})") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
