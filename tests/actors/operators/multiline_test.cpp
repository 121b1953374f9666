/// The multiline operator behind what collectors hold: by itself, and through an intake that is read in pieces and dies.
#include "actors/collectors/chunking_intake.hpp"
#include "runtime/event/entry.hpp"
#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/born_events.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/msgpack_build.hpp"

#include <map>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(multiline)

namespace {

using texts = std::vector<std::string>;

/// What an operator puts, with the events that it is of.
struct joined_events final : joining_output {
  texts events;
  std::map<std::string, int> notes;
  std::uint64_t latest = 0;
  void put(const event_view& e) override { put_joined(e, latest, latest); }
  void put_joined(const event_view& e, std::uint64_t first, std::uint64_t last) override {
    events.push_back(std::to_string(first) + '-' + std::to_string(last) + ' ' + text_of(e.record));
  }
  void drop(std::string_view, std::uint64_t) override { BOOST_TEST(false); }
  void note(std::string_view what) override { ++notes[std::string{what}]; }
};

struct trial {
  manual_clock time;
  std::unique_ptr<event_operator> made;
  holding_operator* joins = nullptr;
  joined_events out;

  explicit trial(const config::value& settings) {
    auto problems = config::diagnostics{};
    const auto factory = plugin_registry<event_operator>::find("multiline")->configure(settings, "m", problems, {});
    BOOST_TEST_REQUIRE(problems.empty());
    auto context = plugin_context{.component = "c", .node = "n"};
    context.clock = &time;
    made = factory(context);
    joins = dynamic_cast<holding_operator*>(made.get());
  }
  void take(const packed_bytes& record, std::string_view tag = "t") {
    joins->apply({tag, 7, record}, out.latest, out);
    ++out.latest;
  }
  auto taken() -> texts { return std::exchange(out.events, {}); }
  auto end() -> texts {
    joins->flush(monotonic_time::max(), out);
    BOOST_TEST(!joins->held_since());
    return taken();
  }
};

auto presets(std::initializer_list<const char*> names) -> config::value {
  auto list = list_of({});
  for (const auto* name : names) list.items.push_back(list_of({name}).items.front());
  return map_of({{"presets", std::move(list)}});
}

auto line(const std::string& text) -> packed_bytes { return packed({{"message", text}}); }

} // namespace

BOOST_AUTO_TEST_CASE(lines_of_no_group_pass_as_they_are) {
  auto t = trial{presets({"java"})};
  t.take(packed({{"message", "a"}, {"n", 1}}));
  t.take(packed({{"n", 2}}));
  BOOST_TEST(t.taken() == (texts{R"(0-0 {"message":"a","n":1})", R"(1-1 {"n":2})"}), per_element());
  BOOST_TEST(!t.joins->held_since());
}

BOOST_AUTO_TEST_CASE(a_group_has_the_fields_of_its_first_line_and_all_texts) {
  auto t = trial{presets({"java"})};
  t.take(packed({{"log", "x.YException: z"}, {"message", "no"}, {"n", 1}}));
  BOOST_TEST((t.joins->held_since() == 0U));
  t.take(packed({{"log", "\tat x.y(Z.java:1)"}, {"n", 2}}));
  t.take(packed({{"log", "served"}}));
  BOOST_TEST(t.taken() == (texts{"0-1 {\"log\":\"x.YException: z\\x0a\\x09at x.y(Z.java:1)\",\"message\":\"no\",\"n\":1}", R"(2-2 {"log":"served"})"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(lines_that_come_mixed_are_joined_by_their_origin) {
  auto t = trial{presets({"python"})};
  const auto of = [](const char* stream, const char* text) { return packed({{"log", text}, {"stream", stream}}); };
  t.take(of("stdout", "Traceback (most recent call last):"));
  t.take(of("stderr", "Traceback (most recent call last):"));
  t.take(of("stdout", "  File \"a\", line 1"));
  t.take(of("stderr", "  File \"b\", line 2"));
  t.take(of("stderr", "served"));
  t.take(of("stdout", "KeyError"), "other");
  BOOST_TEST((t.joins->held_since() == 0U));
  BOOST_TEST(t.end().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_timeout_marks_what_it_cuts) {
  auto t = trial{presets({"java"})};
  t.take(line("x.YException: z"));
  t.take(line("\tat x.y(Z.java:1)"));
  t.time.advance(4s);
  t.joins->flush(t.time.monotonic(), t.out);
  BOOST_TEST(t.taken().empty());
  BOOST_TEST((t.joins->wake_at() == t.time.monotonic() + 1s));
  t.time.advance(1s);
  t.joins->flush(t.time.monotonic(), t.out);
  BOOST_TEST(t.taken() == texts{"0-1 {\"message\":\"x.YException: z\\x0a\\x09at x.y(Z.java:1)\",\"partial\":true}"}, per_element());
  BOOST_TEST(t.out.notes["lines cut by timeout"] == 1);
}

BOOST_AUTO_TEST_CASE(limits_mark_what_they_cut) {
  auto t = trial{map_of({{"start", "^>"}, {"max_lines", "2"}})};
  for (const auto* text : {">a", "1", "2"}) t.take(line(text));
  BOOST_TEST(t.end() == (texts{R"(0-0 {"message":">a","partial":true})", R"(1-2 {"message":"1\x0a2","partial":true})"}), per_element());
  BOOST_TEST(t.out.notes["lines cut at a limit"] == 1);
}

BOOST_AUTO_TEST_CASE(pieces_of_container_logs_are_one_line) {
  auto t = trial{presets({"cri"})};
  const auto piece = [](const char* text) { return packed({{"log", text}, {"stream", "stdout"}, {"partial", true}}); };
  t.take(piece("one "));
  t.take(packed({{"log", "error"}, {"stream", "stderr"}}));
  t.take(piece("two "));
  t.take(packed({{"log", "three"}, {"stream", "stdout"}}));
  BOOST_TEST(t.taken() == (texts{R"(1-1 {"log":"error","stream":"stderr"})", R"(0-3 {"log":"one two three","stream":"stdout"})"}), per_element());
  t.take(piece("four"));
  BOOST_TEST(t.end() == texts{R"(4-4 {"log":"four","stream":"stdout","partial":true})"}, per_element());
}

BOOST_AUTO_TEST_CASE(so_are_those_of_the_fluentd_driver) {
  auto t = trial{presets({"docker"})};
  const auto piece = [](const char* text, const char* id, const char* ordinal, const char* last) {
    return packed({{"container_id", "c"}, {"source", "stdout"}, {"log", text}, {"partial_message", "true"},
                   {"partial_id", id}, {"partial_ordinal", ordinal}, {"partial_last", last}});
  };
  t.take(piece("one ", "a", "1", "false"));
  t.take(piece("two", "a", "2", "true"));
  t.take(packed({{"container_id", "c"}, {"source", "stdout"}, {"log", "alone"}}));
  t.take(piece("lost its last", "b", "1", "false"));
  t.take(piece("lost its first", "d", "2", "true"));
  BOOST_TEST(t.taken()
                 == (texts{R"(0-1 {"container_id":"c","source":"stdout","log":"one two"})",
                           R"(2-2 {"container_id":"c","source":"stdout","log":"alone"})",
                           R"(3-3 {"container_id":"c","source":"stdout","log":"lost its last","partial":true})",
                           R"(4-4 {"container_id":"c","source":"stdout","log":"lost its first","partial":true})"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(the_line_feed_of_a_container_log_goes) {
  auto t = trial{presets({"docker"})};
  t.take(packed({{"log", "served\n"}}));
  BOOST_TEST(t.taken() == texts{R"(0-0 {"log":"served"})"}, per_element());
}

BOOST_AUTO_TEST_CASE(pieces_are_joined_before_lines) {
  auto t = trial{presets({"docker", "java"})};
  const auto whole = [](const char* text) { return packed({{"log", text}, {"stream", "stderr"}}); };
  t.take(packed({{"log", "x.YExce"}, {"stream", "stderr"}, {"partial", true}}));
  t.take(whole("ption: z"));
  t.take(packed({{"log", "\tat x"}, {"stream", "stderr"}, {"partial", true}}));
  t.take(whole(".y(Z.java:1)"));
  t.take(whole("served"));
  BOOST_TEST(t.taken().front() == "0-3 {\"log\":\"x.YException: z\\x0a\\x09at x.y(Z.java:1)\",\"stream\":\"stderr\"}");
}

BOOST_AUTO_TEST_CASE(a_piece_of_a_trace_that_was_lost_marks_it) {
  auto t = trial{map_of({{"presets", list_of({"docker", "java"})}, {"max_size", "1KiB"}})};
  const auto large = std::string(700, 'x');
  t.take(packed({{"log", "x.YException: " + large}, {"partial", true}}));
  t.take(packed({{"log", large}, {"partial", true}}));
  t.take(packed({{"log", "end"}}));
  const auto events = t.end();
  BOOST_TEST_REQUIRE(events.size() == 2U);
  for (const auto& e : events) BOOST_TEST(e.ends_with("\"partial\":true}"), e);
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("multiline", map_of({})) == "multiline: wants \"presets\", or an expression for \"start\", \"continue\" or \"end\"");
  BOOST_TEST(findings("multiline", presets({"cobol"})).find("not \"cobol\"") != std::string::npos);
  BOOST_TEST(findings("multiline", map_of({{"start", "("}})).find("start: ") != std::string::npos);
  BOOST_TEST(findings("multiline", map_of({{"continue", "["}})).find("continue: ") != std::string::npos);
  BOOST_TEST(findings("multiline", map_of({{"presets", "java"}, {"start", "x"}})).find("do not go together") != std::string::npos);
  BOOST_TEST(findings("multiline", map_of({{"presets", "docker"}, {"start", "x"}})).empty());
  BOOST_TEST(findings("multiline", map_of({{"presets", "java"}, {"max_lines", "1"}})).find("2..100000") != std::string::npos);
  BOOST_TEST(findings("multiline", map_of({{"presets", "java"}, {"timeout", "1ms"}})).find("10ms..1h") != std::string::npos);
}

// Through an intake.

namespace {

struct reading {
  manual_clock time;
  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  std::unique_ptr<chunking_intake> takes;

  reading() {
    auto problems = config::diagnostics{};
    auto settings = intake_settings{};
    settings.operators = {plugin_registry<event_operator>::find("multiline")->configure(presets({"java", "python"}), "m", problems, {})};
    settings.holds_events = true;
    auto context = plugin_context{.component = "c", .node = "n"};
    context.clock = &time;
    takes = std::make_unique<chunking_intake>(settings, context, builder, counts, letters);
  }
  /// Lines of a file from one byte to another, with a save point behind them.
  void read(const texts& lines, std::size_t first, std::size_t end) {
    auto at = std::uint64_t{0};
    for (std::size_t i = 0; i < first; ++i) at += lines[i].size() + 1;
    const auto begin = at;
    takes->enter("file");
    for (auto i = first; i < end; ++i) {
      takes->born_at(at);
      takes->line("t", 1, lines[i]);
      at += lines[i].size() + 1;
    }
    takes->covered("file", begin, at);
  }
  /// The events so far, and up to which line all is covered.
  auto take(const texts& lines, std::size_t& covered) -> texts {
    auto all = texts{};
    auto end = std::uint64_t{0};
    for (const auto& c : builder.take(SIZE_MAX)) {
      for (const auto& p : c->positions) end = std::max(end, p.end);
      for_each_section(*c, [&](const section&, std::string_view entries) {
        auto read = entry_reader{entries};
        for (auto e = entry{}; read.next(e);) {
          auto text = std::string_view{};
          (void)msgpack_reader{find_field(e.record, "message")}.str_or_bin(text);
          all.emplace_back(text);
        }
      });
    }
    for (auto at = std::uint64_t{0}; covered < lines.size() && at < end; ++covered) at += lines[covered].size() + 1;
    return all;
  }
};

const auto some_lines = texts{"served",  "x.YException: z",         "\tat a.b(C.java:1)", "Caused by: d.EError: f", "\t... 1 more",
                              "served",  "x.YException: alone",     "served",
                              "Traceback (most recent call last):", "  File \"a\", line 1", "ValueError: g", "", "served"};
const auto wanted_events = texts{"served",
                                 "x.YException: z\n\tat a.b(C.java:1)\nCaused by: d.EError: f\n\t... 1 more",
                                 "served",
                                 "x.YException: alone",
                                 "served",
                                 "Traceback (most recent call last):\n  File \"a\", line 1\nValueError: g",
                                 "",
                                 "served"};

} // namespace

BOOST_AUTO_TEST_CASE(save_points_may_fall_anywhere) {
  for (std::size_t one = 0; one <= some_lines.size(); ++one)
    for (std::size_t two = one; two <= some_lines.size(); ++two) {
      auto now = reading{};
      now.read(some_lines, 0, one);
      now.read(some_lines, one, two);
      now.read(some_lines, two, some_lines.size());
      now.takes->flush(monotonic_time::max());
      auto covered = std::size_t{0};
      BOOST_TEST(now.take(some_lines, covered) == wanted_events, per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_process_that_dies_anywhere_leaves_the_rest_of_a_trace_to_the_next_with_its_beginning) {
  for (std::size_t death = 0; death <= some_lines.size(); ++death) {
    auto covered = std::size_t{0};
    auto first = reading{};
    first.read(some_lines, 0, death);
    auto events = first.take(some_lines, covered);
    BOOST_TEST(covered <= death);
    auto next = reading{};
    next.read(some_lines, covered, some_lines.size());
    next.takes->flush(monotonic_time::max());
    auto rest = std::size_t{0};
    for (auto& e : next.take(some_lines, rest)) events.push_back(e);
    BOOST_TEST(events == wanted_events, per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
