#include "runtime/tail/glob.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

struct collect final : glob_visitor {
  std::vector<std::string> files, directories;
  void enter(const std::string& directory, bool) override { directories.push_back(directory); }
  void found(const std::string& path) override { files.push_back(path); }
};

auto matches(std::string pattern, std::string_view path) -> bool {
  return glob_set::parse({std::move(pattern)}, "/base")->matches(path);
}

} // namespace

BOOST_AUTO_TEST_SUITE(glob)

BOOST_AUTO_TEST_CASE(names_match_as_in_the_shell) {
  struct example {
    const char* pattern;
    const char* name;
    bool matches;
  };
  for (const auto& e : {example{"*.log", "a.log", true},
                        {"*.log", "a.log.1", false},
                        {"a*b*c", "aXXbYYc", true},
                        {"a*b*c", "aXXbYY", false},
                        {"?.log", "a.log", true},
                        {"?.log", "ab.log", false},
                        {"[a-c]x", "bx", true},
                        {"[a-c]x", "dx", false},
                        {"[!a-c]x", "dx", true},
                        {"[^a-c]x", "ax", false},
                        {"[]]x", "]x", true},
                        {"[a-]x", "-x", true},
                        {"[x", "[x", true},
                        {"\\*", "*", true},
                        {"\\*", "a", false},
                        {"*", "", true},
                        {"", "", true},
                        {"", "a", false},
                        {"***a", "ba", true},
                        {"[", "[", true},
                        {"[!", "[!", true},
                        {"a\\", "a\\", true}})
    BOOST_TEST(name_matches(e.pattern, e.name) == e.matches, e.pattern << " against " << e.name);
}

BOOST_AUTO_TEST_CASE(a_hostile_pattern_takes_no_exponential_time) {
  auto pattern = std::string{};
  for (int i = 0; i < 50; ++i) pattern += "*a";
  BOOST_TEST(!name_matches(pattern + "b", std::string(2000, 'a')));
}

BOOST_AUTO_TEST_CASE(paths_match_across_directories_only_by_two_stars) {
  BOOST_TEST(matches("/var/log/*.log", "/var/log/a.log"));
  BOOST_TEST(!matches("/var/log/*.log", "/var/log/sub/a.log"));
  BOOST_TEST(matches("/var/log/**/*.log", "/var/log/a.log"));
  BOOST_TEST(matches("/var/log/**/*.log", "/var/log/a/b/c.log"));
  BOOST_TEST(!matches("/var/log/**/*.log", "/var/log/a/.hidden/c.log"));
  BOOST_TEST(!matches("/var/log/*", "/var/log/.hidden"));
  BOOST_TEST(matches("/var/log/.*", "/var/log/.hidden"));
  BOOST_TEST(matches("/var/log/**", "/var/log/a/b"));
  BOOST_TEST(matches("logs/{a,b{1,2}}.log", "/base/logs/b2.log"));
  BOOST_TEST(!matches("logs/{a,b{1,2}}.log", "/base/logs/b.log"));
  BOOST_TEST(matches("/a//b/./c", "/a/b/c"));
}

BOOST_AUTO_TEST_CASE(exclusions_without_a_slash_are_about_names) {
  const auto set = glob_set::parse({"*.gz", "/var/log/old/**"}, "/", true);
  BOOST_TEST(set->matches("/var/log/a/b.gz"));
  BOOST_TEST(set->matches("/.b.gz"));
  BOOST_TEST(set->matches("/var/log/old/x/y"));
  BOOST_TEST(!set->matches("/var/log/a.log"));
}

BOOST_AUTO_TEST_CASE(patterns_that_mean_nothing_are_refused) {
  BOOST_TEST(!glob_set::parse({""}, "/"));
  BOOST_TEST(!glob_set::parse({"/"}, "/"));
  BOOST_TEST(!glob_set::parse({"/a/{b,c"}, "/"));
  BOOST_TEST(
      !glob_set::parse({"/{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}{1,2,3,4,5,6,7,8}"}, "/"));
}

BOOST_AUTO_TEST_CASE(a_walk_finds_what_matches_and_names_the_directories_to_watch) {
  const auto directory = test::scratch_directory{};
  for (const auto* name : {"a", "a/b", ".h"}) std::filesystem::create_directory(directory / name);
  for (const auto* name : {"x.log", "y.txt", "a/x.log", "a/b/x.log", ".h/x.log"})
    test::write(directory / name, "");
  std::filesystem::create_directory_symlink(directory.path(), directory / "a/loop");
  auto found = collect{};
  glob_set::parse({directory / "**/*.log"}, "/")->walk(found);
  const auto expected = std::vector{directory / "x.log", directory / "a/x.log", directory / "a/b/x.log"};
  BOOST_TEST(found.files == expected, boost::test_tools::per_element());
  auto missing = collect{};
  glob_set::parse({directory / "not/there/*.log"}, "/")->walk(missing);
  BOOST_TEST(missing.files.empty());
  BOOST_TEST(missing.directories == std::vector{directory.path()}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_sets_overlap_if_some_path_is_in_both_and_not_left_out) {
  struct {
    std::vector<std::string> read;
    std::vector<std::string> written;
    std::vector<std::string> excluded;
    bool overlaps;
  } const cases[] = {
      {{"/in/*.log"}, {"/in/*.log"}, {}, true},
      {{"/in/a*.log"}, {"/in/*b.log"}, {}, true},
      {{"/in/a*.log"}, {"/in/b*.log"}, {}, false},
      {{"/in/*.log"}, {"/out/*.log"}, {}, false},
      {{"/in/*.log"}, {"/in/*.jsonl"}, {}, false},
      {{"/in/*"}, {"/in/a/b"}, {}, false},
      {{"/in/**"}, {"/in/a/b"}, {}, true},
      {{"/**/*.log"}, {"/in/*/[0-9][0-9].log"}, {}, true},
      {{"/in/**/x.log"}, {"/in/x.log"}, {}, true},
      {{"/in/[a-c].log"}, {"/in/[d-f].log"}, {}, false},
      {{"/in/[!a].log"}, {"/in/?.log"}, {}, true},
      {{"/in/{a,b}.log"}, {"/in/b.log"}, {}, true},
      {{"/in/*"}, {"/in/.hidden"}, {}, false}, // must be written out
      {{"/in/.h*"}, {"/in/.hidden"}, {}, true},
      {{"/**/*"}, {"/in/.h/a"}, {}, false},
      {{"/in/*.log"}, {"/in/own-*.log"}, {"own-*"}, false},
      {{"/in/*.log"}, {"/in/own-*.log"}, {"own-a*"}, true},
      {{"/in/*.log"}, {"/in/*.log"}, {"*.gz"}, true},
      {{"/in/*.log"}, {"/in/*.log"}, {"/in/*"}, false},
      {{"/in/*.log"}, {"/in/*.log"}, {"[a-m]*", "[!a-m]*"}, false},
      {{"/in/x.log", "/in/y.log"}, {"/in/y.log"}, {}, true},
      {{"/in/\\*.log"}, {"/in/a.log"}, {}, false},
      {{"/" + std::string(60, '*') + "a"}, {"/" + std::string(60, '?') + "b"}, {}, false},
  };
  for (const auto& c : cases) {
    const auto read = glob_set::parse(c.read, "/");
    const auto written = glob_set::parse(c.written, "/", true);
    const auto excluded = glob_set::parse(c.excluded, "/", true);
    BOOST_TEST_REQUIRE((read && written && excluded));
    BOOST_TEST(read->overlaps(*written, *excluded) == c.overlaps, c.read[0] << " and " << c.written[0]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
