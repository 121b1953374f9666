// Goal: what one of two disks is the last to have is on another one again before long, so that either may be lost.
// Method: real machines on disks of their own, in virtual time, with messages handed over by the test.
#include "actors/aggregators/aggregator_machine.hpp"
#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto edge = std::uint64_t{1000};

auto address_of(const std::string& node) { return node + "/destination_aggregator/core"; }

struct core_node {
  std::unique_ptr<memory_file_system> disk = std::make_unique<memory_file_system>();
  std::uint64_t handle = 0; ///< 0: it is down
  std::shared_ptr<aggregator_core> core = {};
  std::unique_ptr<aggregator_machine> machine = {};
};

/// Nodes that keep copies for each other; the store is not there.
struct cluster {
  manual_clock time;
  std::map<std::string, core_node> nodes = {};
  std::uint64_t last_handle = 0;
  std::uint64_t last_id = 0;

  cluster() {
    for (const auto* name : {"core-1", "core-2"}) start(name);
  }
  void start(const std::string& name) {
    auto& n = nodes[name];
    auto log = chunk_log_settings{};
    log.path = "/buffer";
    log.readers = {"archive"};
    log.knows_ids = true;
    auto opened = chunk_log::open(*n.disk, log, time);
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    auto to = outlet_settings{};
    to.component = "archive";
    n.core = std::make_shared<aggregator_core>(inlet_settings{}, std::vector{to}, std::move(*opened));
    auto s = aggregator_machine_settings{};
    s.address = address_of(name);
    s.downstream = {{"archive"}};
    s.random = [this] { return ++last_id; };
    s.copies.component = "core";
    s.refills.replicas = 2;
    n.machine = std::make_unique<aggregator_machine>(std::move(s), n.core, time);
    n.handle = ++last_handle;
    tell_peers();
  }
  void stop(const std::string& name, bool with_disk) {
    auto& n = nodes.at(name);
    const auto gone = std::exchange(n.handle, 0);
    n.machine.reset();
    n.core.reset();
    if (with_disk) n.disk = std::make_unique<memory_file_system>();
    for (auto& [other, there] : nodes)
      if (there.machine) there.machine->on_down(gone);
    tell_peers();
  }
  void tell_peers() {
    for (auto& [name, n] : nodes) {
      auto others = std::vector<sender_links::receiver>{};
      for (const auto& [other, there] : nodes)
        if (other != name && there.machine) others.push_back({there.handle, address_of(other)});
      if (n.machine) n.machine->on_peers("core", std::move(others), {});
    }
  }
  /// From an edge; `copy_of` a node, or nothing.
  void give(const std::string& name, std::uint64_t sequence, const std::string& copy_of = {}) {
    auto c = std::make_shared<chunk>(*tagged(sequence));
    if (!copy_of.empty()) c->copy_of = address_of(copy_of);
    const auto link = ++last_id;
    auto& n = nodes.at(name);
    n.machine->on_open({link, "edge-1/collector/logs"}, edge);
    n.machine->on_transfer({link, 1, {{c}}});
    settle();
  }
  void deliver(const core_node& from, outgoing note) {
    for (auto& [name, n] : nodes) {
      if (!n.machine || n.handle != note.to) continue;
      auto& m = *n.machine;
      if (const auto* x = std::get_if<open_link>(&note.what)) m.on_open(*x, from.handle);
      if (const auto* x = std::get_if<transfer_chunks>(&note.what)) m.on_transfer(*x);
      if (const auto* x = std::get_if<link_feedback>(&note.what)) m.on_feedback(*x);
      if (const auto* x = std::get_if<close_link>(&note.what)) m.on_close(*x, from.handle);
      if (const auto* x = std::get_if<ask_settled>(&note.what)) m.on_question(*x, from.handle);
      if (const auto* x = std::get_if<known_settled>(&note.what)) m.on_answer(*x);
    }
  }
  void settle() {
    for (auto round = 0; round < 6; ++round)
      for (auto& [name, n] : nodes) {
        if (!n.machine) continue;
        n.machine->work();
        while (auto job = n.machine->take_sync()) {
          n.machine->on_synced(*job, job->run());
          n.machine->work();
        }
        for (auto& note : n.machine->take_outgoing()) deliver(n, std::move(note));
      }
  }
  void pass(duration how_long) {
    for (const auto end = time.monotonic() + how_long; time.monotonic() < end; time.advance(250ms)) settle();
  }
  auto lacking(const std::string& name) const { return nodes.at(name).core->copies_lacking; }
  auto held(const std::string& name) const { return nodes.at(name).core->held().events_held; }
  auto copies(const std::string& name) const { return nodes.at(name).core->copies().events(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nodes_that_keep_copies, cluster)

BOOST_AUTO_TEST_CASE(outlive_one_disk_after_the_other) {
  for (std::uint64_t n = 1; n <= 4; ++n) {
    const auto is_first = n % 2 == 0;
    give(is_first ? "core-1" : "core-2", n);
    give(is_first ? "core-2" : "core-1", n, is_first ? "core-1" : "core-2");
  }
  pass(30s);
  BOOST_TEST(lacking("core-1") + lacking("core-2") == 0U);
  stop("core-1", true);
  start("core-1");
  settle();
  BOOST_TEST(lacking("core-2") == 2U);
  pass(30s);
  BOOST_TEST(lacking("core-2") == 0U);
  BOOST_TEST(held("core-2") == 4U); // it took over what the other one had been to pass on
  BOOST_TEST(copies("core-1") == 4U);
  BOOST_TEST(held("core-1") == 0U);
  stop("core-2", true);
  start("core-2");
  pass(30s);
  BOOST_TEST(held("core-1") == 4U);
  BOOST_TEST(copies("core-2") == 4U);
}

BOOST_AUTO_TEST_CASE(make_no_more_copies_when_one_comes_back_with_its_disk) {
  give("core-1", 1);
  give("core-2", 1, "core-1");
  pass(15s);
  stop("core-2", false);
  pass(5s);
  BOOST_TEST(lacking("core-1") == 1U);
  start("core-2");
  pass(5s);
  BOOST_TEST(copies("core-2") == 1U); // known without a store to feed
  BOOST_TEST(held("core-2") == 0U);
  BOOST_TEST(lacking("core-1") == 0U);
  stop("core-1", false);
  start("core-1");
  pass(30s);
  BOOST_TEST(held("core-1") == 1U);
  BOOST_TEST(copies("core-1") == 0U);
  BOOST_TEST(nodes.at("core-2").core->last_record() == 1U);
}

BOOST_AUTO_TEST_CASE(copy_what_came_while_there_was_one_alone) {
  stop("core-2", false);
  pass(15s);
  give("core-1", 1);
  pass(15s);
  BOOST_TEST(lacking("core-1") == 1U);
  start("core-2");
  pass(20s);
  BOOST_TEST(lacking("core-1") == 0U);
  BOOST_TEST(copies("core-2") == 1U);
}

BOOST_AUTO_TEST_CASE(make_up_for_what_one_had_that_left_and_give_it_nothing) {
  start("core-3");
  give("core-1", 1);
  give("core-2", 1, "core-1");
  give("core-1", 2); // as if its sender had gone on with fewer
  pass(2s);
  nodes.at("core-3").machine->leave();
  pass(30s);
  BOOST_TEST(lacking("core-1") == 0U);
  BOOST_TEST(copies("core-2") == 2U);
  BOOST_TEST(copies("core-3") == 0U);
  stop("core-3", false);
  start("core-3");
  stop("core-2", false); // for good
  pass(30s);
  BOOST_TEST(lacking("core-1") == 0U);
  BOOST_TEST(copies("core-3") == 2U);
}

BOOST_AUTO_TEST_CASE(end_although_others_gave_them_copies) {
  give("core-1", 1);
  pass(30s);
  BOOST_TEST(copies("core-2") == 1U);
  auto& leaver = *nodes.at("core-2").machine;
  leaver.on_close({0, "edge-1/collector/logs", true}, edge);
  leaver.leave();
  pass(3s);
  BOOST_TEST(leaver.is_finished());
}

BOOST_AUTO_TEST_SUITE_END()
