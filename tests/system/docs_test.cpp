// The plug-ins that CONTRIBUTING.md shows are compiled into this program; here they are tried.
#include "actors/collectors/source.hpp"
#include "actors/operators/operator.hpp"
#include "actors/sinks/store.hpp"
#include "tests/support/config_build.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace weir;
using namespace weir::test;

namespace {

template <class Interface>
auto make(const std::string& name, const config::value& settings, const plugin_context& context = {})
    -> std::unique_ptr<Interface> {
  const auto* found = plugin_registry<Interface>::find(name);
  BOOST_REQUIRE_MESSAGE(found != nullptr, name << " did not register");
  auto problems = config::diagnostics{};
  auto factory = found->configure(settings, name, problems, {});
  BOOST_REQUIRE(problems.empty());
  return factory(context);
}

auto chunk_of(const std::string& tag, std::uint32_t count) -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  made->count = count;
  made->sections.push_back({tag, count, 0});
  return made;
}

struct seen_events final : event_output {
  std::uint64_t passed = 0;
  std::uint64_t dropped = 0;
  void put(const event_view&) override { ++passed; }
  void drop(std::string_view, std::uint64_t events) override { dropped += events; }
};

struct seen_intake final : intake {
  std::uint64_t events = 0;
  std::uint64_t end = 0;
  void line(std::string_view, std::int64_t, std::string_view) override {}
  void event(const event_view&) override { ++events; }
  void entries(std::string_view, std::string_view, std::uint32_t) override {}
  void drop(std::string_view, std::uint64_t) override {}
  void covered(std::string_view, std::uint64_t, std::uint64_t until) override { end = until; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(docs)

BOOST_AUTO_TEST_CASE(the_store_of_the_guide_counts_and_goes_on_counting_after_a_restart) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("tally-" + std::to_string(::getpid()))).string();
  const auto chunks = std::vector{chunk_of("web", 3), chunk_of("db", 2)};
  const auto all = tag_pattern{};
  for (auto run = 0; run < 2; ++run) {
    const auto tally = make<store>("tally", map_of({{"path", path}}));
    BOOST_TEST(bool{tally->open()});
    const auto done = tally->commit({chunks, all});
    BOOST_REQUIRE(bool{done});
    BOOST_TEST(done->events == 5U);
  }
  auto in = std::ifstream{path};
  BOOST_TEST((std::string{std::istreambuf_iterator<char>{in}, {}}) == "4 db\n6 web\n");
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(the_source_of_the_guide_waits_for_its_interval_and_resumes) {
  auto time = manual_clock{};
  auto context = plugin_context{};
  context.clock = &time;
  const auto beats = make<source>("heartbeat", map_of({{"every", "10s"}}), context);
  auto out = seen_intake{};
  BOOST_TEST(bool{beats->open(resume_info{{{"beats", 0, 7}}, {}})});
  BOOST_TEST((*beats->read(out, 1000) == read_status::more));
  BOOST_TEST((*beats->read(out, 1000) == read_status::idle));
  BOOST_TEST((*beats->wake_at() == time.monotonic() + std::chrono::seconds{10}));
  time.advance(std::chrono::seconds{10});
  BOOST_TEST((*beats->read(out, 1000) == read_status::more));
  BOOST_TEST(out.events == 2U);
  BOOST_TEST(out.end == 9U);
}

BOOST_AUTO_TEST_CASE(the_operator_of_the_guide_keeps_one_of_n_and_accounts_for_the_rest) {
  const auto sample = make<event_operator>("sample", map_of({{"one_of", "4"}}));
  auto out = seen_events{};
  for (auto i = 0; i < 12; ++i) sample->apply({"t", 0, "\x80"}, out);
  BOOST_TEST(out.passed == 3U);
  BOOST_TEST(out.dropped == 9U);
}

BOOST_AUTO_TEST_CASE(the_operator_of_the_guide_refuses_what_makes_no_sense) {
  auto problems = config::diagnostics{};
  plugin_registry<event_operator>::find("sample")->configure(map_of({{"one_of", "0"}}), "sample", problems,
                                                             {});
  BOOST_REQUIRE(problems.size() == 1U);
  BOOST_TEST(problems.front().what.find("one_of") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
