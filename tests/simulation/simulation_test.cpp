// Goal: whatever happens to processes, disks and connections, every line is in every sink exactly once, and
// this test would notice if not.
// Method: seeded schedules of the real flow, log and ledger objects in virtual time; then the same with a
// deliberate mistake, until it is noticed.
//   simulation_test                        10,000 schedules, and every mistake
//   simulation_test --schedules N          N schedules from --seed on (1), nothing else
//   simulation_test --seed N [--bug B]     replays one schedule and tells what happens, step by step
#define BOOST_TEST_NO_MAIN
#include "tests/simulation/schedule.hpp"

#include <boost/test/unit_test.hpp>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <optional>
#include <string_view>

using namespace weir::test;

namespace {

constexpr auto schedules_in_ci = std::uint64_t{10'000};

struct wishes {
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> schedules;
  bug mistake = bug::none;
};
auto wanted = wishes{};

auto replay_of(std::uint64_t seed, bug mistake) -> std::string {
  auto command = "\n  replay: simulation_test --seed " + std::to_string(seed);
  if (mistake != bug::none) command += " --bug " + std::to_string(static_cast<int>(mistake));
  return command;
}

/// The schedules from `first` on, until one breaks a promise; how many there were.
struct tally {
  std::uint64_t schedules = 0;
  std::uint64_t messages = 0;
  std::uint64_t faults = 0;
  std::uint64_t lines = 0;
  std::string problem;
};
auto run(std::uint64_t first, std::uint64_t count, bug mistake) -> tally {
  auto sum = tally{};
  for (auto seed = first; seed < first + count && sum.problem.empty(); ++seed) {
    auto one = schedule{seed, mistake};
    sum.problem = one.run();
    if (!sum.problem.empty()) sum.problem += replay_of(seed, mistake);
    ++sum.schedules;
    sum.messages += one.messages();
    sum.faults += one.faults();
    sum.lines += one.lines();
  }
  return sum;
}

void replay() {
  spdlog::set_level(spdlog::level::info);
  const auto problem = schedule{*wanted.seed, wanted.mistake, true}.run();
  BOOST_TEST(problem.empty(), problem);
}

void keep_every_promise() {
  if (wanted.seed && !wanted.schedules) return replay();
  const auto sum = run(wanted.seed.value_or(1), wanted.schedules.value_or(schedules_in_ci), wanted.mistake);
  BOOST_TEST(sum.problem.empty(), sum.problem);
  BOOST_TEST_MESSAGE(sum.schedules << " schedules: " << sum.lines << " lines, " << sum.messages
                                   << " messages, " << sum.faults << " faults");
}

void notice(bug mistake, std::string_view name) {
  const auto sum = run(1, schedules_in_ci, mistake);
  BOOST_TEST(!sum.problem.empty(), "not noticed in " << sum.schedules << " schedules: " << name);
  BOOST_TEST_MESSAGE(name << ": noticed after " << sum.schedules << " schedules, " << sum.problem);
}

auto make_tests() -> bool {
  using namespace boost::unit_test;
  auto& all = framework::master_test_suite();
  all.add(make_test_case(keep_every_promise, "every_line_is_in_every_sink_once_whatever_happens", __FILE__,
                         __LINE__));
  if (wanted.seed || wanted.schedules) return true;
  for (const auto& [mistake, name] : bug_names)
    all.add(make_test_case([mistake = mistake, name = name] { notice(mistake, name); },
                           "notices_that_" + std::string{name}, __FILE__, __LINE__));
  return true;
}

} // namespace

auto main(int argc, char** argv) -> int {
  spdlog::set_level(spdlog::level::off);
  auto rest = std::vector<char*>{};
  for (auto i = 0; i < argc; ++i) {
    const auto name = std::string_view{argv[i]};
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (name == "--seed")
      wanted.seed = number();
    else if (name == "--schedules")
      wanted.schedules = number();
    else if (name == "--bug")
      wanted.mistake = static_cast<bug>(number());
    else
      rest.push_back(argv[i]);
  }
  return boost::unit_test::unit_test_main(make_tests, static_cast<int>(rest.size()), rest.data());
}
