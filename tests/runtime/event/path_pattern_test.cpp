#include "runtime/event/path_pattern.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;

BOOST_AUTO_TEST_SUITE(path_patterns_of_fields)

namespace {

/// The path as a walk has it, "/" standing for what is between names.
auto walked(std::string_view path) -> std::string {
  auto text = std::string{path};
  std::replace(text.begin(), text.end(), '/', path_joint);
  return text;
}

auto matches(std::string_view pattern, std::string_view path) -> bool { return path_pattern::compile(pattern)->matches(walked(path)); }

/// What its stars stand for, joined.
auto parts(std::string_view pattern, std::string_view path) -> std::string {
  auto found = std::vector<std::string_view>{};
  if (!path_pattern::compile(pattern)->matches(path, found)) return "none";
  auto text = std::string{};
  for (const auto& part : found) text += '<' + std::string{part} + '>';
  return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(one_star_stays_in_a_name_and_two_do_not) {
  const std::tuple<const char*, const char*, bool> cases[] = {
      {"a.b", "a/b", true},     {"a.b", "a.b", true},       {"a.b", "a/bc", false},          {"a.*", "a/b", true},
      {"a.*", "a/b/c", false},  {"a.*", "a/b.c", true},     {"a.*", "a", false},             {"a*", "abc", true},
      {"a*c", "abcc", true},    {"a*c", "ab/c", false},     {"**.c", "a/b/c", true},         {"**.c", "c", false},
      {"a.**", "a/b/c", true},  {"**", "a/b", true},        {"*.b", "a/b", true},            {"**x*y", "x/xy", true},
      {"**b*", "a/b/c", false}, {"**.b*", "a/b/bc", true},  {"**a*b.c", "a/ab/ab/c", true},  {"*a*b*", "xxaxxbxx", true},
      {"*", "", true},          {"a*b", "a", false},        {"a.b*", "a/b.c.d", true}};
  for (const auto& [pattern, path, expected] : cases) BOOST_TEST(matches(pattern, path) == expected, pattern << " " << path);
}

BOOST_AUTO_TEST_CASE(what_stars_stand_for_is_told_in_their_order) {
  BOOST_TEST(parts("k8s_*", "k8s_pod") == "<pod>");
  BOOST_TEST(parts("a.*.*_x", walked("a/b/c_x")) == "<b><c>");
  BOOST_TEST(parts("**.name*", "a.b.names") == "<a.b><s>");
  BOOST_TEST(parts("**x*y", "xx.y") == "<><x.>");
  BOOST_TEST(parts("a", "a") == "");
  BOOST_TEST(parts("a", "b") == "none");
}

BOOST_AUTO_TEST_CASE(maps_that_cannot_hold_a_match_are_known) {
  const auto leads = [](std::string_view pattern, std::string_view path) { return path_pattern::compile(pattern)->may_lead_from(path); };
  BOOST_TEST(leads("a.b.c", "a"));
  BOOST_TEST(leads("a.b.c", walked("a/b")));
  BOOST_TEST(!leads("a.b.c", "a.b.c"));
  BOOST_TEST(!leads("a.b.c", "ab"));
  BOOST_TEST(!leads("ab.c", "a"));
  BOOST_TEST(leads("a.*", "a"));
  BOOST_TEST(leads("**.x", "anything"));
}

BOOST_AUTO_TEST_CASE(many_stars_do_not_take_long) {
  auto pattern = std::string{};
  for (int i = 0; i < 40; ++i) pattern += "**a*a";
  BOOST_TEST(!matches(pattern + "b", std::string(3000, 'a')));
}

BOOST_AUTO_TEST_CASE(what_is_no_pattern_is_told) {
  for (const auto* text : {"", ".a", "a.", "a..b", "a***"}) BOOST_TEST(!path_pattern::compile(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
