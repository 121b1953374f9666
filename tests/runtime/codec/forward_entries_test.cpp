#include "runtime/codec/forward_entries.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

using namespace weir;
using namespace weir::pack;

namespace {

constexpr auto second_ns = std::int64_t{1'000'000'000};
constexpr auto now_ns = std::int64_t{1'700'000'000'123'456'789};
constexpr auto rules = forward_time_rules{now_ns};

/// What becomes of one entry.
auto judged(const std::string& bytes, forward_event& out, forward_time_rules by = rules)
    -> forward_entry_kind {
  auto read = msgpack_reader{bytes};
  const auto kind = next_forward_entry(read, by, out);
  BOOST_TEST(read.at_end());
  return kind;
}

auto time_of(const std::string& when, forward_time_rules by = rules) -> std::int64_t {
  auto found = forward_event{};
  const auto bytes = array({when, record("m")});
  BOOST_TEST((judged(bytes, found, by) == forward_entry_kind::event));
  return found.time_ns;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_entries_)

BOOST_AUTO_TEST_CASE(all_forms_of_time_become_nanoseconds) {
  BOOST_TEST(time_of(event_time(5, 7)) == 5 * second_ns + 7);
  BOOST_TEST(time_of(event_time_ext8(5, 7)) == 5 * second_ns + 7);
  BOOST_TEST(time_of(integer(1'700'000'000)) == 1'700'000'000 * second_ns);
  BOOST_TEST(time_of(integer(-5)) == -5 * second_ns);
  BOOST_TEST(time_of(real(1.5)) == 1'500'000'000);
  BOOST_TEST(time_of(array({event_time(5)})) == 5 * second_ns);
  BOOST_TEST(time_of(array({event_time(5), map({}), map({})})) == 5 * second_ns);
  BOOST_TEST(time_of(array({integer(5), map({{"k", str("v")}})})) == 5 * second_ns);
  BOOST_TEST(time_of(event_time(4'294'967'293U)) == 4'294'967'293 * second_ns);
}

BOOST_AUTO_TEST_CASE(zero_and_nil_mean_now) {
  for (const auto& when :
       {integer(0), nil(), event_time(0), event_time(0, 5), array({event_time(0)}), array({nil()})})
    BOOST_TEST(time_of(when) == now_ns);
}

BOOST_AUTO_TEST_CASE(whoever_gets_the_time_of_now_is_known_by_it) {
  auto found = forward_event{};
  for (const auto& when : {integer(0), nil(), event_time(0), array({nil()}), integer(50'000'000'000)}) {
    const auto now = array({when, record("m")});
    BOOST_TEST((judged(now, found) == forward_entry_kind::event));
    BOOST_TEST(found.is_timed_at_reading);
    for (const auto& own : {integer(5), event_time(5), real(1.5), array({event_time(5), map({})})}) {
      const auto timed = array({own, record("m")});
      BOOST_TEST((judged(timed, found) == forward_entry_kind::event));
      BOOST_TEST(!found.is_timed_at_reading);
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_time_become_now_and_say_so) {
  for (const auto& when : {integer(-50'000'000'000), integer(50'000'000'000), real(1e300),
                           std::string{"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"}}) {
    auto found = forward_event{};
    const auto bytes = array({when, record("m")});
    BOOST_TEST((judged(bytes, found) == forward_entry_kind::event));
    BOOST_TEST(found.is_time_lost);
    BOOST_TEST(found.time_ns == now_ns);
    const auto good = array({integer(5), record("m")});
    BOOST_TEST((judged(good, found) == forward_entry_kind::event));
    BOOST_TEST(!found.is_time_lost);
  }
}

BOOST_AUTO_TEST_CASE(fractions_are_exact) {
  BOOST_TEST(time_of(real(1'700'000'000.25)) == 1'700'000'000'250'000'000);
  BOOST_TEST(time_of(real(1'700'000'000.75)) == 1'700'000'000'750'000'000);
  BOOST_TEST(time_of(real(1'700'000'000 + 1.0 / 512)) == 1'700'000'000'001'953'125);
}

BOOST_AUTO_TEST_CASE(milliseconds_are_understood_unless_all_integers_are_seconds) {
  BOOST_TEST(time_of(integer(1'700'000'000'123)) == 1'700'000'000'123'000'000);
  BOOST_TEST(time_of(integer(1'700'000'000)) == 1'700'000'000 * second_ns);
  BOOST_TEST(time_of(integer(1'700'000'000'123), {now_ns, time_unit::seconds}) == now_ns);
}

BOOST_AUTO_TEST_CASE(invalid_entries_and_entries_that_are_no_events_are_told_apart) {
  auto found = forward_event{};
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& bytes :
       {array({boolean(true), record("m")}), array({event_time(5), str("text")}), array({event_time(5)}),
        array({}), str("x"), array({array({}), record("m")}), array({real(nan), record("m")}),
        array({std::string{"\xd4\x01\x00", 3}, record("m")})})
    BOOST_TEST((judged(bytes, found) == forward_entry_kind::invalid));
  for (const auto& bytes :
       {array({event_time(5), nil()}), array({array({event_time(0xFFFFFFFF), map({})}), map({})}),
        array({array({event_time(0xFFFFFFFE), map({})}), map({})}), array({event_time(0xFFFFFFFF), map({})})})
    BOOST_TEST((judged(bytes, found) == forward_entry_kind::nothing));
}

BOOST_AUTO_TEST_CASE(metadata_is_found_beside_the_time) {
  auto found = forward_event{};
  const auto bytes = array({array({event_time(5), map({{"k", str("v")}})}), record("m")});
  BOOST_TEST((judged(bytes, found) == forward_entry_kind::event));
  BOOST_TEST((found.metadata == map({{"k", str("v")}})));
}

BOOST_AUTO_TEST_CASE(entries_in_our_form_are_one_run_and_others_are_taken_out) {
  const auto plain =
      event_entry(5, "a") + array({integer(6), record("b")}) + array({event_time_ext8(7), record("c")});
  const auto odd = array({array({event_time(8), map({})}), record("d")}) + array({integer(0), record("e")});
  auto walk = forward_entries{};
  BOOST_REQUIRE(static_cast<bool>(walk.walk_packed(plain + odd + plain)));
  BOOST_TEST(walk.entry_count() == 8U);
  BOOST_REQUIRE(walk.runs().size() == 3U);
  BOOST_TEST(walk.runs()[0].plain);
  BOOST_TEST(walk.runs()[0].count == 3U);
  BOOST_TEST(!walk.runs()[1].plain);
  BOOST_TEST(walk.runs()[1].count == 2U);
  BOOST_TEST(walk.runs()[2].plain);
}

BOOST_AUTO_TEST_CASE(runs_stay_under_their_limit_and_lose_nothing) {
  auto bytes = std::string{};
  for (int i = 0; i < 100; ++i) bytes += event_entry(5, std::string(50'000, 'x'));
  bytes += event_entry(5, std::string(600'000, 'y'));
  auto walk = forward_entries{};
  BOOST_REQUIRE(static_cast<bool>(walk.walk_packed(bytes)));
  auto total = std::size_t{0};
  auto count = std::size_t{0};
  for (const auto& run : walk.runs()) {
    BOOST_TEST((run.bytes.size() <= forward_entries::run_bytes_max || (!run.plain && run.count == 1)));
    total += run.bytes.size();
    count += run.count;
  }
  BOOST_TEST(total == bytes.size());
  BOOST_TEST(count == 101U);
}

BOOST_AUTO_TEST_CASE(alternating_entries_cannot_blow_up_the_table_of_runs) {
  auto bytes = std::string{};
  for (int i = 0; i < 20'000; ++i) bytes += i % 2 == 0 ? event_entry(5, "a") : array({nil(), record("b")});
  auto walk = forward_entries{};
  BOOST_REQUIRE(static_cast<bool>(walk.walk_packed(bytes)));
  BOOST_TEST(walk.runs().size() <= 4096U);
  auto count = std::size_t{0};
  for (const auto& run : walk.runs()) count += run.count;
  BOOST_TEST(count == 20'000U);
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_cut_or_out_of_step_is_malformed_as_a_whole) {
  const auto whole = event_entry(5, "a") + event_entry(6, "b");
  auto walk = forward_entries{};
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == event_entry(5, "a").size()) continue;
    BOOST_TEST(!walk.walk_packed(std::string_view{whole}.substr(0, size)));
  }
  for (const auto* garbage : {"garbage", "\xc1", "\xff\xff"}) BOOST_TEST(!walk.walk_packed(whole + garbage));
}

BOOST_AUTO_TEST_SUITE_END()
