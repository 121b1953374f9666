#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"
#include "runtime/base/units.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

/// A node that waits for others says within seconds why they do not answer.
constexpr auto status_timeout = 30s;

struct status_line {
  std::string node;
  std::string max_delay;
  bool json = false;
  bool cluster = false;
  bool check = false;
};

/// Under --check: as monitoring systems want it.
constexpr auto exit_degraded = 1;
constexpr auto exit_not_well = 2;

/// What of the line makes no sense; empty if all does.
auto misuse_of(const status_line& line) -> std::string {
  if (line.max_delay.empty()) return {};
  if (!line.check) return "--max-delay wants --check";
  const auto delay = parse_duration(line.max_delay);
  return delay ? std::string{} : "--max-delay " + delay.failure().what;
}

auto request_of(const status_line& line) -> std::string {
  if (!line.check) return std::string{line.cluster ? "cluster" : "status"} + (line.json ? "" : " text");
  auto request = std::string{line.cluster ? "check cluster" : "check"};
  if (!line.max_delay.empty()) request += ' ' + std::to_string(parse_duration(line.max_delay)->count());
  return request;
}

auto show(const status_line& line, session& s) -> int {
  if (const auto misuse = misuse_of(line); !misuse.empty()) {
    s.err << "weir status: " << misuse << '\n';
    return exit_misuse;
  }
  const auto no_answer = line.check ? exit_not_well : exit_failed;
  const auto found = find_node(line.node, "status", no_answer, s);
  if (!found.node) return found.status;
  const auto answer = ask(found.node->path, request_of(line), status_timeout);
  if (!answer) {
    s.err << "weir status: " << answer.failure().what << '\n';
    return no_answer;
  }
  s.out << *answer;
  if (!line.check) return exit_done;
  const auto first = std::string_view{*answer}.substr(0, answer->find('\n'));
  return first.ends_with(": ok") ? exit_done : first.ends_with(": degraded") ? exit_degraded : exit_not_well;
}

} // namespace

void add_status(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("status", "Print what a running node does");
  auto line = std::make_shared<status_line>();
  sub->add_option("node", line->node,
                  "The node, by its name or as CLUSTER.NODE; may be left out if only one runs");
  auto* json = sub->add_flag("--json", line->json, "One JSON object, for programs");
  sub->add_flag("--cluster", line->cluster, "The node and all nodes that it is linked to");
  sub->add_flag("--check", line->check, "Say only whether all is well, and by the exit status")->excludes(json);
  sub->add_option("--max-delay", line->max_delay,
                  "With --check: nothing may be held for longer than this, such as 30s");
  sub->footer(
      "\nExamples:\n"
      "  weir status\n"
      "  weir status edge-1 --json\n"
      "  weir status --cluster\n"
      "  weir status --check --max-delay 30s\n\n"
      "It asks the node through its socket in $WEIR_RUNTIME_DIR, $XDG_RUNTIME_DIR/weir, /run/weir or\n"
      "/tmp/weir-UID, and so works on the machine and for the user that runs the node.\n"
      "Exit status: 0 done, 1 no such node or no answer, 2 several nodes run and none was named; with\n"
      "--check 0 all is well, 1 degraded, 2 failed or no such node.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show(*line, s); }; });
}

} // namespace weir::cli
