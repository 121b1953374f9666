#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(fewer_events)

namespace {

/// An operator under a clock that the test moves.
struct timed_operator {
  timed_operator(std::string_view type, const config::value& settings) {
    auto problems = config::diagnostics{};
    const auto factory = plugin_registry<event_operator>::find(type)->configure(settings, std::string{type}, problems, {});
    BOOST_TEST_REQUIRE(problems.empty(), findings(type, settings));
    op = factory({.component = "test", .node = "n", .clock = &now});
  }
  auto passes(const packed_bytes& record, std::string_view tag = "t") -> bool {
    out.events.clear();
    op->apply({tag, 7, record}, out);
    return !out.events.empty();
  }

  struct output final : event_output {
    std::vector<std::string> events;
    std::map<std::string, std::uint64_t> drops;
    monotonic_time rests_until{};
    void put(const event_view& e) override { events.emplace_back(e.record); }
    void drop(std::string_view reason, std::uint64_t count) override { drops[std::string{reason}] += count; }
    void rest_until(monotonic_time then) override { rests_until = std::max(rests_until, then); }
  };

  manual_clock now;
  std::unique_ptr<event_operator> op;
  output out;
};

auto numbered(int n) -> packed_bytes { return packed({{"n", n}}); }

} // namespace

BOOST_AUTO_TEST_CASE(they_hold_the_contract_of_operators) {
  check_operator_contract(*make_operator("dedupe", map_of({{"fields", list_of({"a", "b"})}})));
  check_operator_contract(*make_operator("dedupe", map_of({{"events", "3"}, {"window", "0"}})));
  check_operator_contract(*make_operator("sample", map_of({{"rate", "3"}})));
  check_operator_contract(*make_operator("throttle", map_of({{"events", "10"}, {"by", "a"}, {"over", "drop"}})));
}

BOOST_AUTO_TEST_CASE(dedupe_drops_what_came_within_its_window) {
  auto tried = timed_operator{"dedupe", map_of({{"fields", "n"}, {"window", "10s"}})};
  BOOST_TEST(tried.passes(packed({{"n", 1}, {"other", 1}})));
  BOOST_TEST(!tried.passes(packed({{"n", 1}, {"other", 2}})));
  BOOST_TEST(tried.passes(numbered(1), "another tag"));
  BOOST_TEST(tried.passes(packed({{"other", 1}})));
  BOOST_TEST(tried.passes(packed({{"n", nullptr}})));
  tried.now.advance(10s);
  BOOST_TEST(!tried.passes(numbered(1)));
  tried.now.advance(1ms);
  BOOST_TEST(tried.passes(numbered(1)));
  BOOST_TEST(tried.out.drops["repeated"] == 2U);
}

// Goal: just the last so many are known, whatever their hashes. Method: more than fit, each looked for once it is old.
BOOST_AUTO_TEST_CASE(dedupe_remembers_just_so_many) {
  auto tried = timed_operator{"dedupe", map_of({{"events", "100"}, {"window", "0"}})};
  for (int i = 0; i < 5000; ++i) {
    BOOST_TEST_REQUIRE(tried.passes(numbered(i)));
    if (i >= 99) BOOST_TEST_REQUIRE(!tried.passes(numbered(i - 99)), i);
  }
  BOOST_TEST(tried.passes(numbered(0)));
}

BOOST_AUTO_TEST_CASE(sample_chooses_the_same_events_every_time) {
  auto first = timed_operator{"sample", map_of({{"rate", "10"}})};
  auto second = timed_operator{"sample", map_of({{"rate", "10"}})};
  auto kept = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto passes = first.passes(numbered(i));
    kept += passes ? 1 : 0;
    BOOST_TEST_REQUIRE(second.passes(numbered(i)) == passes);
  }
  BOOST_TEST(kept > 900);
  BOOST_TEST(kept < 1100);
  BOOST_TEST(first.out.drops["sampled"] == 10000U - static_cast<unsigned>(kept));
}

BOOST_AUTO_TEST_CASE(sample_keeps_or_drops_a_key_as_a_whole) {
  auto tried = timed_operator{"sample", map_of({{"rate", "5"}, {"by", "trace"}})};
  auto kept = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto passes = tried.passes(packed({{"trace", i}, {"n", 1}}));
    kept += passes ? 1 : 0;
    BOOST_TEST(tried.passes(packed({{"trace", i}, {"n", 2}})) == passes);
  }
  BOOST_TEST(kept > 140);
  BOOST_TEST(kept < 260);
}

BOOST_AUTO_TEST_CASE(throttle_lets_its_collector_rest_until_events_have_had_their_time) {
  auto tried = timed_operator{"throttle", map_of({{"events", "10"}, {"per", "1s"}, {"burst", "5"}})};
  for (int i = 0; i < 5; ++i) BOOST_TEST(tried.passes(numbered(i)));
  BOOST_TEST((tried.out.rests_until == monotonic_time{}));
  for (int i = 0; i < 20; ++i) BOOST_TEST(tried.passes(numbered(i)));
  BOOST_TEST((tried.out.rests_until == tried.now.monotonic() + 2s));
  BOOST_TEST(tried.out.drops.empty());
}

BOOST_AUTO_TEST_CASE(throttle_drops_by_key_if_it_is_told_to) {
  auto tried = timed_operator{"throttle", map_of({{"events", "2"}, {"per", "1s"}, {"by", "n"}, {"over", "drop"}})};
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(tried.passes(numbered(1)) == (i < 2));
    BOOST_TEST(tried.passes(numbered(2)) == (i < 2));
  }
  tried.now.advance(500ms);
  BOOST_TEST(tried.passes(numbered(1)));
  BOOST_TEST(!tried.passes(numbered(1)));
  BOOST_TEST(tried.out.drops["throttled"] == 3U);
  BOOST_TEST((tried.out.rests_until == monotonic_time{}));
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  BOOST_TEST(findings("dedupe", map_of({{"events", "0"}})) == "dedupe: \"events\" wants 1 to 16M, not 0");
  BOOST_TEST(findings("sample", map_of({{"rate", "1"}})) == "sample: \"rate\" wants 2 or more: one of so many stays");
  BOOST_TEST(findings("throttle", map_of({{"events", "5"}, {"per", "0"}})) == "throttle: \"per\" wants a time above 0 and up to 24h");
}

BOOST_AUTO_TEST_SUITE_END()
