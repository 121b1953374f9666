#include "cli/command.hpp"
#include "cli/logging.hpp"
#include "cli/tell/ask_running.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct log_level_line {
  whom_to_ask whom;
  std::string level;
};

auto change_log_level(const log_level_line& line, session& s) -> int {
  auto wanted = question{"log-level", {}, {}};
  if (!line.level.empty()) wanted.words["level"] = line.level;
  const auto answer = ask_running(line.whom, wanted, "log-level", s);
  if (const auto* status = std::get_if<int>(&answer)) return *status;
  s.out << std::get<std::string>(answer);
  return exit_done;
}

} // namespace

void add_log_level(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("log-level", "Have a running node log more or less");
  auto line = std::make_shared<log_level_line>();
  sub->add_option("level", line->level, "trace, debug, info, warn, error, critical or off; without it the present one is printed")
      ->check(CLI::IsMember{std::vector<std::string>{log_levels.begin(), log_levels.end()}});
  add_options_of(*sub, line->whom);
  sub->footer("\nExamples:\n"
              "  weir log-level debug\n"
              "  weir log-level info --node core-1 --via edge-1\n\n"
              "It holds until the process ends. Another node obeys if the class of the one that asks may operate it\n"
              "(cluster: allow:).\n"
              "Exit status: 0 done, 1 refused, no such node or no answer, 2 wrong use, or several nodes run here and none was\n"
              "named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return change_log_level(*line, s); }; });
}

} // namespace weir::cli
