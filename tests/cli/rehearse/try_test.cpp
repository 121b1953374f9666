#include "tests/cli/weir_command.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

using namespace weir;
using namespace weir::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(trying_and_testing)

namespace {

auto with_input(const std::string& input, const std::vector<std::string>& words) -> outcome {
  auto in = std::istringstream{input};
  auto* before = std::cin.rdbuf(in.rdbuf());
  std::cin.clear();
  auto made = weir_command(words);
  std::cin.rdbuf(before);
  std::cin.clear();
  return made;
}

/// A file that goes with the test.
class scratch_file {
public:
  explicit scratch_file(const std::string& text)
      : path_(fs::temp_directory_path() / ("weir-rehearse-" + std::to_string(::getpid()) + ".yaml")) {
    std::ofstream{path_, std::ios::binary} << text;
  }
  ~scratch_file() { fs::remove(path_); }
  auto path() const -> std::string { return path_.string(); }

private:
  fs::path path_;
};

constexpr auto shop = R"(
collectors:
  nginx: { type: stdin, tag: web.access, parse: json, process: [ { set: { level: 'if(status >= 500, "error", "info")' }, when: exists(status) } ] }
  apps: { type: forward, listen: 127.0.0.1:0 }
destination_aggregators:
  core:
    from: [nginx, apps]
    process: [ filter: { drop: path == "/health" } ]
    route: { errors: level == "error", slow: took > 1 }
sinks:
  alarm: { type: "null", from: [core.errors] }
  late: { type: "null", from: [core.slow] }
  archive: { type: "null", from: [core.rest], match: "web.**" }
)";

constexpr auto tests_of_shop = R"(
tests:
  errors reach the alarm:
    give:
      nginx: ['{"status": 503, "path": "/a", "took": 3}', '{"status": 200, "path": "/health"}', '{"status": 200, "path": "/b"}']
      apps: [{ tag: app, time: 2026-12-01T16:00:00Z, record: { took: 2.5 } }]
    expect:
      alarm: [{ tag: web.access, record: { took: 3, path: /a, status: 503, level: error } }]
      late: [{ time: 2026-12-01T16:00:00Z, contains: { took: 2.5 } }]
      archive: 1
)";

} // namespace

BOOST_AUTO_TEST_CASE(try_shows_what_parse_and_operators_make_of_lines) {
  const auto r = with_input("{\"status\":503,\"n\":1}\n{\"status\":200}\n",
                            {"try", "--parse", "json", "--process", "filter: status >= 500", "--process", "set: {n: n + 1}"});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(contains(r.out, R"("tag":"try","status":503,"n":2})"), r.out);
  BOOST_TEST(!contains(r.out, "200"));
  BOOST_TEST(r.err == "1 event dropped: filtered\n");
}

BOOST_AUTO_TEST_CASE(try_finds_what_is_wrong_with_its_place) {
  const auto r = with_input("", {"try", "--process", "filter: status >= "});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(contains(r.err, "--process:1:18: collector \"try\": filter: \"keep\": a value was wanted, not its end"), r.err);
}

BOOST_AUTO_TEST_CASE(try_shows_what_leaves_a_component_of_a_topology) {
  const auto file = scratch_file{shop};
  auto r = with_input("{\"status\":503}\n", {"try", file.path(), "--component", "nginx"});
  BOOST_TEST(contains(r.out, R"("tag":"web.access","status":503,"level":"error"})"), r.out + r.err);
  r = with_input("{\"level\":\"error\"}\n{\"level\":\"info\"}\n", {"try", file.path(), "-c", "alarm"});
  BOOST_TEST(contains(r.out, R"("level":"error"})"), r.out + r.err);
  BOOST_TEST(r.err == "1 event dropped: other route\n");
  r = with_input("", {"try", file.path(), "-c", "alarn"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(contains(r.err, "did you mean \"alarm\"?"));
}

BOOST_AUTO_TEST_CASE(test_passes_where_all_that_is_expected_comes) {
  const auto file = scratch_file{shop + std::string{tests_of_shop}};
  const auto r = weir_command({"test", file.path()});
  BOOST_TEST(r.out == "ok    errors reach the alarm\n1 test, 0 failed\n");
  BOOST_TEST(r.status == 0, r.err);
}

BOOST_AUTO_TEST_CASE(test_shows_what_differs) {
  auto wrong = shop + std::string{tests_of_shop};
  wrong.replace(wrong.find("status: 503, level: error"), 11, "status: 504");
  const auto file = scratch_file{wrong};
  const auto r = weir_command({"test", file.path()});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(contains(r.out, "FAIL  errors reach the alarm\n"), r.out);
  BOOST_TEST(contains(r.out, "sink \"alarm\": 1 event expected, 1 came\n"
                             "  - web.access {\"level\":\"error\",\"path\":\"/a\",\"status\":504,\"took\":3}\n"
                             "  + web.access {\"level\":\"error\",\"path\":\"/a\",\"status\":503,\"took\":3}\n"), r.out);
  BOOST_TEST(contains(r.out, "core dropped 1: filtered"), r.out);
  BOOST_TEST(contains(r.out, "1 test, 1 failed"));
}

BOOST_AUTO_TEST_CASE(test_finds_what_is_wrong_with_a_file_of_tests) {
  const auto file = scratch_file{shop + std::string{"tests: { a: { give: { ngins: [x] }, expect: { archive: [{ recrod: {} }] } } }\n"}};
  const auto r = weir_command({"test", file.path()});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(contains(r.err, "test \"a\": there is no collector \"ngins\"\n  hint: did you mean \"nginx\"?"), r.err);
  BOOST_TEST(contains(r.err, "unknown key \"recrod\""), r.err);
  BOOST_TEST(contains(r.err, "2 problems; nothing was tested"), r.err);
}

BOOST_AUTO_TEST_SUITE_END()
