#include "runtime/event/tag_pattern.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace weir;

BOOST_AUTO_TEST_SUITE(tag_patterns)

namespace {

struct example {
  const char* pattern;
  std::vector<std::string> matching;
  std::vector<std::string> other;
};

void check(const example& e) {
  const auto pattern = tag_pattern::parse({e.pattern});
  BOOST_TEST_REQUIRE(static_cast<bool>(pattern), e.pattern);
  for (const auto& tag : e.matching) BOOST_TEST(pattern->matches(tag), e.pattern << " wants " << tag);
  for (const auto& tag : e.other) BOOST_TEST(!pattern->matches(tag), e.pattern << " refuses " << tag);
}

auto problem(const std::string& pattern) -> std::string {
  const auto parsed = tag_pattern::parse({pattern});
  return parsed ? "none" : parsed.failure().what;
}

} // namespace

// The behaviour that Fluentd documents (Config: File Syntax, "How Do the Match Patterns Work?").
BOOST_AUTO_TEST_CASE(patterns_match_what_fluentd_matches) {
  const example table[] = {
      {"a", {"a"}, {"b", "", "a.b", "ab"}},
      {"a.b", {"a.b"}, {"aab", "a", "a.b.c"}},
      {"*", {"a", "abc"}, {"a.b"}},
      {"a.*", {"a.b", "a.c"}, {"a", "ab", "a.b.c"}},
      {"a*", {"a", "ab", "abc"}, {"a.b", "ab.c", "ba"}},
      {"*a", {"a", "ba", "cba"}, {"ab", "b.a"}},
      {"*a*", {"a", "ba", "ac", "bac"}, {"b", "b.ac"}},
      {"a.*.c", {"a.b.c", "a.c.c"}, {"a.c", "a.b.b.c"}},
      {"**", {"", "a", "a.b.c"}, {}},
      {"a.**", {"a", "a.b", "a.b.c"}, {"ab", "abc", "ab.c", "ab.d.e", "b.a"}},
      {"a**", {"a", "ab", "a.b", "ab.c", "ab.d.e"}, {"ba"}},
      {"**.a", {"a", "b.a", "cb.a", "d.e.a"}, {"ba", "c.ba", "a.b"}},
      {"**a", {"a", "ba", "c.ba", "b.a", "d.e.a"}, {"ab"}},
      {"a.**.d", {"a.d", "a.b.d", "a.b.c.d"}, {"a", "ad", "a.b.dd", "a.bd", "b.d"}},
      {"**.b.**", {"b", "a.b", "b.c", "a.b.c"}, {"ab", "bc", "ab.c", "a.bc"}},
      {"a.{b,c}", {"a.b", "a.c"}, {"a.d", "a"}},
      {"{a,b}.*", {"a.x", "b.y"}, {"c.x", "a"}},
      {"a.{b,c}.**", {"a.b", "a.c", "a.b.x.y"}, {"a.d", "a.cd"}},
      {"a.{b.**,c}", {"a.b", "a.b.c", "a.c"}, {"a.c.d"}},
      {"{a,{b,c}.d}*", {"a", "ax", "b.d", "c.dx"}, {"b", "c"}},
      {"a{,.b}", {"a", "a.b"}, {"a."}},
      {"a b.*  c", {"a", "b.x", "c"}, {"b", "a b.*"}},
      {"{a, b}.c", {"a.c", "b.c"}, {"c"}},
      {"web*.{access,error}", {"web.access", "web-7.error"}, {"web.x", "db.access"}},
      {"\\*.\\{a\\,b\\}", {"*.{a,b}"}, {"x.{a,b}", "*.a"}},
  };
  for (const auto& e : table) check(e);
}

BOOST_AUTO_TEST_CASE(a_list_matches_if_any_pattern_does_and_an_empty_list_matches_all) {
  const auto list = tag_pattern::parse({"a.**", "b"});
  BOOST_TEST_REQUIRE(static_cast<bool>(list));
  BOOST_TEST(list->matches("a.b"));
  BOOST_TEST(list->matches("b"));
  BOOST_TEST(!list->matches("c"));
  BOOST_TEST(!list->matches_all());
  BOOST_TEST(tag_pattern{}.matches("anything"));
  BOOST_TEST(tag_pattern{}.matches_all());
  BOOST_TEST(tag_pattern::parse({"a", "**"})->matches_all());
  BOOST_TEST(list->text().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_wrong_pattern_is_named_with_the_place_of_what_is_wrong) {
  BOOST_TEST(problem("a.{b,c") == "tag pattern \"a.{b,c\" has a \"{\" without its \"}\" at character 3");
  BOOST_TEST(problem("a}.b") == "tag pattern \"a}.b\" has a \"}\" without its \"{\" at character 2");
  BOOST_TEST(problem("a\\") == "tag pattern \"a\\\" has a \"\\\" with nothing behind it at character 2");
  BOOST_TEST(problem(" ") == "an empty tag pattern; \"**\" matches every tag");
  BOOST_TEST(problem("/a.+/").find("regular expression") != std::string::npos);
  BOOST_TEST(problem(std::string(100, '{')).find("nested deeper") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(alternatives_are_bounded) {
  auto text = std::string{};
  for (int i = 0; i < 40; ++i) text += "{a,b}";
  BOOST_TEST(problem(text).find("stands for more than 1000 alternatives") != std::string::npos);
  BOOST_TEST(problem("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}") == "none");
}

BOOST_AUTO_TEST_CASE(many_wildcards_against_a_long_tag_end_quickly) {
  auto text = std::string{};
  for (int i = 0; i < 50; ++i) text += "**.*a*a.";
  const auto pattern = tag_pattern::parse({text + "b"});
  BOOST_TEST_REQUIRE(static_cast<bool>(pattern));
  auto tag = std::string{};
  for (int i = 0; i < 400; ++i) tag += "aaaa.";
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(!pattern->matches(tag + "c"));
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{2}));
}

BOOST_AUTO_TEST_SUITE_END()
