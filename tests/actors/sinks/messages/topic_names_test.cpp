#include "actors/sinks/messages/topic_names.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace weir;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22 15:04:05 UTC

auto topic_of(const std::string& text, const std::string& tag, std::int64_t time_ns = noon) -> std::string {
  auto names = topic_names{text, "n:1", "sink"};
  names.begin_tag(tag);
  return std::string{names.of(time_ns)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(kafka_topic_names)

BOOST_AUTO_TEST_CASE(any_tag_makes_a_name_that_kafka_takes) {
  BOOST_TEST(topic_of("logs.{tag}-%Y.%m.%d", "Web.access_1") == "logs.Web.access_1-2026.11.22");
  BOOST_TEST(topic_of("{node}.{component}", "x") == "n_1.sink");
  BOOST_TEST(topic_of("t.{tag}", "") == "t.none");
  BOOST_TEST(topic_of("{tag}", ".") == "none");
  BOOST_TEST(topic_of("{tag}", "..") == "none");
  BOOST_TEST(topic_of("t.{tag}", "a\"; drop/../caf\xe9 ") == "t.a___drop_.._caf__");
  for (const auto* tag : {"/", "a b", "\n", "{tag}", "%Y", "\xff\xfe", "a\0b"})
    BOOST_TEST(problem_of_topic_name(topic_of("{tag}", tag)) == "");
}

BOOST_AUTO_TEST_CASE(long_tags_stay_apart_and_fit) {
  const auto one = topic_of("{tag}.{tag}.{tag}", std::string(300, 'a') + '1');
  const auto other = topic_of("{tag}.{tag}.{tag}", std::string(300, 'a') + '2');
  BOOST_TEST(one.size() == topic_name_bytes_max);
  BOOST_TEST(one != other);
  BOOST_TEST(problem_of_topic_name(one) == "");
}

BOOST_AUTO_TEST_CASE(a_name_changes_with_tag_and_time_alone) {
  auto names = topic_names{"{tag}-%H", "n", "s"};
  names.begin_tag("a");
  BOOST_TEST(names.of(noon) == "a-15");
  const auto before = names.changes();
  BOOST_TEST(names.of(noon + 1'000'000'000) == "a-15");
  BOOST_TEST(names.changes() == before);
  BOOST_TEST(names.of(noon + 3'600'000'000'000) == "a-16");
  BOOST_TEST(names.changes() != before);
  BOOST_TEST((topic_names{"logs", "n", "s"}.is_fixed()));
  BOOST_TEST(!names.is_fixed());
}

BOOST_AUTO_TEST_CASE(what_can_be_no_name_is_told) {
  BOOST_TEST(problem_of_topic_template("") != "");
  BOOST_TEST(problem_of_topic_template("logs/{tag}") == "it has a \"/\"; letters, digits, \".\", \"_\" and \"-\" are allowed");
  BOOST_TEST(problem_of_topic_template("logs {tag}") != "");
  BOOST_TEST(problem_of_topic_template("logs-%T") == "it has a \":\"; letters, digits, \".\", \"_\" and \"-\" are allowed");
  BOOST_TEST(problem_of_topic_template("{what}") != "");
  BOOST_TEST(problem_of_topic_template(std::string(250, 'a')) == "it is longer than 249 bytes");
  BOOST_TEST(problem_of_topic_template("logs.{tag}-%Y") == "");
}

BOOST_AUTO_TEST_SUITE_END()
