#include "runtime/ledger/ledger_state.hpp"

#include "runtime/base/binary.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto chunk_with(chunk_id id, std::uint64_t settled_below = 1) -> chunk {
  auto c = chunk{};
  c.id = id;
  c.settled_below = settled_below;
  c.source = "n/collector/c";
  return c;
}

constexpr auto now_s = std::int64_t{1'700'000'000};
constexpr auto day_s = std::int64_t{86400};

/// A record without the field that says when it was written is one, too, as earlier versions wrote it.
auto size_without_time(const std::string& record) -> std::size_t { return record.size() - 14; }

/// So is one without the field before, which says when what was committed.
auto size_without_times(const std::string& record, const ledger_state& of) -> std::size_t {
  auto size = std::size_t{6};
  for (const auto& t : of.times().all()) size += 32 + t.source.size() + t.stream.size();
  return size_without_time(record) - size;
}

auto id_stream(std::uint64_t number) -> std::string {
  auto digits = std::to_string(number);
  return "~*f2:" + std::string(32 - digits.size(), '0') + digits;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_states)

BOOST_AUTO_TEST_CASE(a_thousand_million_ids_of_which_every_other_went_elsewhere_cost_a_few_ranges) {
  auto state = ledger_state{};
  // A stretch of them; the window of what is not settled is what counts, not how far it has come.
  for (auto n = std::uint64_t{1'000'000'000}; n < 1'000'020'000; n += 2) {
    state.add(chunk_with({1, n}, n - 50), now_s);
    BOOST_REQUIRE(state.ids().size() <= 27U);
    if (n % 64 == 0) BOOST_REQUIRE(state.take_record({}).size() < 2048U);
  }
  (void)state.take_record({});
  BOOST_TEST(state.snapshot().size() < 1024U);
  BOOST_TEST(state.has(chunk_with({1, 999'999'999})));
  BOOST_TEST(!state.has(chunk_with({1, 1'000'019'999})));
}

BOOST_AUTO_TEST_CASE(a_record_says_how_things_are_so_that_a_lost_one_is_made_good) {
  auto state = ledger_state{};
  auto first = chunk_with({1, 1});
  first.positions = {{"s", 0, 10}};
  state.add(first, now_s);
  (void)state.take_record({}); // lost
  auto second = chunk_with({1, 2});
  second.positions = {{"s", 10, 20}};
  state.add(second, now_s);
  auto other = ledger_state{};
  BOOST_REQUIRE(other.apply(state.take_record({}), now_s));
  BOOST_TEST(other.has(first));
  BOOST_CHECK((other.positions().of("n/collector/c") == std::vector<position_range>{{"s", 0, 20}}));
}

BOOST_AUTO_TEST_CASE(a_snapshot_has_all_of_it) {
  auto state = ledger_state{};
  auto c = chunk_with({UINT64_MAX, UINT64_MAX}, 5);
  c.positions = {{"s", 0, 10}, {"~m", 0, 1}, {"gone", 3, 9}, {"gone", 9, end_of_stream}};
  state.add(c, now_s);
  auto mark = file_mark{"/a/b"};
  mark.inode = 4;
  mark.length = 99;
  mark.in_use = false;
  mark.begun_ns = -5;
  state.set(mark);
  auto other = ledger_state{};
  other.set({"/forgotten"});
  BOOST_REQUIRE(other.apply(state.snapshot(), now_s));
  BOOST_TEST(other.snapshot() == state.snapshot());
  BOOST_TEST(other.files().size() == 1U);
  BOOST_TEST(other.positions().of("n/collector/c").size() == 1U);
  BOOST_TEST(other.client_ids().size() == 1U);
  BOOST_TEST(other.positions().touches("n/collector/c", {"gone", 3, 4}));
}

BOOST_AUTO_TEST_CASE(what_was_made_stays_known_when_a_file_is_forgotten) {
  auto state = ledger_state{};
  auto born = file_mark{"/a/b"};
  born.inode = 4;
  born.birth_ns = 77;
  auto unborn = file_mark{"/a/c"};
  unborn.inode = 5;
  const auto wanted = std::deque<made_file>{{4, 77, ""}, {5, 0, "/a/c"}};
  const auto fresh = state.note_made(std::vector{born, unborn, born});
  BOOST_TEST((fresh == std::vector<made_file>{wanted.begin(), wanted.end()}));
  auto other = ledger_state{};
  const auto record = state.take_record(std::vector{born, unborn}, {}, fresh);
  BOOST_REQUIRE(other.apply(record, now_s));
  for (auto size = std::size_t{0}; size < record.size(); ++size) BOOST_TEST(!ledger_state{}.apply(record.substr(0, size), now_s));
  other.release_files(false);
  BOOST_TEST(other.files().empty());
  auto third = ledger_state{};
  BOOST_REQUIRE(third.apply(other.snapshot(), now_s));
  BOOST_TEST((third.made() == wanted));
  BOOST_TEST(third.note_made(std::vector{born}).empty());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_read_whole_or_not_at_all) {
  auto state = ledger_state{};
  auto c = chunk_with({1, 1});
  c.positions = {{"s", 0, 10}};
  state.add(c, now_s);
  const auto mark = file_mark{"/a/b"};
  const auto record = state.take_record({&mark, 1});
  for (auto size = std::size_t{0}; size < record.size(); ++size) {
    if (size == size_without_time(record) || size == size_without_times(record, state)) continue;
    auto other = ledger_state{};
    BOOST_TEST(!other.apply(record.substr(0, size), now_s));
    BOOST_TEST(other.ids().size() == 0U);
  }
  for (auto at = std::size_t{0}; at < record.size(); ++at) {
    auto damaged = record;
    damaged[at] = '\xff';
    (void)ledger_state{}.apply(damaged, now_s);
  }
}

BOOST_AUTO_TEST_CASE(what_may_come_again_is_known_for_its_time_and_no_longer) {
  auto state = ledger_state{};
  auto c = chunk_with({1, 1});
  c.positions = {{"gone", 0, 10}, {"gone", 10, end_of_stream}, {"quiet", 0, 10}};
  state.add(c, now_s);
  state.add(chunk_with({2, 1}), now_s + 3 * day_s);
  auto later = ledger_state{};
  BOOST_REQUIRE(later.apply(state.snapshot(), now_s + 100 * day_s)); // it says when things were
  later.forget(now_s + 7 * day_s);
  BOOST_TEST(later.has(chunk_with({1, 1})));
  BOOST_TEST(later.positions().touches(c.source, {"gone", 3, 4}));
  later.forget(now_s + 7 * day_s + 1);
  BOOST_TEST(!later.has(chunk_with({1, 1})));
  BOOST_TEST(later.has(chunk_with({2, 1})));
  BOOST_TEST(!later.positions().touches(c.source, {"gone", 3, 4}));
  BOOST_TEST(later.positions().touches(c.source, {"quiet", 3, 4})); // its source may be away for long
}

BOOST_AUTO_TEST_CASE(a_clients_message_is_known_again_in_parts_whoever_brings_it) {
  auto state = ledger_state{};
  const auto message = [&](std::uint64_t sequence, std::uint64_t begin, std::uint64_t end) {
    auto c = chunk_with({sequence, 1});
    c.source = "n/collector/" + std::to_string(sequence);
    c.positions = {{id_stream(7), begin, end}};
    return c;
  };
  state.add(message(1, 0, 3), now_s);
  auto read = ledger_state{};
  BOOST_REQUIRE(read.apply(state.take_record({}), now_s));
  BOOST_REQUIRE(read.apply(read.snapshot(), now_s));
  auto known = position_index{};
  read.client_ids().find("n/collector/9", {id_stream(7), 0, 5}, known);
  BOOST_CHECK((known.common("n/collector/9", {id_stream(7), 0, 5}) == std::vector<position_range>{{id_stream(7), 0, 3}}));
  BOOST_TEST(read.positions().streams() == 0U);
}

BOOST_AUTO_TEST_CASE(remembers_when_what_was_committed_over_records_and_snapshots) {
  auto state = ledger_state{};
  const auto add = [&](std::uint64_t sequence, std::uint64_t begin, std::int64_t at_s) {
    auto c = chunk_with({1, sequence});
    c.positions = {{"s", begin, begin + 10}};
    state.add(c, at_s);
  };
  add(1, 0, now_s);
  add(2, 10, now_s);
  auto read = ledger_state{};
  BOOST_REQUIRE(read.apply(state.take_record({}), now_s));
  add(3, 20, now_s + 5);
  BOOST_REQUIRE(read.apply(state.take_record({}), now_s));
  auto again = ledger_state{};
  BOOST_REQUIRE(again.apply(read.snapshot(), now_s));
  for (const auto* l : {&state, &read, &again}) {
    const auto when = [&](std::uint64_t position) {
      const auto* best = surest_of(l->times().all(), [&](const auto& t) { return t.stream == "s" && t.first <= position && position < t.end; });
      return best == nullptr ? 0 : best->at_s - now_s;
    };
    BOOST_TEST(l->times().all().size() == 4U); // ids and positions, of two seconds
    BOOST_TEST(when(0) == 0);
    BOOST_TEST(when(19) == 0);
    BOOST_TEST(when(20) == 5);
    const auto id = stream_of_origin(1);
    BOOST_TEST((surest_of(l->times().all(), [&](const auto& t) { return t.stream == id && t.end == 4; }) != nullptr));
  }
}

BOOST_AUTO_TEST_CASE(a_record_of_before_there_were_times_is_one_and_tells_none) {
  auto record = std::string{};
  put_number(record, std::uint8_t{0});
  put_number(record, std::uint32_t{1});
  for (const auto n : {7, 1, 9}) put_number(record, static_cast<std::uint64_t>(n));
  for (auto lists = 0; lists < 3; ++lists) put_number(record, std::uint32_t{0});
  auto state = ledger_state{};
  BOOST_REQUIRE(state.apply(record, now_s));
  BOOST_TEST(state.has(chunk_with({7, 9})));
  BOOST_TEST(state.times().all().empty());
}

BOOST_AUTO_TEST_CASE(the_surest_time_is_that_of_the_shortest_range_and_then_the_first) {
  auto times = commit_times{3};
  times.add({"a", "s", 0, 10, 5});
  times.add({"a", "s", 30, 40, 5}); // with what lies between, which comes later
  times.add({"a", "s", 20, 30, 9});
  times.add({"a", "s", 20, 30, 12}); // it came again
  const auto when = [&](std::uint64_t position) {
    return surest_of(times.all(), [&](const auto& t) { return t.first <= position && position < t.end; })->at_s;
  };
  BOOST_TEST(when(5) == 5);
  BOOST_TEST(when(35) == 5);
  BOOST_TEST(when(25) == 9);
  times.add({"a", "s", 50, 60, 13});
  BOOST_TEST(times.all().size() == 3U); // the oldest is forgotten
  BOOST_TEST(times.all().front().at_s == 9);
}

BOOST_AUTO_TEST_SUITE_END()
