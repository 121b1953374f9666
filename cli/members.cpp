#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto members_patience = 10s;

struct members_line {
  std::string node;
  bool json = false;
};

auto show(const members_line& line, session& s) -> int {
  const auto found = find_node(line.node, "members", exit_failed, s);
  if (!found.node) return found.status;
  const auto answer = ask(found.node->path, line.json ? "members" : "members text", members_patience);
  if (!answer) {
    s.err << "weir members: " << answer.failure().what << '\n';
    return exit_failed;
  }
  s.out << *answer;
  return exit_done;
}

} // namespace

void add_members(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("members", "Print which nodes belong to the cluster, as a running node knows them");
  auto line = std::make_shared<members_line>();
  sub->add_option("node", line->node,
                  "The node that is asked, by its name or as CLUSTER.NODE; may be left out if only one runs here");
  sub->add_flag("--json", line->json, "One JSON object, for programs");
  sub->footer("\nExamples:\n"
              "  weir members\n"
              "  weir members core-1 --json\n\n"
              "up: it is there. draining: it takes nothing new. left: it said so. down: whoever was connected to it has not\n"
              "heard of it for the topology's down_after. phi tells how unlikely the silence of a node is that is connected\n"
              "to this one: from 8 on it is suspect. A node that only collects knows no other such.\n"
              "Exit status: 0 done, 1 no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show(*line, s); }; });
}

} // namespace weir::cli
