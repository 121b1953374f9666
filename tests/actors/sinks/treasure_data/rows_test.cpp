#include "actors/sinks/treasure_data/rows.hpp"

#include "runtime/codec/json_writer.hpp"
#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::entry_of;
using test::make_chunk;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

auto rows_as_json(const event_pile& pile) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& p : pile.pieces) {
    auto text = byte_buffer{};
    BOOST_REQUIRE(append_json(text, pile.bytes_of(p)));
    all.emplace_back(text.view());
  }
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(treasure_data_rows)

BOOST_AUTO_TEST_CASE(an_event_is_a_row_of_its_tags_table) {
  auto s = treasure_data_settings{};
  auto rows = import_rows{s, "n", "sink"};
  const auto chunks = std::vector<chunk_ptr>{make_chunk({{"Web.a", entry_of(noon, record("User Name", "eve")) + entry_of(noon, record("time", 5)), 2},
                                                         {"b", entry_of(noon, record("tag", "own")), 1}})};
  auto done = committed{};
  const auto any = tag_pattern::parse({});
  const auto piles = rows.write({chunks, *any}, done);
  BOOST_REQUIRE(piles.size() == 2U);
  BOOST_TEST(piles[0].place == "web_a");
  BOOST_TEST(piles[1].place == "b__");
  BOOST_TEST((rows_as_json(piles[0]) == std::vector<std::string>{R"({"time":1795359845,"tag":"Web.a","user_name":"eve"})",
                                                                R"({"time":1795359845,"tag":"Web.a","record_time":5})"}));
  BOOST_TEST((rows_as_json(piles[1]) == std::vector<std::string>{R"({"time":1795359845,"tag":"b","record_tag":"own"})"}));
  BOOST_TEST(done.refused.empty());
}

BOOST_AUTO_TEST_CASE(names_are_those_that_tables_and_columns_may_have) {
  BOOST_TEST(column_name_of("a.B-c\"; drop") == "a_b_c___drop");
  BOOST_TEST(column_name_of("") == "_");
  BOOST_TEST(is_import_name("logs"));
  for (const auto* bad : {"ab", "Logs", "a-b", ""}) BOOST_TEST(!is_import_name(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
