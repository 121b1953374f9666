#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/logging.hpp"
#include "cli/tell/ask_running.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto followed_every = 300ms;

struct logs_line {
  whom_to_ask whom;
  std::string level;
  std::string text;
  std::size_t lines = 100;
  bool follows = false;
};

auto show_logs(const logs_line& line, session& s) -> int {
  auto wanted = question{"logs", {}, {{"limit", std::to_string(line.lines)}}};
  if (!line.level.empty()) wanted.words["level"] = line.level;
  if (!line.text.empty()) wanted.words["text"] = line.text;
  while (true) {
    auto answer = ask_running(line.whom, wanted, "logs", s);
    if (const auto* status = std::get_if<int>(&answer)) return *status;
    auto& lines = std::get<std::string>(answer);
    wanted.words["since"] = take_line(lines);
    s.out << lines << std::flush;
    if (!line.follows) return exit_done;
    if (!s.out) return exit_failed;
    wanted.words.erase("limit");
    std::this_thread::sleep_for(followed_every);
  }
}

} // namespace

void add_logs(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("logs", "Print the last lines of a running node's own log");
  auto line = std::make_shared<logs_line>();
  sub->add_option("node", line->whom.node,
                  "The node: one of this machine, by its name or as CLUSTER.NODE, or another one of the cluster; may be left "
                  "out if only one runs here");
  sub->add_option("--via", line->whom.via, "The node of this machine that asks it; may be left out if only one runs here");
  sub->add_flag("-f,--follow", line->follows, "Go on with what comes");
  sub->add_option("-n,--lines", line->lines, "How many lines")->capture_default_str();
  sub->add_option("--level", line->level, "Only those of this level and above")
      ->check(CLI::IsMember{std::vector<std::string>{log_levels.begin(), log_levels.end()}});
  sub->add_option("--text", line->text, "Only those that have this text");
  sub->footer("\nExamples:\n"
              "  weir logs\n"
              "  weir logs edge-1 -f --level warn\n\n"
              "A node keeps its last 10,000 lines, of 4 MiB at most, as far as its log level lets them through. Another node\n"
              "tells its log if the class of the one that asks may operate it (cluster: allow:).\n"
              "Exit status: 0 done, 1 refused, no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_logs(*line, s); }; });
}

} // namespace weir::cli
