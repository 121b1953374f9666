#include "cli/top/http_client.hpp"
#include "cli/top/picture.hpp"
#include "cli/top/plain.hpp"
#include "runtime/base/utf8.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using cli::key;
using cli::key_kind;

namespace {

constexpr auto graph = R"({"node":"core-1","cluster":"shop","version":"0.1.0","at":"2026-11-30T20:24:03.123456789Z","partial":[],
 "health":"degraded","reasons":["core-1/sink/archive: it tries again: disk full"],
 "headline":{"mood":"waits","text":"Sink archive stores 0/s (disk full); 2 before it wait. 9.2k/s come in, archive stores 0/s.",
             "more":["core-1/sink/archive: it tries again: disk full"]},
 "components":[
  {"component":"nginx","tier":"collector","type":"tail","mood":"waits","state":"2 of 3 waiting","nodes":["edge-1","edge-2","edge-3"],
   "from":[],"to":["core"],"waits_for":["core"],"problems":[],"actors":3,"events_in":123456,"events_out":120000,"events_held":3456,
   "bytes_held":1048576,"dropped":0,"restarts":0,"demand_held":0,"demand_granted":0,"events_in_per_second":9200.0,
   "bytes_in_per_second":1000.0,"events_out_per_second":9100.0,"bytes_out_per_second":900.0,"delay_seconds":1.5},
  {"component":"docker","tier":"collector","type":"forward","mood":"rests","state":"at rest","nodes":["edge-1"],"from":[],"to":["core"],
   "waits_for":[],"problems":[],"actors":1,"events_in":5,"events_out":5,"events_held":0,"delay_seconds":0.0},
  {"component":"core","tier":"destination_aggregator","type":"aggregator","mood":"waits","state":"waiting","nodes":["core-1"],
   "from":["nginx","docker"],"to":["archive"],"waits_for":["archive"],"problems":[],"actors":1,"events_held":98765,"delay_seconds":75.0,
   "events_in_per_second":9100.0,"events_out_per_second":0.0},
  {"component":"archive","tier":"sink","type":"file","mood":"tries","state":"in trouble","nodes":["core-1"],"from":["core"],"to":[],
   "waits_for":[],"problems":["disk full"],"actors":1,"events_held":1000,"dropped":7,"delay_seconds":80.0}]})";

constexpr auto actors = R"({"actors":[{"node":"core-1","events_in_per_second":9100.0,"events_out_per_second":0.0,
 "actor":{"address":"core-1/sink/archive","component":"archive","tier":"sink","type":"file","state":"retrying","answers":true,
  "busy_with":"commit","busy_with_seconds":12.0,"busy_seconds":30.5,"events_held":1000,"delay_seconds":80.0,"mailbox":3,"restarts":2,
  "commit_seconds":{"count":4,"sum":1.0,"p50":0.2,"p99":0.9,"max":1.0},"dropped":{"too old":7},
  "last_error":"disk full","problems":["disk full"],"links":[],"files":[{"path":"/a.log","unread_bytes":7,"problem":""}]}}]})";

constexpr auto accounts = R"({"sources":[{"component":"nginx","accepted":100,"settled":80,"in_flight":13,"dropped":7,"difference":0,"reasons":{"too old":7}}],
 "total":{"accepted":100,"settled":80,"in_flight":13,"dropped":7,"difference":0,"reasons":{"too old":7}},
 "source_aggregators":[],"destination_aggregators":[],"sinks":[{"component":"archive","accepted":5,"settled":3,"in_flight":1,"dropped":0,"difference":1,"reasons":{}}]})";

constexpr auto log = R"({"entries":[{"seq":1,"at":"2026-11-30T20:24:01.000000000Z","level":"info","text":"it runs"},
 {"seq":2,"at":"2026-11-30T20:24:02.000000000Z","level":"error","text":"disk\u001b[2J full"}],"first":1,"next":3})";

auto sample() -> cli::top_figures {
  auto made = cli::top_figures{};
  made.from = "node shop.core-1";
  BOOST_REQUIRE(cli::read_graph(graph, made));
  BOOST_REQUIRE(cli::read_actors(actors, 0, made));
  BOOST_REQUIRE(cli::read_accounts(accounts, made));
  BOOST_REQUIRE(cli::read_log(log, made));
  return made;
}

auto lines_of(const cli::top_picture& made) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& line : made.lines) {
    auto text = line.text();
    text.erase(text.find_last_not_of(' ') + 1);
    all.push_back(text);
  }
  return all;
}

auto text_of(const cli::top_picture& made) -> std::string {
  auto text = std::string{};
  for (const auto& line : lines_of(made)) text += line + '\n';
  return text;
}

auto has(const std::string& text, const std::string& part) -> bool { return text.find(part) != std::string::npos; }

/// Looks, presses, looks again: as the terminal does.
struct viewer {
  cli::top_figures figures = sample();
  cli::top_state state = {};
  cli::screen_size size = {80, 24};

  auto picture() const -> cli::top_picture { return cli::draw_top(figures, state, {true}, size); }
  auto text() const -> std::string { return text_of(picture()); }
  void press(const key& k) { state.on(k, picture().rows); }
  void press(key_kind k) { press(key{k, {}}); }
  void type(std::string_view characters) {
    for (const auto c : characters) press(key{key_kind::character, std::string{c}});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(top)

BOOST_AUTO_TEST_CASE(at_80_by_24_the_sentence_and_who_waits_for_whom_are_there) {
  const auto shown = viewer{}.text();
  for (const auto* part : {"weir top  core-1 of shop", "20:24:03 UTC  degraded", "◐ Sink archive stores 0/s (disk full); 2 before it wait.", "1 Flow",
                           "COMPONENT", "collectors\n", "nginx", "◐ 2 of 3 waiting", "9.2k/s", "1m20s", "▲ in trouble", "sinks\n", "q quit"})
    BOOST_TEST(has(shown, part), part << " in\n" << shown);
  BOOST_TEST(has(shown, "WAITS FOR"), shown);
}

BOOST_AUTO_TEST_CASE(at_200_by_50_there_is_room_for_what_is_wrong_types_and_nodes) {
  auto by = viewer{};
  by.size = {200, 50};
  const auto shown = by.text();
  for (const auto* part : {"WHAT IS WRONG", "NODES", "3 nodes", "TYPE", "forward", "DROPPED", "it tries again: disk full"})
    BOOST_TEST(has(shown, part), part << " in\n" << shown);
}

BOOST_AUTO_TEST_CASE(at_40_by_10_the_sentence_and_names_and_what_goes_out_are_left) {
  auto by = viewer{};
  by.size = {40, 10};
  const auto shown = by.text();
  for (const auto* part : {"◐ Sink archive stores 0/s", "COMPONENT", "nginx", "OUT"}) BOOST_TEST(has(shown, part), part << " in\n" << shown);
}

BOOST_AUTO_TEST_CASE(whatever_the_size_it_has_as_many_lines_and_none_is_wider) {
  auto by = viewer{};
  auto states = std::vector<cli::top_state>(8);
  for (std::size_t i = 0; i < 4; ++i) states[i].view = cli::top_views[i];
  states[4].shows_help = true;
  states[5].look().open = "nginx";
  states[6].is_typing = true;
  states[7].view = cli::top_view::actors;
  states[7].look().open = "core-1/sink/archive";
  for (const auto& state : states)
    for (std::size_t width : {1, 2, 3, 7, 20, 40, 79, 80, 81, 132, 400})
      for (std::size_t height : {1, 2, 3, 4, 5, 6, 7, 10, 16, 24, 50, 200}) {
        by.state = state;
        by.size = {width, height};
        const auto made = by.picture();
        BOOST_TEST(made.lines.size() == height);
        for (const auto& line : made.lines) {
          BOOST_TEST(line.columns() <= width);
          BOOST_TEST(columns_taken_by(line.text()) == line.columns());
        }
      }
}

BOOST_AUTO_TEST_CASE(while_nothing_was_told_it_says_whom_it_asks_and_when_nobody_answers_why) {
  auto by = viewer{};
  by.figures = {};
  by.figures.from = "node shop.core-1";
  BOOST_TEST(has(by.text(), "asking node shop.core-1"));
  by.figures = sample();
  by.figures.trouble = "node shop.core-1: cannot connect";
  by.figures.age_seconds = 5;
  const auto shown = by.text();
  BOOST_TEST(has(shown, "✕ node shop.core-1: cannot connect; this is what it was 5.0s ago"), shown);
  BOOST_TEST(has(shown, "no answer"));
  BOOST_TEST(has(shown, "nginx"));
}

BOOST_AUTO_TEST_CASE(keys_go_from_view_to_view_and_rows_are_chosen_opened_and_left) {
  auto by = viewer{};
  by.size = {80, 40};
  by.type("2");
  BOOST_TEST(has(by.text(), "core-1/sink/archive"));
  BOOST_TEST(has(by.text(), "▲ retrying"));
  by.press(key_kind::enter);
  for (const auto* part : {"commit seconds        p50 200ms, p99 900ms, max 1.0s of 4", "dropped               too old 7", "/a.log: 7 B unread"})
    BOOST_TEST(has(by.text(), part), by.text());
  by.press(key_kind::escape);
  BOOST_TEST(!has(by.text(), "p99"));
  by.press(key_kind::tab);
  BOOST_TEST((by.state.view == cli::top_view::accounts));
  BOOST_TEST(has(by.text(), "DIFFERENCE"));
  by.press(key_kind::back_tab);
  by.press(key_kind::back_tab);
  BOOST_TEST((by.state.view == cli::top_view::flow));
  by.press(key_kind::end);
  BOOST_TEST(by.state.look().chosen == "archive");
  by.press(key_kind::up);
  BOOST_TEST(by.state.look().chosen == "core");
  by.press(key_kind::enter);
  BOOST_TEST(has(by.text(), "waits for             archive"), by.text());
  by.press(key_kind::enter); // its actors
  BOOST_TEST((by.state.view == cli::top_view::actors));
  BOOST_TEST(by.state.look().filter == "core");
  by.type("q");
  BOOST_TEST(by.state.is_over);
}

BOOST_AUTO_TEST_CASE(a_filter_is_typed_kept_and_dropped) {
  auto by = viewer{};
  by.type("/DOCk");
  BOOST_TEST(by.state.is_typing);
  BOOST_TEST(has(by.text(), "/DOCk_"));
  by.type("q"); // a letter of it
  by.press(key_kind::backspace);
  by.press(key_kind::enter);
  BOOST_TEST(!by.state.is_over);
  BOOST_TEST(has(by.text(), "docker"));
  BOOST_TEST(!has(by.text(), "nginx"));
  BOOST_TEST(has(by.text(), "only: DOCk"));
  by.press(key_kind::escape);
  BOOST_TEST(has(by.text(), "nginx"));
  by.type("/nobody");
  by.press(key_kind::enter);
  BOOST_TEST(has(by.text(), "nothing has \"nobody\""));
}

BOOST_AUTO_TEST_CASE(rows_are_ordered_by_a_column_and_turned) {
  auto by = viewer{};
  const auto first = [&] { return by.picture().rows.keys.front(); };
  BOOST_TEST(first() == "nginx");
  by.type("sssss"); // oldest
  BOOST_TEST(by.state.look().column == 5U);
  BOOST_TEST(first() == "archive");
  BOOST_TEST(has(by.text(), "order: OLDEST"), by.text());
  by.type("r");
  BOOST_TEST(first() == "docker");
}

BOOST_AUTO_TEST_CASE(the_chosen_row_stays_the_chosen_one_whatever_comes) {
  auto by = viewer{};
  by.press(key_kind::down);
  by.press(key_kind::down);
  BOOST_TEST(by.state.look().chosen == "core");
  std::reverse(by.figures.components.begin(), by.figures.components.end());
  BOOST_TEST(by.state.look().chosen == "core");
  by.press(key_kind::down);
  BOOST_TEST(by.state.look().chosen == "docker");
  by.figures.components.clear();
  by.press(key_kind::down);
  BOOST_TEST(by.picture().rows.keys.empty());
}

BOOST_AUTO_TEST_CASE(the_log_stays_at_its_end_until_somebody_goes_up_and_shows_nothing_that_a_terminal_obeys) {
  auto by = viewer{};
  by.type("4");
  BOOST_TEST(has(by.text(), "20:24:02  error  disk?[2J full"), by.text());
  for (std::uint64_t i = 3; i < 100; ++i) by.figures.log.push_back({i, "2026-11-30T20:24:03Z", "info", "line " + std::to_string(i)});
  BOOST_TEST(has(by.text(), "line 99"));
  by.press(key_kind::home);
  BOOST_TEST(has(by.text(), "it runs"));
  by.press(key_kind::end);
  by.figures.log.push_back({100, "2026-11-30T20:24:04Z", "info", "line 100"});
  BOOST_TEST(has(by.text(), "line 100"));
}

BOOST_AUTO_TEST_CASE(help_is_shown_scrolled_and_left) {
  auto by = viewer{};
  by.size = {60, 12};
  by.type("?");
  BOOST_TEST(has(by.text(), "Keys"));
  by.press(key_kind::end);
  BOOST_TEST(has(by.text(), "DIFFERENCE"), by.text());
  by.press(key_kind::escape);
  BOOST_TEST(has(by.text(), "COMPONENT"));
}

BOOST_AUTO_TEST_CASE(without_a_terminal_it_is_lines_without_anything_to_obey) {
  const auto text = cli::plain_block(sample());
  BOOST_TEST(text.starts_with("2026-11-30T20:24:03.123456789Z core-1: Sink archive stores 0/s (disk full); 2 before it wait."), text);
  BOOST_TEST(has(text, "~ 2 of 3 waiting"), text);
  BOOST_TEST(!has(text, "\x1b"));
}

BOOST_AUTO_TEST_CASE(ascii_signs_stand_where_a_terminal_has_no_others) {
  for (const auto c : text_of(cli::draw_top(sample(), {}, {false}, {120, 40}))) BOOST_TEST(static_cast<unsigned char>(c) < 0x80);
}

BOOST_AUTO_TEST_CASE(a_line_is_drawn_with_and_without_colours) {
  auto line = cli::screen_line{"a", cli::ink::bad};
  line.add("b");
  BOOST_TEST(cli::to_terminal(line, true) == "\x1b[1;31ma\x1b[0mb");
  BOOST_TEST(cli::to_terminal(line, false) == "\x1b[1ma\x1b[0mb");
}

BOOST_AUTO_TEST_CASE(words_are_wrapped_and_texts_cut_between_characters) {
  BOOST_TEST(cli::wrapped("one two three", 7) == (std::vector<std::string>{"one two", "three"}), boost::test_tools::per_element());
  BOOST_TEST(cli::wrapped("größegröße", 5) == (std::vector<std::string>{"größe", "größe"}), boost::test_tools::per_element());
  BOOST_TEST(cli::wrapped("", 5).empty());
  BOOST_TEST(cli::shortened("größe", 4) == "gr..");
  BOOST_TEST(cli::shortened("ab", 1) == "a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(top_keys)

BOOST_AUTO_TEST_CASE(sequences_of_terminals_are_keys) {
  auto reader = cli::key_reader{};
  const auto kinds = [&](std::string_view bytes) {
    auto all = std::vector<key_kind>{};
    for (const auto& k : reader.read(bytes)) all.push_back(k.kind);
    return all;
  };
  using k = key_kind;
  BOOST_TEST((kinds("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[1;5H\x1b[4~\x1b[Z") == std::vector{k::up, k::down, k::page_up, k::page_down, k::home, k::end, k::back_tab}));
  BOOST_TEST((kinds("\r\t\x7f") == std::vector{k::enter, k::tab, k::backspace}));
  BOOST_TEST((kinds("\x1b[99~\x1b[200~x") == std::vector{k::character}));
  BOOST_TEST((reader.read("aö") == std::vector{key{k::character, "a"}, key{k::character, "ö"}}));
}

BOOST_AUTO_TEST_CASE(a_sequence_in_parts_is_one_key_and_an_escape_alone_is_one_when_nothing_follows) {
  auto reader = cli::key_reader{};
  BOOST_TEST(reader.read("\x1b").empty());
  BOOST_TEST(reader.read("[").empty());
  BOOST_TEST((reader.read("A") == std::vector{key{key_kind::up, {}}}));
  BOOST_TEST(reader.read("\x1b").empty());
  BOOST_TEST(reader.is_waiting());
  BOOST_TEST((reader.settle() == std::vector{key{key_kind::escape, {}}}));
  BOOST_TEST(reader.read("\xc3").empty());
  BOOST_TEST((reader.read("\xb6") == std::vector{key{key_kind::character, "ö"}}));
}

BOOST_AUTO_TEST_CASE(whatever_bytes_come_the_reader_holds_little) {
  auto reader = cli::key_reader{};
  auto seed = std::uint32_t{1};
  for (auto i = 0; i < 20'000; ++i) {
    seed = seed * 1664525 + 1013904223;
    const auto byte = static_cast<char>(seed >> 24);
    reader.read({&byte, 1});
    if (i % 100 == 0) reader.settle();
    if (i % 100 == 0) BOOST_TEST(!reader.is_waiting());
  }
  BOOST_TEST(reader.read("\x1b[" + std::string(100'000, '1')).empty());
  BOOST_TEST(!reader.is_waiting());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(top_addresses)

BOOST_AUTO_TEST_CASE(an_address_is_host_port_and_maybe_a_token) {
  const auto plain = cli::parse_console_url("http://127.0.0.1:7480/#token=abc");
  BOOST_REQUIRE(plain);
  BOOST_TEST((plain->at == host_port{"127.0.0.1", 7480}));
  BOOST_TEST(!plain->is_encrypted);
  BOOST_TEST(plain->token == "abc");
  const auto encrypted = cli::parse_console_url("https://[::1]:9/x?y");
  BOOST_REQUIRE(encrypted);
  BOOST_TEST(encrypted->is_encrypted);
  BOOST_TEST((encrypted->at == host_port{"::1", 9}));
  for (const auto* text : {"ftp://a:1", "http://", "http://a", "http://a:0", "https://a:99999"}) BOOST_TEST(!cli::parse_console_url(text));
}

BOOST_AUTO_TEST_CASE(a_tap_is_asked_by_tag_and_text_and_keeps_the_last_events) {
  const auto asked = cli::question_of_tap({"core", "tag:web.** a text tag:!web.b of it", false}, "key");
  BOOST_TEST(asked.word("component") == "core");
  BOOST_TEST(asked.word("tag") == "web.** !web.b");
  BOOST_TEST(asked.word("where") == "a text of it");
  BOOST_TEST(asked.word("session") == "key");
  auto tap = cli::top_tap{};
  for (auto n = 0; n < 700; ++n) {
    auto news = cli::tap_news{};
    news.counts = {3, 1, 1, 1};
    const auto text = n == 699 ? R"({"a":"b,\"record\":","n":)" + std::to_string(n) + "}" : '"' + std::string(10'000, 'x') + '"';
    news.events.push_back(R"({"time":"2026-11-30T20:24:01.000000000Z","tag":"web","node":"one","source":"c","record":)" + text + '}');
    tap.take(news);
  }
  BOOST_TEST(tap.counts.passed == 2100U);
  BOOST_TEST(tap.events.size() == cli::tap_events_kept);
  BOOST_TEST(tap.events.front().text.size() == cli::tap_text_bytes);
  BOOST_TEST(tap.events.back().text == R"({"a":"b,\"record\":","n":699})");
  BOOST_TEST(tap.events.back().number == 700U);
  BOOST_TEST(tap.events.back().tag == "web");
}

BOOST_AUTO_TEST_CASE(the_tap_is_of_the_row_that_was_chosen_and_fits_every_size) {
  auto of = sample();
  of.tap.component = "core";
  of.tap.counts = {1204, 200, 4, 1000};
  for (auto n = std::uint64_t{1}; n < 60; ++n) of.tap.events.push_back({n, "2026-11-30T20:24:01.000000000Z", "web.access", "one", "c", "{\"n\":" + std::to_string(n) + '}'});
  BOOST_TEST(cli::component_of_row(of, "core") == "core");
  BOOST_TEST(cli::component_of_row(of, "core-1/sink/archive") == "archive");
  BOOST_TEST(cli::component_of_row(of, "") == "nginx");
  auto state = cli::top_state{};
  auto rows = cli::rows_shown{{"nginx", "core"}, 10, 3, 0};
  state.on({key_kind::down}, rows);
  state.on({key_kind::character, "5"}, rows);
  BOOST_TEST((state.view == cli::top_view::tap));
  BOOST_TEST(state.tapped == "core");
  state.on({key_kind::character, "p"}, rows);
  BOOST_TEST(state.is_held);
  for (const auto size : {cli::screen_size{80, 24}, cli::screen_size{200, 50}, cli::screen_size{20, 6}, cli::screen_size{1, 1}}) {
    const auto made = cli::draw_top(of, state, {true}, size);
    BOOST_TEST(made.lines.size() == size.height);
    for (const auto& line : made.lines) BOOST_TEST(line.columns() <= size.width);
  }
  const auto lines = lines_of(cli::draw_top(of, state, {true}, {80, 24}));
  const auto has = [&](const std::string& text) { return std::any_of(lines.begin(), lines.end(), [&](const auto& l) { return l.find(text) != std::string::npos; }); };
  BOOST_TEST(has("core: 1,204 passed, 1,000 not looked at: a sample, 4 do not fit; held still"));
  BOOST_TEST(has("{\"n\":59}")); // the last one is where one looks
}

BOOST_AUTO_TEST_SUITE_END()
