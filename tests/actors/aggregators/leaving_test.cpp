#include "actors/aggregators/aggregator_machine.hpp"
#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto store_end = std::uint64_t{1};
constexpr auto edge_end = std::uint64_t{2};

/// An aggregator in front of one sink, and what it said last.
struct leaving_bench {
  manual_clock time;
  std::uint64_t last_id = 100;
  std::vector<outgoing> said;
  std::shared_ptr<aggregator_core> core = std::make_shared<aggregator_core>(
      inlet_settings{}, std::vector<outlet_settings>(1), std::unique_ptr<chunk_log>{}, full_policy::block);
  aggregator_machine machine{settings(), core, time};

  auto settings() -> aggregator_machine_settings {
    auto s = aggregator_machine_settings{};
    s.address = "core/destination_aggregator/core/2";
    s.downstream = {{"sink"}};
    s.random = [this] { return ++last_id; };
    return s;
  }
  void work() {
    machine.work();
    for (auto& note : machine.take_outgoing()) said.push_back(std::move(note));
  }
  template <class Note> auto last() const -> const Note* {
    for (auto at = said.rbegin(); at != said.rend(); ++at)
      if (const auto* note = std::get_if<Note>(&at->what)) return note;
    return nullptr;
  }
};

} // namespace

// A sender that hears of somebody else opens links to all that are there, and tells whoever is new where its streams are.
BOOST_FIXTURE_TEST_CASE(an_aggregator_that_has_told_those_behind_it_that_it_leaves_takes_nothing_more, leaving_bench) {
  machine.on_peers("sink", {{store_end, "store/sink/archive"}}, {});
  work();
  BOOST_REQUIRE(last<open_link>() != nullptr);
  machine.leave();
  work();
  const auto* close = last<close_link>();
  BOOST_REQUIRE(close != nullptr);
  BOOST_TEST(close->finished);
  auto notice = std::make_shared<chunk>(*tagged(1));
  notice->is_notice = true;
  machine.on_open({7, "edge/collector/logs"}, edge_end);
  machine.on_transfer({7, 1, {{notice}}});
  work();
  BOOST_TEST(core->is_empty());
  machine.on_close(*close, store_end);
  work();
  BOOST_TEST(machine.is_finished());
}
