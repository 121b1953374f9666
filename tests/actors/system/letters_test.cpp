/// What a store rejects: its chunk becomes dead letters, kept before it counts as done, and nothing else
/// does.
#include "runtime/dead_letter/dead_letter.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "tests/actors/system/stumbling_plugins.hpp"
#include "tests/actors/system/test_node.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto two_tiers = R"(
collectors: { numbers: { type: numbers } }
sinks: { shelf: { type: shelf, from: [numbers], retry: { first: 1ms, max: 20ms } } }
)";

constexpr auto two_sinks = R"(
collectors: { numbers: { type: numbers } }
sinks:
  shelf: { type: shelf, from: [numbers], dead_letter: letters, retry: { first: 1ms, max: 20ms } }
  letters: { type: file, path: letters.json }
)";

/// A directory of its own, where the letters go.
struct fixture {
  stumbling_world world;
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::path here =
      std::filesystem::temp_directory_path() / ("weir-letters-" + std::to_string(::getpid()));

  fixture() {
    the_world() = &world;
    std::filesystem::remove_all(here);
    std::filesystem::create_directories(here);
    std::filesystem::current_path(here);
    world.events = 30'000;
    world.payload_bytes = 200;
    world.rejected = 20'000;
    world.store_stopped = true; // until several chunks wait
  }
  ~fixture() {
    the_world() = nullptr;
    std::filesystem::current_path(before);
    std::filesystem::remove_all(here);
  }

  void let_the_store_go() {
    BOOST_TEST_REQUIRE(world.refused_some());
    const auto lock = std::lock_guard{world.mutex};
    world.store_stopped = false;
  }

  void block_letters() { std::ofstream{"weir-data"} << "in the way"; }

  /// Puts the numbers that are in letters to those that are stored.
  auto add_letters() -> std::size_t {
    auto file = std::ifstream{"weir-data/dead-letters/shelf.jsonl"};
    auto reader = dead_letter_reader{};
    auto count = std::size_t{0};
    for (auto line = std::string{}; std::getline(file, line); ++count) {
      const auto letter = reader.read(line);
      BOOST_TEST_REQUIRE(bool{letter});
      BOOST_TEST(letter->reason == "rejected: the store wants another number");
      auto e = entry{};
      auto number = std::uint64_t{UINT64_MAX};
      BOOST_TEST(entry_reader{letter->bytes}.next(e));
      BOOST_TEST(msgpack_reader{find_field(e.record, "n")}.unsigned_integer(number));
      world.stored.push_back(number);
    }
    return count;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rejected_chunks, fixture)

BOOST_AUTO_TEST_CASE(only_the_chunk_that_the_store_rejects_becomes_dead_letters) {
  auto node = test_node{two_tiers, {true, 1000}};
  let_the_store_go();
  BOOST_TEST(node.finished());
  const auto seen = of(node.observe(), "shelf");
  const auto letters = add_letters();
  BOOST_TEST(letters > 0U);
  BOOST_TEST(letters < 10'000U); // not the group that it was in
  BOOST_TEST(seen.dead_letters.at("numbers") == letters);
  BOOST_TEST(seen.events_out == 30'000U - letters);
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(a_letter_that_cannot_be_kept_holds_its_chunk_as_long_as_the_file_says) {
  auto node = test_node{std::string{two_tiers} + "dead_letters: { give_up_after: never }", {true, 1000}};
  block_letters();
  let_the_store_go();
  BOOST_TEST(node.observe_until(
      [](const auto& all) { return of(all, "shelf").last_error.starts_with("cannot keep dead letters"); }));
  const auto seen = of(node.observe(), "shelf");
  BOOST_TEST(seen.events_held > 0U);
  BOOST_TEST(seen.dead_letters.empty());
  BOOST_TEST(of(node.observe(), "numbers").events_held > 0U); // it was not acked
  std::filesystem::remove("weir-data");
  BOOST_TEST(node.finished());
  BOOST_TEST(add_letters() > 0U);
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_CASE(a_letter_that_cannot_be_kept_jams_no_sink) {
  auto node = test_node{std::string{two_tiers} + "dead_letters: { give_up_after: 10ms }", {true, 1000}};
  block_letters();
  let_the_store_go();
  BOOST_TEST(node.finished());
  const auto seen = of(node.observe(), "shelf");
  BOOST_TEST(seen.dead_letters.empty());
  BOOST_TEST(seen.dropped.size() == 1U);
  BOOST_TEST(seen.dropped.at("dead letter lost") > 0U);
  BOOST_TEST(seen.events_out + seen.dropped.at("dead letter lost") == 30'000U);
  BOOST_TEST(seen.last_error == "");
}

BOOST_AUTO_TEST_CASE(nothing_starts_without_a_place_for_dead_letters) {
  block_letters();
  BOOST_TEST(test_node::problem_of(two_tiers).starts_with(
      "no place for the dead letters of \"shelf\": cannot write weir-data/dead-letters/shelf.jsonl: "));
  BOOST_TEST(test_node::problem_of(std::string{two_tiers} + "dead_letters: { path: elsewhere }") == "");
  BOOST_TEST(test_node::problem_of(std::string{two_tiers} + "dead_letters: { max_size: 0 }") == "");
}

BOOST_AUTO_TEST_CASE(their_sink_gets_them_before_all_ends) {
  auto node = test_node{two_sinks, {true, 1000}};
  let_the_store_go();
  BOOST_TEST(node.finished());
  auto file = std::ifstream{"letters.json"};
  auto delivered = std::size_t{0};
  for (auto line = std::string{}; std::getline(file, line); ++delivered)
    BOOST_TEST(line.find("\"record\":{\"n\":") != std::string::npos);
  BOOST_TEST(delivered == add_letters());
  BOOST_TEST(world.each_once());
}

BOOST_AUTO_TEST_SUITE_END()
