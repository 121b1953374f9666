#include "actors/sinks/sql/ledger_rows.hpp"

#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::at_positions;
using test::born_in;
using test::make_chunk;
using test::numbered;

namespace {

constexpr auto day_s = std::int64_t{86'400};

/// A ledger and the topic that it would be in.
struct ledger_with_topic {
  ledger_rows rows;
  std::vector<std::pair<std::string, std::optional<std::string>>> topic;

  void put(const ledger_records& records) {
    for (const auto& [key, value] : records) {
      topic.emplace_back(key, value);
      BOOST_REQUIRE(rows.apply(key, value ? std::optional<std::string_view>{*value} : std::nullopt));
    }
  }
  /// How many of the chunks' events are new.
  auto commit(const std::vector<chunk_ptr>& chunks, std::int64_t now_s = 1) -> std::uint64_t {
    const auto plan = plan_commit(chunks, rows.view_of(chunks));
    put(rows.records_of(plan, now_s, [](const auto&) { return true; }));
    auto fresh = std::uint64_t{0};
    for (const auto& of : plan.fresh)
      if (of)
        for (const auto& r : *of) fresh += r.end - r.first;
    return fresh;
  }
  /// What another writer knows that reads the topic.
  auto read_back() const -> ledger_rows {
    auto made = ledger_rows{};
    for (const auto& [key, value] : topic) made.apply(key, value ? std::optional<std::string_view>{*value} : std::nullopt);
    return made;
  }
};

auto with_id(const chunk_ptr& c, std::uint64_t origin, std::uint64_t sequence, std::uint64_t settled_below = 1) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  made->id = {origin, sequence};
  made->settled_below = settled_below;
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kafka_ledger_rows)

BOOST_AUTO_TEST_CASE(what_is_in_is_not_new_again_for_whoever_reads_the_topic) {
  auto ledger = ledger_with_topic{};
  const auto first = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  const auto overlapping = with_id(at_positions(make_chunk({numbered("a", 5, 15)}, 1), 50, 150), 99, 1);
  BOOST_TEST(ledger.commit({first}) == 10U);
  BOOST_TEST(ledger.commit({first}) == 0U);
  auto other = ledger_with_topic{ledger.read_back(), {}};
  BOOST_TEST(other.commit({first}) == 0U);
  BOOST_TEST(other.commit({overlapping}) == 5U);
  BOOST_TEST((other.rows.knowledge("n/collector/c").positions == std::vector<position_range>{{"s", 0, 150}}));
}

BOOST_AUTO_TEST_CASE(what_lies_behind_another_makes_its_row_longer) {
  auto ledger = ledger_with_topic{};
  for (std::uint64_t i = 0; i < 200; ++i)
    ledger.commit({with_id(at_positions(make_chunk({numbered("a", 0, 10)}), i * 100, i * 100 + 100), 7, i + 1)});
  BOOST_TEST(ledger.rows.size() == 2U);
  BOOST_TEST(ledger.read_back().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_gap_that_is_filled_leaves_one_row) {
  auto ledger = ledger_with_topic{};
  const auto part = [](std::uint64_t begin) { return with_id(at_positions(make_chunk({numbered("a", 0, 10)}), begin, begin + 100), 7, begin / 100 + 1); };
  ledger.commit({part(0)});
  ledger.commit({part(200)});
  BOOST_TEST(ledger.rows.size() == 4U);
  ledger.commit({part(100)});
  BOOST_TEST(ledger.rows.size() == 2U);
  BOOST_TEST((ledger.read_back().knowledge("n/collector/c").positions == std::vector<position_range>{{"s", 0, 300}}));
}

BOOST_AUTO_TEST_CASE(chunks_that_went_elsewhere_leave_no_gaps_for_ever) {
  auto ledger = ledger_with_topic{};
  const auto chunk_number = [](std::uint64_t n, std::uint64_t settled) {
    auto c = make_chunk({numbered("a", 0, 1)});
    return with_id(c, 7, n, settled);
  };
  ledger.commit({chunk_number(2, 1), chunk_number(4, 1), chunk_number(9, 1)});
  BOOST_TEST(ledger.rows.size() == 3U);
  ledger.commit({chunk_number(12, 10)});
  BOOST_TEST(ledger.rows.size() == 2U);
  auto known = std::vector<id_range>{};
  ledger.read_back().add_known({{7, 1, 20}}, known);
  BOOST_TEST((known == std::vector<id_range>{{7, 1, 9}, {7, 12, 12}}));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_over_stays_known_and_goes_after_its_time) {
  auto ledger = ledger_with_topic{};
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  auto end = std::make_shared<chunk>(*with_id(make_chunk({}), 7, 2));
  end->source = c->source;
  end->positions = {{"s", 100, end_of_stream}};
  ledger.commit({c}, 10);
  ledger.commit({end}, 10);
  BOOST_TEST(ledger.read_back().knowledge("n/collector/c").positions.empty());
  BOOST_TEST(ledger.commit({with_id(c, 8, 1)}, 20) == 0U);
  auto gone = ledger_records{};
  ledger.rows.forget({}, 10 + 8 * day_s, gone);
  ledger.put(gone);
  BOOST_TEST(ledger.rows.size() == 0U);
  BOOST_TEST(ledger.read_back().size() == 0U);
}

BOOST_AUTO_TEST_CASE(clients_ids_go_by_age_and_by_number) {
  auto ledger = ledger_with_topic{};
  const auto message = [](int n) { return with_id(born_in(make_chunk({numbered("a", n, n + 1)}), "~*" + std::to_string(n), 0, 1), 7, 0); };
  for (auto n = 0; n < 10; ++n) BOOST_TEST(ledger.commit({message(n)}, 100 + n) == 1U);
  BOOST_TEST(ledger.commit({message(3)}, 120) == 0U);
  auto gone = ledger_records{};
  ledger.rows.forget({.ids_max = 7}, 120, gone);
  BOOST_TEST(gone.size() == 3U);
  ledger.put(gone);
  BOOST_TEST(ledger.rows.crowded_out_s() == 102);
  gone.clear();
  ledger.rows.forget({}, 105 + 3600, gone);
  ledger.put(gone);
  BOOST_TEST(ledger.rows.size() == 5U);
  BOOST_TEST(ledger.commit({message(9)}, 106 + 3600) == 0U);
  BOOST_TEST(ledger.commit({message(4)}, 106 + 3600) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_left_out) {
  auto rows = ledger_rows{};
  for (const auto* key : {"", "p", "p a b", "x a b 1", "p a b c", "p a b 1 2", "p a b -2", "pp a b 1", "p a b 99999999999999999999"})
    BOOST_TEST(!rows.apply(key, "5 6"), key);
  for (const auto* value : {"", "5", "5 ", " 6", "x 6", "5 x", "0 6", "5 6 7"}) BOOST_TEST(!rows.apply("p a b 1", value), value);
  BOOST_TEST(!rows.apply("p a b -1", "5 6"));
  BOOST_TEST(rows.size() == 0U);
  BOOST_TEST(rows.apply("p a b 1", "5 6"));
  BOOST_TEST(rows.apply("p a b 7", std::nullopt));
  BOOST_TEST(rows.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
