#include "actors/sinks/elasticsearch/index_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22T15:04:05Z
constexpr auto a_day = std::int64_t{86'400'000'000'000};

auto name_for(std::string_view tag, std::string_view text = "logs-{tag}-%Y.%m.%d") -> std::string {
  auto names = index_names{text, "Edge 1", "search"};
  names.begin_tag(tag);
  return std::string{names.of(noon)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(index_names_of_events)

BOOST_AUTO_TEST_CASE(any_tag_makes_a_name_that_servers_take) {
  BOOST_TEST(name_for("web.access") == "logs-web.access-2026.11.22");
  BOOST_TEST(name_for("Web.ACCESS") == "logs-web.access-2026.11.22");
  BOOST_TEST(name_for("a\"; drop table") == "logs-a___drop_table-2026.11.22");
  BOOST_TEST(name_for("../x") == "logs-.._x-2026.11.22");
  BOOST_TEST(name_for("a,b*?<>|#:\\/") == "logs-a_b_________-2026.11.22");
  BOOST_TEST(name_for("caf\xc3\xa9") == "logs-caf__-2026.11.22");
  BOOST_TEST(name_for("") == "logs-none-2026.11.22");
  BOOST_TEST(name_for(std::string_view{"\0\n", 2}) == "logs-__-2026.11.22");
}

BOOST_AUTO_TEST_CASE(a_name_does_not_begin_as_none_may) {
  for (const auto* tag : {"-a", "_a", "+a", "...a", "-_.+a"}) BOOST_TEST(problem_of_index_name(name_for(tag, "{tag}")) == "", tag);
  BOOST_TEST(name_for(".security", "{tag}") == "security");
  BOOST_TEST(name_for("..", "{tag}") == "none");
  BOOST_TEST(name_for("x", ".hidden-{tag}") == ".hidden-x");
}

BOOST_AUTO_TEST_CASE(long_tags_are_cut_and_told_apart_by_their_checksum) {
  const auto one = name_for(std::string(5000, 'a') + '1');
  const auto other = name_for(std::string(5000, 'a') + '2');
  BOOST_TEST(one != other);
  BOOST_TEST(one.size() < index_name_bytes_max);
  BOOST_TEST(problem_of_index_name(one) == "");
  BOOST_TEST(index_part_of(std::string(100, 'A')) == std::string(100, 'a'));
}

BOOST_AUTO_TEST_CASE(the_name_follows_the_time_of_the_event) {
  auto names = index_names{"logs-{tag}-%Y.%m.%d", "n", "c"};
  names.begin_tag("a");
  BOOST_TEST(names.of(noon) == "logs-a-2026.11.22");
  const auto before = names.changes();
  BOOST_TEST(names.of(noon + 1'000'000'000) == "logs-a-2026.11.22");
  BOOST_TEST(names.changes() == before);
  BOOST_TEST(names.of(noon + a_day) == "logs-a-2026.11.23");
  BOOST_TEST(names.of(0) == "logs-a-1970.01.01");
  BOOST_TEST(names.changes() != before);
  BOOST_TEST(name_for("a", "logs-%b") == "logs-nov"); // names have no upper case
  BOOST_TEST(name_for("a", "{node}-{component}-{tag}") == "edge_1-search-a");
}

BOOST_AUTO_TEST_CASE(days_may_be_those_of_another_zone) {
  auto there = index_names{"logs-%Y.%m.%d", "n", "s", *time_zone::named("Asia/Tokyo")};
  const auto evening = std::int64_t{1'795'359'845} * 1'000'000'000; // 2026-11-22T15:04:05Z
  BOOST_TEST(there.of(evening) == "logs-2026.11.23");
  BOOST_TEST(there.of(evening - std::int64_t{3600} * 1'000'000'000) == "logs-2026.11.22");
}

BOOST_AUTO_TEST_CASE(all_names_of_a_tag_have_one_pattern) {
  auto names = index_names{"logs-{tag}-%Y.%m.%d", "n", "c"};
  names.begin_tag("Web");
  BOOST_TEST(names.of_all_times() == "logs-web-*.*.*");
  BOOST_TEST(names.of_all() == "logs-*-*.*.*");
  BOOST_TEST(names.uses_time());
  BOOST_TEST(!names.is_fixed());
  auto fixed = index_names{"logs", "n", "c"};
  BOOST_TEST(fixed.is_fixed());
  BOOST_TEST(fixed.of_all_times() == std::string{fixed.of(noon)});
  BOOST_TEST(index_names("{tag}%Y%m", "n", "c").of_all() == "*");
}

BOOST_AUTO_TEST_CASE(templates_that_make_no_name_are_told) {
  for (const auto* text : {"", "Logs", "a b", "a/{tag}", "-a", "_a", "{what}", "a%q", "a*", "a,b", ".", "..", "a%%b", "caf\xc3\xa9", "a\n"})
    BOOST_TEST(problem_of_index_template(text) != "", text);
  BOOST_TEST(problem_of_index_template(std::string(200, 'a') + "{tag}") != "");
  for (const auto* text : {"logs", "{tag}", "logs-{tag}-%Y.%m.%d", ".logs-{node}"}) BOOST_TEST(problem_of_index_template(text) == "", text);
}

BOOST_AUTO_TEST_SUITE_END()
