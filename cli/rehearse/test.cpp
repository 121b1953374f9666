#include "cli/command.hpp"
#include "cli/figures.hpp"
#include "cli/rehearse/run_case.hpp"
#include "cli/report.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

auto run_tests(const std::string& path, session& s) -> int {
  auto problems = config::diagnostics{};
  const auto suite = load_suite(path, problems);
  explain(problems, s);
  if (!suite) return count_errors(problems, s, "nothing was tested"), exit_misuse;
  auto failed = std::size_t{0};
  for (const auto& test : suite->cases) {
    const auto findings = run_case(suite->plan, test);
    s.out << (findings.empty() ? "ok    " : "FAIL  ") << printable(test.name) << '\n';
    for (const auto& line : findings) s.out << "  " << printable(line) << '\n';
    failed += findings.empty() ? 0 : 1;
  }
  s.out << suite->cases.size() << (suite->cases.size() == 1 ? " test, " : " tests, ") << failed << " failed\n";
  return failed == 0 ? exit_done : exit_failed;
}

} // namespace

void add_test(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("test", "Run the tests of a topology: events in, expected events out");
  auto path = std::make_shared<std::string>();
  sub->add_option("file", *path, "A topology with tests:, or a file with topology: and tests:")->required();
  sub->footer("\nExample of a file:\n"
              "  topology: shop.yaml\n"
              "  tests:\n"
              "    health checks go:\n"
              "      give: {nginx: ['GET /health', {record: {path: /, status: 503}}]}\n"
              "      expect: {archive: [{tag: web, contains: {status: 503}}], alarm: 1}\n\n"
              "Exit status: 0 if all pass, 1 if one fails, 2 if the file is wrong.");
  sub->callback([path, &s] { s.chosen = [path, &s] { return run_tests(*path, s); }; });
}

} // namespace weir::cli
