#include "actors/sinks/objects/object_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto some_time_ns = std::int64_t{1'763'823'845} * 1'000'000'000; // 2025-11-22T15:04:05Z

auto prefix_of(const std::string& text, std::string_view tag) -> std::string {
  auto prefixes = object_prefixes{text, "node", "sink"};
  prefixes.begin_tag(tag);
  auto made = std::string{};
  BOOST_TEST(prefixes.of(some_time_ns, made) == "");
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(object_names)

BOOST_AUTO_TEST_CASE(prefixes_have_tag_and_time) {
  BOOST_TEST(prefix_of("logs/{tag}/%Y/%m/%d/", "web.access") == "logs/web.access/2025/11/22/");
  BOOST_TEST(prefix_of("{component}-{node}/%H-", "x") == "sink-node/15-");
  BOOST_TEST(prefix_of("", "x") == "");
}

BOOST_AUTO_TEST_CASE(days_may_be_those_of_another_zone) {
  auto made = std::string{};
  BOOST_TEST((object_prefixes{"%d/%H/", "n", "s", *time_zone::named("Asia/Tokyo")}.of(some_time_ns, made) == ""));
  BOOST_TEST(made == "23/00/");
}

BOOST_AUTO_TEST_CASE(no_tag_leads_anywhere_else) {
  BOOST_TEST(prefix_of("logs/{tag}/", "../../a b") == "logs/.._.._a_b/");
  BOOST_TEST(prefix_of("logs/{tag}/", "..") == "logs/__/");
  BOOST_TEST(prefix_of("logs/{tag}/", "") == "logs/none/");
  BOOST_TEST(prefix_of("logs/{tag}/", std::string_view{"a\0b/\n", 5}) == "logs/a_b__/");
  BOOST_TEST(prefix_of("{tag}/", std::string(300, 'x')).size() == 101U);
  BOOST_TEST(name_part_of(std::string(300, 'x')) != name_part_of(std::string(301, 'x')));
}

BOOST_AUTO_TEST_CASE(the_ledger_lies_before_the_first_value) {
  BOOST_TEST((object_prefixes{"logs/{tag}/%Y/", "n", "s"}.directory() == "logs/"));
  BOOST_TEST((object_prefixes{"a/b/x-%Y/", "n", "s"}.directory() == "a/b/"));
  BOOST_TEST((object_prefixes{"{tag}/", "n", "s"}.directory() == ""));
  BOOST_TEST((object_prefixes{"", "n", "s"}.directory() == ""));
}

BOOST_AUTO_TEST_CASE(what_makes_no_keys_is_told) {
  BOOST_TEST(problem_of_object_prefix("logs/").empty());
  BOOST_TEST(problem_of_object_prefix("/logs/") == "it begins with a slash");
  BOOST_TEST(problem_of_object_prefix("a//b") == "it has two slashes behind each other");
  BOOST_TEST(!problem_of_object_prefix("{tga}/").empty());
}

BOOST_AUTO_TEST_SUITE_END()
