#include "actors/sinks/elasticsearch/bulk_batch.hpp"
#include "tests/support/store_contract.hpp"

#include <set>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};
constexpr auto a_day = std::int64_t{86'400'000'000'000};

struct batch_under_test {
  explicit batch_under_test(bulk_batch_settings settings) : made(std::move(settings)) {}
  auto assign(const std::vector<chunk_ptr>& chunks) -> committed {
    auto done = committed{};
    const auto all = tag_pattern{};
    made.assign({chunks, all}, done);
    return done;
  }
  auto ids() -> std::vector<std::string> {
    auto found = std::vector<std::string>{};
    for (const auto& d : made.documents()) found.emplace_back(made.id_of(d));
    return found;
  }
  bulk_batch made;
};

auto of_days() -> batch_under_test { return batch_under_test{{index_names{"logs-{tag}-%Y.%m.%d", "n", "c"}}}; }

auto timed_at_reading(const chunk_ptr& c, index_range which) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  made->timed_at_reading = {which};
  return made;
}

/// The same events, read again at another time.
auto read_a_day_later(const chunk_ptr& c) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  auto body = byte_buffer{};
  auto entries = entry_reader{c->body.view()};
  for (auto e = entry{}; entries.next(e);) body.append(entry_of(e.time_ns + a_day, e.record));
  made->body = shared_bytes{std::move(body)};
  made->id.sequence += 1000;
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bulk_batches)

BOOST_AUTO_TEST_CASE(have_an_action_and_a_document_for_each_event) {
  auto batch = of_days();
  const auto one = entry_of(noon, record("a", 1));
  const auto two = entry_of(noon + a_day, record("a", 2));
  const auto done = batch.assign({make_chunk({{"web", one + two, 2}, {"DB", one, 1}})});
  BOOST_TEST(done.refused.empty());
  const auto& d = batch.made.documents();
  BOOST_REQUIRE(d.size() == 3U);
  const auto id = batch.ids();
  const auto action = [&](const std::string& index, std::size_t n) {
    return R"({"create":{"_index":")" + index + R"(","_id":")" + id[n] + "\"}}\n";
  };
  const auto document = [](const std::string& day, const std::string& tag, int n) {
    return R"({"@timestamp":"2026-11-)" + day + R"(T15:04:05.123456789Z","tag":")" + tag + R"(","a":)" + std::to_string(n) + "}\n";
  };
  BOOST_TEST(batch.made.body() == action("logs-web-2026.11.22", 0) + document("22", "web", 1) + action("logs-web-2026.11.23", 1)
                                      + document("23", "web", 2) + action("logs-db-2026.11.22", 2) + document("22", "DB", 1));
  BOOST_TEST(batch.made.removal_of(d[1], ".ds-x-2") == R"({"delete":{"_index":".ds-x-2","_id":")" + id[1] + "\"}}\n");
  BOOST_TEST(batch.made.indices().size() == 3U);
}

BOOST_AUTO_TEST_CASE(ids_are_the_same_when_events_are_read_again_and_lie_in_the_order_of_time) {
  auto batch = of_days();
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}), 0, 1000);
  batch.assign({c});
  const auto first = batch.ids();
  BOOST_TEST((std::set<std::string>{first.begin(), first.end()}.size() == 10U));
  for (const auto& id : first) BOOST_TEST(id.size() == 48U);
  auto again = std::make_shared<chunk>(*c);
  again->id = {77, 5}; // another start of the collector
  batch.assign({again});
  BOOST_TEST((batch.ids() == first));
  // The alphabet does not sort as the bytes that it stands for do; its first characters are of the time's high bits.
  for (const auto& id : first) BOOST_TEST(id.substr(0, 4) == first[0].substr(0, 4));
}

BOOST_AUTO_TEST_CASE(an_id_has_nothing_of_a_time_that_is_not_the_events_own) {
  auto batch = of_days();
  const auto c = timed_at_reading(at_positions(make_chunk({numbered("a", 0, 4)}), 0, 400), {1, 3});
  batch.assign({c});
  const auto first = batch.ids();
  BOOST_TEST(batch.made.documents()[1].is_timed_at_reading);
  batch.assign({read_a_day_later(c)});
  const auto later = batch.ids();
  for (const auto i : {1U, 2U}) {
    BOOST_TEST(first[i].size() == 38U);
    BOOST_TEST(first[i] == later[i]);
  }
  for (const auto i : {0U, 3U}) BOOST_TEST(first[i] != later[i]);
}

BOOST_AUTO_TEST_CASE(parts_of_a_chunk_have_the_ids_of_the_whole) {
  auto batch = of_days();
  const auto c = at_positions(make_chunk({numbered("a", 0, 5), numbered("b", 5, 9)}), 0, 900);
  batch.assign({c});
  const auto whole = batch.ids();
  auto done = committed{};
  const auto all = tag_pattern{};
  const auto wanted = std::vector<index_range>{{2, 4}, {6, 7}};
  batch.made.assign({{&c, 1}, all, wanted}, done);
  BOOST_TEST((batch.ids() == std::vector<std::string>{whole[2], whole[3], whole[6]}));
}

BOOST_AUTO_TEST_CASE(a_field_may_be_the_id_and_another_choose_the_shard) {
  auto batch = batch_under_test{{index_names{"logs", "n", "c"}, false, "user.id", "key"}};
  const auto with = [](auto&&... fields) { return entry_of(noon, record(fields...)); };
  const auto done = batch.assign({make_chunk({{"a", with("key", "k\"1", "user.id", 7) + with("key", 12) + with("other", 1)
                                                       + with("key", std::string(600, 'x')),
                                               4}})});
  const auto& d = batch.made.documents();
  BOOST_REQUIRE(d.size() == 3U);
  BOOST_TEST(batch.made.lines_of(d[0]).starts_with(R"({"create":{"_index":"logs","_id":"k\"1","routing":"7"}})" "\n"));
  BOOST_TEST(batch.made.lines_of(d[1]).starts_with(R"({"create":{"_index":"logs","_id":"12"}})" "\n"));
  BOOST_TEST(batch.ids()[0] == "k\"1");
  BOOST_TEST(batch.ids()[2].size() == 48U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].first.index == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_refused_and_leaves_no_line) {
  auto batch = of_days();
  auto damaged = numbered("a", 0, 3);
  damaged.entries += entry_of(noon, "\x81\xa1" "a"); // a map that is cut off
  damaged.count = 5;
  const auto done = batch.assign({make_chunk({damaged, numbered("b", 3, 5)})});
  BOOST_TEST(batch.made.documents().size() == 5U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].first.index == 3U);
  BOOST_TEST(done.refused[0].events == 2U);
  BOOST_TEST(batch.made.body().size() == batch.made.documents().back().end);
}

BOOST_AUTO_TEST_SUITE_END()
