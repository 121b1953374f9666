/// Faults in every kind of actor: it is restarted, its neighbours hold, nothing is lost or repeated.
#include "tests/actors/system/stumbling_plugins.hpp"
#include "tests/actors/system/test_node.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto four_tiers = R"(
collectors: { numbers: { type: numbers, process: [{ type: stumbler }] } }
source_aggregators: { local: { from: [numbers], buffer: { max_size: 2MiB } } }
destination_aggregators: { core: { from: [local], buffer: { max_size: 2MiB } } }
sinks: { shelf: { type: shelf, from: [core], retry: { first: 1ms, max: 20ms } } }
)";

struct fixture {
  stumbling_world world;
  fixture() { the_world() = &world; }
  ~fixture() { the_world() = nullptr; }
};

constexpr auto wide_tiers = R"(
collectors: { numbers: { type: numbers } }
source_aggregators: { local: { from: [numbers], instances: 2, buffer: { max_size: 2MiB } } }
destination_aggregators: { core: { from: [local], instances: 3, balance: least_loaded, buffer: { max_size: 2MiB } } }
sinks:
  shelf: { type: shelf, from: [core], retry: { first: 1ms, max: 20ms } }
)";

/// Both tiers' actors fail four times while events pass.
void kill_aggregators(stumbling_world& world, const char* topology) {
  world.events = 200'000;
  world.payload_bytes = 200;
  auto node = test_node{topology, {true, 1000}};
  for (const auto share : {10U, 5U, 3U, 2U}) {
    BOOST_TEST_REQUIRE(world.stored_all(world.events / share));
    for (const auto* component : {"local", "core"})
      caf::anon_send_exit(node.actor_of(component), caf::exit_reason::out_of_workers);
  }
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
  auto restarts = std::uint64_t{0};
  for (const auto& o : node.observe()) restarts += o.restarts;
  BOOST_TEST(restarts >= 6U); // two of a kind may have met the same instance
}

auto balances(const observation& o) -> bool {
  const auto dropped = std::accumulate(o.dropped.begin(), o.dropped.end(), std::uint64_t{0},
                                       [](auto sum, const auto& d) { return sum + d.second; });
  return o.events_in == o.events_out + o.events_held + dropped;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(faults, fixture)

BOOST_AUTO_TEST_CASE(a_throwing_source_is_restarted_behind_its_last_save_point) {
  world.events = 20'000;
  world.source = {3, 5, 0};
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
  const auto seen = of(node.observe(), "numbers");
  BOOST_TEST(seen.restarts == 5U);
  BOOST_TEST(seen.last_error == "the source stumbles");
}

BOOST_AUTO_TEST_CASE(a_throwing_operator_restarts_its_collector) {
  world.events = 20'000;
  world.operators = {3001, 4, 0};
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
  const auto seen = of(node.observe(), "numbers");
  BOOST_TEST(seen.restarts == 4U);
  BOOST_TEST(seen.last_error == "the operator stumbles");
}

BOOST_AUTO_TEST_CASE(a_throwing_store_is_made_anew_and_gets_its_chunks_again) {
  world.events = 20'000;
  world.payload_bytes = 500;
  world.store = {2, 3, 0};
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
  const auto seen = of(node.observe(), "shelf");
  BOOST_TEST(seen.restarts == 3U);
  BOOST_TEST(seen.last_error == "the store stumbles");
}

BOOST_AUTO_TEST_CASE(aggregators_that_are_killed_under_load_lose_and_repeat_nothing) {
  kill_aggregators(world, four_tiers);
}

BOOST_AUTO_TEST_CASE(aggregators_with_several_instances_that_are_killed_under_load_lose_and_repeat_nothing) {
  kill_aggregators(world, wide_tiers);
}

BOOST_AUTO_TEST_CASE(accounts_balance_in_every_actor_at_every_instant) {
  world.events = 300'000;
  world.payload_bytes = 200;
  auto node = test_node{four_tiers, {false, 1000}};
  auto looks = 0;
  const auto done = node.observe_until([&](const auto& all) {
    ++looks;
    for (const auto& o : all)
      BOOST_TEST_REQUIRE(balances(o), o.address << ": in " << o.events_in << " out " << o.events_out
                                                << " held " << o.events_held << " at look " << looks);
    return all.size() == 4 && of(all, "numbers").events_out == world.events;
  });
  BOOST_TEST(done);
  BOOST_TEST(looks > 3);
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(a_stopped_store_blocks_the_source_within_the_memory_bound) {
  world.events = 40'000;
  world.payload_bytes = 1000; // 40 MB: many times what the buffers hold
  world.store_stopped = true;
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(world.refused_some());
  auto before = std::uint64_t{0};
  BOOST_TEST(node.observe_until([&](const auto& all) {
    const auto now = of(all, "numbers").events_in;
    // The store's refusal is known here before its sink has heard of it.
    return of(all, "numbers").state == "waiting for demand" && std::exchange(before, now) == now && now > 0
           && of(all, "shelf").state == "retrying";
  }));
  const auto held = node.observe();
  for (const auto* component : {"numbers", "local", "core"})
    BOOST_TEST(of(held, component).bytes_held < (5U << 20),
               component << " holds " << of(held, component).bytes_held);
  BOOST_TEST(of(held, "shelf").bytes_held < (9U << 20));
  {
    const auto lock = std::lock_guard{world.mutex};
    world.store_stopped = false;
  }
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(a_sink_answers_and_takes_chunks_while_its_store_blocks) {
  world.events = 40'000;
  world.payload_bytes = 1000;
  world.store_blocks = true;
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(node.observe_until([](const auto& all) {
    const auto seen = of(all, "shelf");
    return seen.state == "running" && seen.bytes_held > (1U << 20);
  }));
  {
    const auto lock = std::lock_guard{world.mutex};
    world.store_blocks = false;
    world.changed.notify_all();
  }
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(actors_that_block_are_shown_with_fresh_figures_and_balanced_accounts) {
  world.events = 40'000;
  world.payload_bytes = 1000;
  world.store_blocks = true;
  world.source_blocks_at = 1000; // the collector too: nobody of the way would answer a message
  auto node = test_node{four_tiers, {true, 1000}};
  BOOST_TEST(node.observe_until([](const auto& all) {
    const auto collector = of(all, "numbers");
    const auto sink = of(all, "shelf");
    return !collector.answers && collector.state == "not answering" && sink.answers && sink.events_held > 0;
  }));
  const auto then = node.observe();
  for (const auto& o : then) BOOST_TEST(is_balanced(o), o.address);
  BOOST_TEST(of(then, "numbers").problems.size() == 1U);
  BOOST_TEST(of(then, "numbers").events_in > 0U);
  BOOST_TEST(of(then, "shelf").events_out == 0U);
  // Nothing moves but time: what is held gets older while its owners are silent.
  BOOST_TEST(node.observe_until([&](const auto& all) {
    return of(all, "shelf").delay_ns > of(then, "shelf").delay_ns + 50'000'000
           && of(all, "numbers").seen_ns > of(then, "numbers").seen_ns;
  }));
  {
    const auto lock = std::lock_guard{world.mutex};
    world.store_blocks = false;
    world.source_blocks_at = UINT64_MAX;
    world.changed.notify_all();
  }
  BOOST_TEST(node.finished());
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(a_child_that_keeps_failing_ends_the_node_with_its_reason) {
  world.events = 10;
  world.source = {1, 1000, 0};
  auto node = test_node{four_tiers, {true, 3}};
  BOOST_TEST(node.failed() == "test/collector/numbers keeps failing: the source stumbles");
}

BOOST_AUTO_TEST_CASE(chunks_pass_from_sender_to_store_without_a_copy_of_their_body) {
  auto node = test_node{four_tiers, {false, 1000}};
  auto made = std::make_shared<chunk>();
  auto entry = byte_buffer{};
  entry.append(entry_of(1, record("n", 7U)));
  made->id = {99, 1};
  made->count = 1;
  made->sections = {{"numbers", 1, static_cast<std::uint32_t>(entry.size())}};
  made->body = shared_bytes{std::move(entry)};
  auto self = caf::scoped_actor{node.system()};
  const auto aggregator = node.actor_of("local");
  self->send(aggregator, open_link{5, "test/sender"});
  auto acked = false;
  auto late = false;
  while (!acked && !late)
    self->receive(
        [&](const link_feedback& note) {
          if (note.number == 1) self->send(aggregator, transfer_chunks{5, 1, {{made}}});
          acked = !note.acks.empty() && note.acks.front() == made->id;
        },
        caf::after(60s) >> [&] { late = true; });
  BOOST_TEST(acked);
  const auto lock = std::lock_guard{world.mutex};
  BOOST_TEST(world.stored.size() == 1U);
  BOOST_TEST(world.bodies.count(made->body.view().data()) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
