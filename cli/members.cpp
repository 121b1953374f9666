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
constexpr auto forget_patience = 70s; // whether it answers is tried

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

struct forget_line {
  std::string node;
  std::string via;
};

auto forget(const forget_line& line, session& s) -> int {
  const auto found = find_node(line.via, "members forget", exit_failed, s);
  if (!found.node) return found.status;
  auto answer = ask(found.node->path, "forget " + line.node, forget_patience);
  if (!answer || take_line(*answer) != "done") {
    s.err << "weir members forget: " << (answer ? *answer : answer.failure().what + '\n');
    return exit_failed;
  }
  s.out << *answer;
  return exit_done;
}

auto add_forget(CLI::App& members, session& s) -> CLI::App* {
  auto* sub = members.add_subcommand("forget", "Take a node for gone for good, which is down and will not be back");
  auto line = std::make_shared<forget_line>();
  sub->add_option("node", line->node, "The node")->required();
  sub->add_option("--via", line->via, "The node of this machine that tells the others; may be left out if only one runs here");
  sub->footer("\nExample:\n"
              "  weir members forget core-2\n\n"
              "Nobody waits for it, dials it or hands it a file any more. It is refused while the node answers. If the node comes\n"
              "back all the same, it is a member again.\n"
              "Exit status: 0 done, 1 refused, no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return forget(*line, s); }; });
  return sub;
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
  const auto* forgets = add_forget(*sub, s);
  sub->callback([line, forgets, &s] {
    if (!forgets->parsed()) s.chosen = [line, &s] { return show(*line, s); };
  });
}

} // namespace weir::cli
