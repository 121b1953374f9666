#include "runtime/codec/path_template.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22T15:04:05.123456789Z

auto compiled(std::string_view text) -> path_template {
  auto made = path_template::compile(text, {"edge-1", "archive"});
  BOOST_REQUIRE_MESSAGE(made, (made ? std::string{} : made.failure().what));
  return std::move(*made);
}

auto path_of(std::string_view text, std::string_view tag) -> std::string {
  auto path = std::string{};
  const auto problem = compiled(text).render(tag, noon, path);
  return problem.empty() ? path : std::string{problem};
}

auto problem_of(std::string_view text) -> std::string {
  const auto made = path_template::compile(text, {"edge-1", "archive"});
  return made ? "" : made.failure().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(path_templates)

BOOST_AUTO_TEST_CASE(values_are_filled_in) {
  BOOST_TEST(path_of("/a/b.log", "t") == "/a/b.log");
  BOOST_TEST(path_of("{tag}", "web.access") == "web.access");
  BOOST_TEST(path_of("/${component}/${tag}-{tag}", "t") == "/archive/t-t");
  BOOST_TEST(path_of("/{component}/{node}/{tag}/%Y-%m-%dT%H:%M:%S.%%", "t")
             == "/archive/edge-1/t/2026-11-22T15:04:05.%");
  BOOST_TEST(path_of("%F/%T %j %y %s", "t") == "2026-11-22/15:04:05 326 26 1795359845");
}

BOOST_AUTO_TEST_CASE(the_path_is_known_for_the_coarsest_unit_that_it_uses) {
  const std::pair<const char*, std::int64_t> cases[] = {{"%Y", 86'400}, {"%d", 86'400}, {"%d-%H", 3600},
                                                        {"%H/%M", 60},  {"%T", 1},      {"%Y%S", 1}};
  for (const auto& [text, seconds] : cases) {
    const auto times = compiled(text).times_around(noon);
    BOOST_TEST(times.contains(noon));
    BOOST_TEST((times.end_ns - times.begin_ns) == seconds * 1'000'000'000);
    BOOST_TEST(times.begin_ns % (seconds * 1'000'000'000) == 0);
    BOOST_TEST(compiled(text).times_around(-1).end_ns == 0);
  }
  BOOST_TEST(compiled("{tag}").times_around(noon).contains(0));
}

BOOST_AUTO_TEST_CASE(times_are_those_of_the_clocks_in_a_zone) {
  const auto in = [](std::string_view zone, std::string_view text, std::int64_t second) {
    auto made = compiled(text);
    made.in_zone(*time_zone::named(zone));
    auto path = std::string{};
    BOOST_TEST(made.render("t", second * 1'000'000'000 + 5, path) == "");
    const auto times = made.times_around(second * 1'000'000'000 + 5);
    for (const auto at : {times.begin_ns, times.end_ns - 1}) {
      auto there = std::string{};
      BOOST_TEST(made.render("t", at, there) == "");
      BOOST_TEST(there == path);
    }
    return path;
  };
  constexpr auto of_day = 1'795'359'845;
  BOOST_TEST(in("+05:30", "%Y-%m-%dT%H:%M", of_day) == "2026-11-22T20:34");
  BOOST_TEST(in("-08:00", "%F", of_day) == "2026-11-22");
  BOOST_TEST(in("+09:00", "%F", of_day) == "2026-11-23");
  BOOST_TEST(in("Europe/Berlin", "%F", 1'774'738'800) == "2026-03-29"); // a day of 23 hours begins
  BOOST_TEST(in("Europe/Berlin", "%F", 1'774'821'599) == "2026-03-29"); // and ends
  BOOST_TEST(in("Europe/Berlin", "%F", 1'774'821'600) == "2026-03-30");
  BOOST_TEST(in("Europe/Berlin", "%F-%H", 1'792'886'400 + 1800) == "2026-10-25-02"); // the first of two such hours
  BOOST_TEST(in("Europe/Berlin", "%F-%H", 1'792'890'000 + 1800) == "2026-10-25-02"); // and the second
  BOOST_TEST(in("Asia/Tokyo", "%s", of_day) == "1795359845");
}

BOOST_AUTO_TEST_CASE(no_value_leads_out_of_the_directory) {
  for (const auto* text : {"/srv/{tag}", "/srv/{tag}/x", "{tag}/x", "/srv/x/{tag}/%Y"})
    for (const auto tag : {std::string_view{".."}, std::string_view{"."}, std::string_view{""},
                           std::string_view{"a/../.."}, std::string_view{"/"}, std::string_view{"a\0b", 3}})
      BOOST_TEST(path_of(text, tag) == "path leaves the directory");
  BOOST_TEST(path_of("/srv/../{tag}", "t") == "/srv/../t");
  BOOST_TEST(path_of("/srv/{tag}.log", "..") == "/srv/...log");
  BOOST_TEST(path_of("/srv/{tag}", std::string(256, 'x')) == "path is too long");
  BOOST_TEST(path_of("/srv/{tag}", std::string(255, 'x')).size() == 260U);
  BOOST_TEST(path_of("/srv/{tag}.log", std::string(252, 'x')) == "path is too long");
}

BOOST_AUTO_TEST_CASE(the_directory_is_what_stands_before_the_first_value) {
  BOOST_TEST(compiled("/srv/logs/x{tag}/%Y").directory() == "/srv/logs");
  BOOST_TEST(compiled("{tag}").directory() == ".");
  BOOST_TEST(compiled("/{tag}").directory() == "/");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_named) {
  BOOST_TEST(problem_of("") == "an empty path");
  BOOST_TEST(problem_of("x{tag") == "a { without its }");
  BOOST_TEST(problem_of("x{tagg}") == "{tagg}; known are {tag}, {node} and {component}");
  BOOST_TEST(problem_of("x%") == "a % at its end; write %% for one");
  BOOST_TEST(problem_of("x%D") == "%D, which is no part of a time");
  BOOST_TEST(problem_of("x/").find("a name that is empty") == 0U);
  BOOST_TEST(problem_of("{tag}/./x").find("a name that is empty") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
