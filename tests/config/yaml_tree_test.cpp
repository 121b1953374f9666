#include "config/yaml_shape.hpp"
#include "config/yaml_tree.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir::config;

namespace {

struct outcome {
  std::optional<value> tree;
  std::string findings;
};

auto parse(std::string_view text) -> outcome {
  auto problems = diagnostics{};
  auto r = outcome{parse_yaml(text, "t", problems), {}};
  for (const auto& p : problems) r.findings += to_text(p) + '\n';
  return r;
}

auto repeat(std::string_view part, std::size_t times) -> std::string {
  auto text = std::string{};
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

auto line_and_column(const place& where) -> std::string {
  return std::to_string(where.line) + ':' + std::to_string(where.column);
}

} // namespace

BOOST_AUTO_TEST_SUITE(yaml_tree)

BOOST_AUTO_TEST_CASE(values_know_their_kind_and_place) {
  const auto r = parse("a: 1\nb:\n  - x\n  - \"2\"\nc: { d: }\n");
  BOOST_REQUIRE(r.tree.has_value());
  BOOST_TEST(r.findings.empty());
  BOOST_TEST(r.tree->find("a")->scalar == "1");
  BOOST_TEST(!r.tree->find("a")->quoted);
  const auto& list = *r.tree->find("b");
  BOOST_TEST(list.is_sequence());
  BOOST_TEST(list.items[1].quoted);
  BOOST_TEST(line_and_column(list.items[1].where) == "4:5");
  BOOST_TEST(line_and_column(r.tree->members[2].where) == "5:1");
  BOOST_TEST((r.tree->find("c")->find("d")->type == value::kind::null));
}

BOOST_AUTO_TEST_CASE(a_mark_and_windows_line_endings_change_no_place) {
  const auto r = parse("\xEF\xBB\xBF"
                       "a: 1\r\nb: |\r\n  x\r\n  y\r\n");
  BOOST_REQUIRE(r.tree.has_value());
  BOOST_TEST(r.tree->find("b")->scalar == "x\ny\n");
  BOOST_TEST(line_and_column(r.tree->members[0].where) == "1:1");
  BOOST_TEST(line_and_column(r.tree->members[1].where) == "2:1");
}

BOOST_AUTO_TEST_CASE(anchors_and_merge_keys_are_expanded) {
  const auto r = parse("d: &d { x: 1, y: 2 }\ne: { <<: *d, y: 3 }\nf: *d\n");
  BOOST_REQUIRE(r.tree.has_value());
  BOOST_TEST(r.tree->find("e")->find("x")->scalar == "1");
  BOOST_TEST(r.tree->find("e")->find("y")->scalar == "3");
  BOOST_TEST(r.tree->find("f")->find("y")->scalar == "2");
}

BOOST_AUTO_TEST_CASE(aliases_may_not_nest_beyond_the_bound) {
  // Each line alone is shallow; together they would be as deep as the file is long.
  auto text = std::string{"a0: &a0 x\n"};
  for (int i = 1; i < 500; ++i)
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [[[[*a" + std::to_string(i - 1) + "]]]]\n";
  const auto r = parse(text);
  BOOST_TEST(!r.tree.has_value());
  BOOST_TEST(r.findings.find("nested more than 64 deep") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_alias_of_itself_is_refused) {
  for (const auto* text : {"a: &a [*a]\n", "a: &a { b: *a }\n"}) {
    const auto r = parse(text);
    BOOST_TEST(!r.tree.has_value());
    BOOST_TEST(!r.findings.empty());
  }
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_told_quickly_in_every_notation) {
  constexpr auto times = std::size_t{200'000};
  const std::string texts[] = {repeat("[", times),
                               repeat("{", times),
                               repeat("{a: ", times),
                               repeat("- ", times),
                               repeat("? ", times),
                               repeat("[{", times),
                               "a: \"it's\"\nb: " + repeat("[", times)};
  for (const auto& text : texts) {
    const auto r = parse(text);
    BOOST_TEST(!r.tree.has_value());
    BOOST_TEST_CONTEXT(text.substr(0, 20)) {
      BOOST_TEST(r.findings.find("nested more than 64 deep") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(brackets_and_tabs_inside_of_texts_are_nobodys_business) {
  const auto many = repeat("[", 200);
  for (const auto& text : {"a: \"" + many + "\"\n", "a: '" + many + "'\n", "a: x" + many + "\n",
                           "# " + many + "\na: b\n", "a: |\n  " + many + "\n  \tx\nb: c\n",
                           "a:\n  - >-\n    " + many + "\n  - c\n", std::string{"a: \"x\n\t y\"\n"}}) {
    const auto r = parse(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(r.tree.has_value());
      BOOST_TEST(r.findings.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(every_tab_that_indents_is_told) {
  const auto r = parse("a:\n\tb: c\n  d:\n  \t e: f\n");
  BOOST_TEST(!r.tree.has_value());
  BOOST_TEST(r.findings.starts_with("t:2:1: a tab indents this line"));
  BOOST_TEST(r.findings.find("t:4:3: a tab indents this line") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_text_is_refused_with_its_place) {
  const std::pair<std::string, std::string> cases[] = {
      {"a: \xff", "t:1:4: the byte 0xff is not UTF-8; wants UTF-8 text\n"},
      {"a: b\nc: \xed\xa0\x80", "t:2:4: the byte 0xed is not UTF-8; wants UTF-8 text\n"},
      {"a: \xc3", "t:1:4: the byte 0xc3 is not UTF-8; wants UTF-8 text\n"},
      {std::string{"a: \0", 4}, "t:1:4: the control character 0x00 has no place in a text file\n"},
      {"\xFF\xFE"
       "a",
       "t:1:1: the file is UTF-16; wants UTF-8\n"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto r = parse(text);
    BOOST_TEST(!r.tree.has_value());
    BOOST_TEST(r.findings == wanted);
  }
}

BOOST_AUTO_TEST_CASE(odd_keys_and_tags_are_findings_but_not_the_end) {
  const auto r = parse("[a, b]: c\n? { d: e }\n: f\ng: !secret h\n");
  BOOST_TEST(r.tree.has_value());
  BOOST_TEST(r.findings
             == "t:1:1: a key wants to be a string, not a list\n"
                "t:2:3: a key wants to be a string, not a map\n"
                "t:4:4: the tag \"!secret\" means nothing here\n"
                "  hint: text that begins with a \"!\" wants quotes\n");
}

BOOST_AUTO_TEST_CASE(a_map_of_many_keys_takes_no_time) {
  auto text = std::string{};
  for (int i = 0; i < 90'000; ++i) text += "k" + std::to_string(i) + ":\n";
  const auto r = parse(text);
  BOOST_REQUIRE(r.tree.has_value());
  BOOST_TEST(r.tree->members.size() == 90'000U);
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_a_null_value) {
  for (const auto* text : {"", "\n\n", "# nothing\n", "---\n", "~\n"}) {
    const auto r = parse(text);
    BOOST_REQUIRE(r.tree.has_value());
    BOOST_TEST((r.tree->type == value::kind::null));
  }
}

BOOST_AUTO_TEST_SUITE_END()
