#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/runtime_directory.hpp"
#include "config/diagnostic.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

/// A node that waits for others says within seconds why they do not answer.
constexpr auto answer_timeout = 30s;

struct status_line {
  std::string node;
  bool json = false;
  bool cluster = false;
};

auto names_of(const std::vector<running_node>& nodes) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& n : nodes) names.push_back(n.name);
  return names;
}

/// Those of this node name, or of this cluster and node name; all if none is wanted.
auto matching(const std::vector<running_node>& nodes, const std::string& wanted)
    -> std::vector<running_node> {
  if (wanted.empty()) return nodes;
  for (const auto& n : nodes)
    if (n.name == wanted) return {n};
  auto found = std::vector<running_node>{};
  for (const auto& n : nodes)
    if (n.name.ends_with('.' + wanted)) found.push_back(n);
  return found;
}

auto refuse_none(const std::string& wanted, const std::vector<running_node>& running, session& s) -> int {
  if (running.empty()) {
    s.err << "weir status: no node runs on this machine for this user\n";
    return exit_failed;
  }
  s.err << "weir status: node \"" << wanted << "\" does not run on this machine for this user\n";
  const auto names = names_of(running);
  if (const auto meant = config::nearest(wanted, names))
    s.err << "  hint: did you mean \"" << *meant << "\"?\n";
  for (const auto& name : names) s.err << "  running: " << name << '\n';
  return exit_failed;
}

auto refuse_many(const std::vector<running_node>& found, session& s) -> int {
  s.err << "weir status: " << found.size() << " nodes run on this machine; name one:\n";
  for (const auto& n : found) s.err << "  weir status " << n.name << '\n';
  return exit_misuse;
}

auto show(const status_line& line, session& s) -> int {
  const auto running = running_nodes();
  const auto found = matching(running, line.node);
  if (found.empty()) return refuse_none(line.node, running, s);
  if (found.size() > 1) return refuse_many(found, s);
  const auto request = std::string{line.cluster ? "cluster" : "status"} + (line.json ? "" : " text");
  const auto answer = ask(found.front().path, request, answer_timeout);
  if (!answer) {
    s.err << "weir status: " << answer.failure().what << '\n';
    return exit_failed;
  }
  s.out << *answer;
  return exit_done;
}

} // namespace

void add_status(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("status", "Print what a running node does");
  auto line = std::make_shared<status_line>();
  sub->add_option("node", line->node,
                  "The node, by its name or as CLUSTER.NODE; may be left out if only one runs");
  sub->add_flag("--json", line->json, "One JSON object, for programs");
  sub->add_flag("--cluster", line->cluster, "The node and all nodes that it is linked to");
  sub->footer(
      "\nExamples:\n"
      "  weir status\n"
      "  weir status edge-1 --json\n"
      "  weir status --cluster\n\n"
      "It asks the node through its socket in $WEIR_RUNTIME_DIR, $XDG_RUNTIME_DIR/weir, /run/weir or\n"
      "/tmp/weir-UID, and so works on the machine and for the user that runs the node.\n"
      "Exit status: 0 done, 1 no such node or no answer, 2 several nodes run and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show(*line, s); }; });
}

} // namespace weir::cli
