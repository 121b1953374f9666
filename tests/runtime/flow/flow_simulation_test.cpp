/// Loss, delay, reorder, duplicate, death and return: a hundred thousand schedules of them.
//
// WEIR_FLOW_SEED=n replays one schedule; WEIR_FLOW_SCHEDULES=n tries so many, from seed 1 on.
#include "tests/runtime/flow/flow_model.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace weir::test;

namespace {

auto number_from(const char* variable, std::uint64_t otherwise) -> std::uint64_t {
  const auto* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

BOOST_AUTO_TEST_CASE(keeps_every_promise_of_the_flow_in_every_schedule) {
  const auto replayed = number_from("WEIR_FLOW_SEED", 0);
  const auto first = replayed != 0 ? replayed : 1;
  const auto last = replayed != 0 ? replayed : number_from("WEIR_FLOW_SCHEDULES", WEIR_FLOW_SCHEDULES);
  auto messages = std::uint64_t{0};
  auto faults = std::uint64_t{0};
  for (auto seed = first; seed <= last; ++seed) {
    auto schedule = flow_model{seed};
    const auto problem = schedule.run();
    BOOST_TEST_REQUIRE(problem.empty(),
                       problem << "\n  replay: WEIR_FLOW_SEED=" << seed << " flow_simulation_test");
    messages += schedule.messages();
    faults += schedule.faults();
  }
  BOOST_TEST_MESSAGE(last - first + 1 << " schedules, " << messages << " messages, " << faults << " faults");
  BOOST_TEST((replayed != 0 || faults > last - first));
}
