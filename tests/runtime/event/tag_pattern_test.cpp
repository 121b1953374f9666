#include "runtime/event/tag_pattern.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <random>
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

BOOST_AUTO_TEST_CASE(a_pattern_behind_an_exclamation_mark_takes_away) {
  const example table[] = {
      {"a.** !a.b", {"a", "a.c", "a.b.c"}, {"a.b", "b"}},
      {"!a.b", {"", "a", "b", "a.b.c"}, {"a.b"}},
      {"!a.** !b", {"c", "b.c"}, {"a", "a.x", "b"}},
      {"!{a,b}.**  c a.c", {"c"}, {"a.c", "b", "d"}},
      {"!**", {}, {"", "a", "a.b"}},
      {"** !**", {}, {"", "a"}},
      {"\\!a", {"!a"}, {"a", "b"}},
      {"a!b", {"a!b"}, {"a"}},
  };
  for (const auto& e : table) check(e);
  const auto list = tag_pattern::parse({"!a.b", "a.**"});
  BOOST_TEST_REQUIRE(static_cast<bool>(list));
  BOOST_TEST((list->matches("a.c") && !list->matches("a.b") && !list->matches_all()));
  BOOST_TEST(!tag_pattern::parse({"!a", "**"})->matches_all());
  BOOST_TEST(problem("a !") == "tag pattern \"a !\" has a \"!\" with no pattern behind it at character 4");
  BOOST_TEST(problem("! a") == "tag pattern \"! a\" has a \"!\" with no pattern behind it at character 2");
  BOOST_TEST(problem("!!a").find("no pattern behind it") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rest_matches_what_no_other_does) {
  const auto one = tag_pattern::parse({"a.**", "!a.x"});
  const auto two = tag_pattern::parse({"b"});
  BOOST_TEST_REQUIRE((one && two));
  const auto rest = tag_pattern::parse({"!noise"})->without({*one, *two});
  for (const auto* tag : {"a.x", "c", "b.c", ""}) BOOST_TEST(rest.matches(tag), tag);
  for (const auto* tag : {"a", "a.b", "b", "noise"}) BOOST_TEST(!rest.matches(tag), tag);
  BOOST_TEST(!rest.matches_all());
  BOOST_TEST(tag_pattern{}.without({}).matches_all());
  BOOST_TEST(!tag_pattern{}.without({tag_pattern{}}).matches("a"));
}

BOOST_AUTO_TEST_CASE(what_is_certain_of_tags_that_are_not_known_whole) {
  const auto any = tag_shape{};
  const auto app = tag_shape{{"app.", ""}};     // app.<anything>
  const auto file = tag_shape{{"var.", ".log"}}; // var.<anything>.log
  struct row {
    const char* pattern;
    const tag_shape& shape;
    bool may;
    bool every;
  };
  const row table[] = {
      {"**", any, true, true},          {"a", any, true, false},         {"!**", any, false, false},
      {"app.**", app, true, true},      {"app.*", app, true, false},     {"ap.**", app, false, false},
      {"app", app, false, false},       {"app.web", app, true, false},   {"*.web", app, true, false},
      {"**.web", app, true, false},     {"apps.**", app, false, false},  {"web.**", app, false, false},
      {"!app.**", app, false, false},   {"!app.web", app, true, false},  {"!web.**", app, true, true},
      {"app.** !app.**", app, false, false}, {"var.**", file, true, true}, {"**.log", file, true, false},
      {"**.txt", file, false, false},   {"var.log", file, false, false}, {"var.x.log", file, true, false},
      {"*.*.txt", file, false, false},  {"{x,var}.*.log", file, true, false},
  };
  for (const auto& r : table) {
    const auto pattern = tag_pattern::parse({r.pattern});
    BOOST_TEST_REQUIRE(static_cast<bool>(pattern));
    BOOST_TEST(pattern->may_match(r.shape) == r.may, r.pattern << " and " << to_text(r.shape));
    BOOST_TEST(pattern->matches_every(r.shape) == r.every, r.pattern << " and " << to_text(r.shape));
  }
  const auto exact = exact_tag("a.b");
  BOOST_TEST(tag_pattern::parse({"a.*"})->may_match(exact));
  BOOST_TEST(tag_pattern::parse({"a.*"})->matches_every(exact));
  BOOST_TEST(!tag_pattern::parse({"a.*.c"})->may_match(exact));
  BOOST_TEST(!tag_pattern{}.without({*tag_pattern::parse({"app.**"})}).may_match(app));
  BOOST_TEST(tag_pattern{}.without({*tag_pattern::parse({"app.x"})}).may_match(app));
}

BOOST_AUTO_TEST_CASE(what_is_certain_is_true_of_every_tag) {
  auto random = std::minstd_rand{7};
  const auto text = [&](std::string_view alphabet, int size) {
    auto made = std::string{};
    for (auto i = random() % static_cast<unsigned>(size); i > 0; --i) made += alphabet[random() % alphabet.size()];
    return made;
  };
  for (int i = 0; i < 100'000; ++i) {
    const auto pattern = tag_pattern::parse({text("ab.*!* ", 7)});
    if (!pattern) continue;
    auto shape = tag_shape{};
    shape.parts.front() = text("ab.", 4);
    shape.parts.back() = text("ab.", 4);
    const auto tag = shape.parts.front() + text("ab.", 5) + shape.parts.back();
    if (pattern->matches(tag))
      BOOST_REQUIRE_MESSAGE(pattern->may_match(shape), pattern->text().front() + " / " + tag);
    else
      BOOST_REQUIRE_MESSAGE(!pattern->matches_every(shape), pattern->text().front() + " / " + tag);
  }
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
