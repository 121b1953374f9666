// Goal: whatever happens to processes, clocks and the network between them, all nodes agree soon after on who belongs to the
// cluster and how each does; nobody who lives and is reached is judged, and nobody who is gone comes back by old news. And
// this test would notice if not.
// Method: seeded schedules of the real memberships in virtual time; then the same with a deliberate mistake, until it is
// noticed.
//   membership_schedules_test                        300 schedules, and every mistake
//   membership_schedules_test --schedules N          N schedules from --seed on (1), nothing else
//   membership_schedules_test --seed N [--bug B]     replays one schedule and tells what happens, step by step
#define BOOST_TEST_NO_MAIN
#include "tests/runtime/cluster/membership_schedule.hpp"

#include <boost/test/unit_test.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace weir::test;

namespace {

constexpr auto schedules_in_ci = std::uint64_t{300};
constexpr auto schedules_of_a_bug = std::uint64_t{10'000};

struct wishes {
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> schedules;
  membership_bug mistake = membership_bug::none;
};
auto wanted = wishes{};

auto replay_of(std::uint64_t seed, membership_bug mistake) -> std::string {
  auto command = "\n  replay: membership_schedules_test --seed " + std::to_string(seed);
  if (mistake != membership_bug::none) command += " --bug " + std::to_string(static_cast<int>(mistake));
  return command;
}

struct tally {
  std::uint64_t schedules = 0;
  std::uint64_t messages = 0;
  std::uint64_t faults = 0;
  std::chrono::nanoseconds healing_max{};
  std::string problem;
};

/// The schedules from `first` on, until one breaks a promise.
auto run(std::uint64_t first, std::uint64_t count, membership_bug mistake) -> tally {
  auto sum = tally{};
  for (auto seed = first; seed < first + count && sum.problem.empty(); ++seed) {
    auto one = membership_schedule{seed, mistake};
    sum.problem = one.run();
    if (!sum.problem.empty()) sum.problem += replay_of(seed, mistake);
    ++sum.schedules;
    sum.messages += one.messages();
    sum.faults += one.faults();
    sum.healing_max = std::max(sum.healing_max, one.healing());
  }
  return sum;
}

void replay() {
  spdlog::set_level(spdlog::level::info);
  const auto problem = membership_schedule{*wanted.seed, wanted.mistake, true}.run();
  BOOST_TEST(problem.empty(), problem);
}

void agree_in_the_end() {
  if (wanted.seed && !wanted.schedules) return replay();
  const auto sum = run(wanted.seed.value_or(1), wanted.schedules.value_or(schedules_in_ci), wanted.mistake);
  BOOST_TEST(sum.problem.empty(), sum.problem);
  BOOST_TEST_MESSAGE(sum.schedules << " schedules: " << sum.faults << " faults, " << sum.messages
                                   << " messages, all agreed at the latest " << sum.healing_max.count() / 1'000'000'000
                                   << " s after the last fault");
}

void notice(membership_bug mistake, std::string_view name) {
  const auto sum = run(1, schedules_of_a_bug, mistake);
  BOOST_TEST(!sum.problem.empty(), "not noticed in " << sum.schedules << " schedules: " << name);
  BOOST_TEST_MESSAGE(name << ": noticed after " << sum.schedules << " schedules, " << sum.problem);
}

auto make_tests() -> bool {
  using namespace boost::unit_test;
  auto& all = framework::master_test_suite();
  all.add(make_test_case(agree_in_the_end, "members_agree_in_the_end_whatever_happens", __FILE__, __LINE__));
  if (wanted.seed || wanted.schedules) return true;
  for (const auto& [mistake, name] : membership_bug_names)
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
      wanted.mistake = static_cast<membership_bug>(number());
    else
      rest.push_back(argv[i]);
  }
  return boost::unit_test::unit_test_main(make_tests, static_cast<int>(rest.size()), rest.data());
}
