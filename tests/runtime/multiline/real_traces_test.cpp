/// Traces as the languages themselves wrote them (data/), among ordinary lines.
#include "tests/runtime/multiline/grouped_lines.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <fstream>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto all_languages = std::array{trace_language::java, trace_language::python, trace_language::go,
                                          trace_language::ruby, trace_language::php,    trace_language::dotnet,
                                          trace_language::node};

/// How many lines each event has.
struct real_trace {
  const char* name;
  trace_language language;
  std::vector<std::size_t> events;
};

const auto real_traces = std::vector<real_trace>{
    {"dotnet_mono_aggregate", trace_language::dotnet, {25, 1}},
    {"dotnet_mono_async", trace_language::dotnet, {5}},
    {"dotnet_mono_logged", trace_language::dotnet, {7}},
    {"dotnet_mono_uncaught", trace_language::dotnet, {1, 8, 7}},
    {"go_deadlock", trace_language::go, {15}},
    {"go_goroutine", trace_language::go, {9}},
    {"go_http", trace_language::go, {20}},
    {"go_map", trace_language::go, {9}},
    {"go_multi", trace_language::go, {6}},
    {"go_nil", trace_language::go, {6}},
    {"go_panic", trace_language::go, {11}},
    {"go_quit", trace_language::go, {138}},
    {"go_repanic", trace_language::go, {14}},
    {"go_stack", trace_language::go, {7}},
    {"java_async", trace_language::java, {10}},
    {"java_bare", trace_language::java, {2}},
    {"java_chained", trace_language::java, {10}},
    {"java_circular", trace_language::java, {5}},
    {"java_jul", trace_language::java, {1, 1, 2, 1}},
    {"java_overflow", trace_language::java, {13}},
    {"java_suppressed", trace_language::java, {17}},
    {"java_thread", trace_language::java, {4}},
    {"node_aggregate", trace_language::node, {30}},
    {"node_async", trace_language::node, {10}},
    {"node_cause", trace_language::node, {23}},
    {"node_enoent", trace_language::node, {22}},
    {"node_logged", trace_language::node, {11}},
    {"node_message", trace_language::node, {16}},
    {"node_plain", trace_language::node, {1, 7}},
    {"node_rejected", trace_language::node, {12}},
    {"node_stack", trace_language::node, {11}},
    {"node_syntax", trace_language::node, {17}},
    {"node_uncaught", trace_language::node, {17}},
    {"node_wrapped", trace_language::node, {9}},
    {"php_chained", trace_language::php, {14}},
    {"php_fatal", trace_language::php, {1, 5}},
    {"php_laravel", trace_language::php, {6}},
    {"php_logged", trace_language::php, {13}},
    {"php_message", trace_language::php, {6}},
    {"php_shown", trace_language::php, {1, 14}},
    {"php_type", trace_language::php, {6}},
    {"php_uncaught", trace_language::php, {7}},
    {"python_bare", trace_language::python, {7}},
    {"python_chained", trace_language::python, {20}},
    {"python_during", trace_language::python, {18}},
    {"python_group", trace_language::python, {25}},
    {"python_log", trace_language::python, {1, 19}},
    {"python_recursion", trace_language::python, {16}},
    {"python_syntax", trace_language::python, {10}},
    {"python_task", trace_language::python, {10}},
    {"python_thread", trace_language::python, {12}},
    {"ruby_chained", trace_language::ruby, {7}},
    {"ruby_deep", trace_language::ruby, {14}},
    {"ruby_full", trace_language::ruby, {9}},
    {"ruby_logged", trace_language::ruby, {5}},
    {"ruby_message", trace_language::ruby, {3}},
    {"ruby_rails", trace_language::ruby, {6}},
    {"ruby_syntax", trace_language::ruby, {3}},
    {"ruby_thread", trace_language::ruby, {7}},
    {"ruby_undefined", trace_language::ruby, {5}},
};

auto lines_of(const std::string& name) -> texts {
  auto file = std::ifstream{std::string{WEIR_TRACES} + "/" + name + ".txt"};
  BOOST_TEST_REQUIRE(file.is_open(), name);
  auto all = texts{};
  for (auto line = std::string{}; std::getline(file, line);) all.push_back(line);
  return all;
}

auto sizes_of(const texts& events) -> std::vector<std::size_t> {
  auto sizes = std::vector<std::size_t>{};
  for (const auto& e : events) sizes.push_back(1 + static_cast<std::size_t>(std::count(e.begin(), e.end(), '\n')));
  return sizes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(real_traces_are)

BOOST_AUTO_TEST_CASE(whole_by_the_preset_of_their_language) {
  for (const auto& t : real_traces) {
    const auto rules = make_rules(std::array{t.language});
    auto through = grouped_lines{*rules};
    BOOST_TEST(sizes_of(through.whole(lines_of(t.name))) == t.events, t.name);
    BOOST_TEST(through.are_in_order, t.name);
  }
}

BOOST_AUTO_TEST_CASE(whole_by_all_presets_at_once_whichever_comes_first) {
  auto languages = all_languages;
  for (std::size_t i = 0; i < languages.size(); ++i) {
    std::rotate(languages.begin(), languages.begin() + 1, languages.end());
    const auto rules = make_rules(languages);
    for (const auto& t : real_traces) {
      auto through = grouped_lines{*rules};
      BOOST_TEST(sizes_of(through.whole(lines_of(t.name))) == t.events, t.name);
    }
  }
}

// Goal: no ordinary line gets into a trace, and none is lost. Method: each trace twice, between lines of several logs.
BOOST_AUTO_TEST_CASE(apart_from_the_lines_around_them) {
  const auto around = texts{"2026-12-01 10:00:00.123 INFO serving", R"({"level":"info","msg":"served"})", "[main] started: ok",
                            R"(10.0.0.1 - - [01/Dec/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5)", "INFO: listening"};
  const auto rules = make_rules(all_languages);
  for (const auto& t : real_traces)
    for (const auto& line : around) {
      const auto trace = lines_of(t.name);
      auto lines = texts{line, line};
      for (int twice = 0; twice < 2; ++twice) {
        lines.insert(lines.end(), trace.begin(), trace.end());
        lines.push_back(line);
      }
      auto wanted = std::vector<std::size_t>{1, 1};
      for (int twice = 0; twice < 2; ++twice) {
        wanted.insert(wanted.end(), t.events.begin(), t.events.end());
        wanted.push_back(1);
      }
      auto through = grouped_lines{*rules};
      BOOST_TEST(sizes_of(through.whole(lines)) == wanted, t.name << " among: " << line);
      BOOST_TEST(through.are_in_order);
    }
}

BOOST_AUTO_TEST_CASE(cut_where_a_timeout_falls_and_lose_no_line) {
  const auto rules = make_rules(all_languages);
  for (const auto& t : real_traces) {
    const auto trace = lines_of(t.name);
    for (std::size_t at = 1; at < trace.size(); ++at) {
      auto through = grouped_lines{*rules};
      through.take({trace.begin(), trace.begin() + static_cast<std::ptrdiff_t>(at)});
      through.assembler.flush(group_ending::timeout);
      BOOST_TEST(through.assembler.is_empty());
      through.whole({trace.begin() + static_cast<std::ptrdiff_t>(at), trace.end()});
      BOOST_TEST(through.are_in_order);
      BOOST_TEST(through.lines_out() == trace.size(), t.name << " cut at " << at);
    }
  }
}

// .NET is not to be had everywhere: as its documentation shows what it writes.
BOOST_AUTO_TEST_CASE(whole_as_dotnet_writes_them) {
  const auto lines = texts{"Unhandled exception. System.ArgumentException: order 7",
                           " ---> System.InvalidOperationException: card refused",
                           "   at Till.Pay(Int32 n) in /src/Till.cs:line 3",
                           "   --- End of inner exception stack trace ---",
                           "   at Till.Order() in /src/Till.cs:line 4",
                           "--- End of stack trace from previous location ---",
                           "   at Till.Main() in /src/Till.cs:line 9",
                           "info: Shop[0]",
                           "System.Net.Http.HttpRequestException: refused (host:80)",
                           "the host said no",
                           "   at Shop.Ask()"};
  const auto rules = make_rules(std::array{trace_language::dotnet});
  auto through = grouped_lines{*rules};
  BOOST_TEST(sizes_of(through.whole(lines)) == (std::vector<std::size_t>{7, 1, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
