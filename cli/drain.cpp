#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <sstream>
#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto drain_order_patience = 70s; // the other node may have to be dialled
constexpr auto looked_every = 200ms;

struct drain_line {
  std::string node;
  std::string via;
  bool no_wait = false;
};

auto fail(session& s, const std::string& why) -> int {
  s.err << "weir drain: " << why << '\n';
  return exit_failed;
}

/// Whether the node at `path` still counts `node` among those that are there.
auto is_there(const std::string& path, const std::string& node) -> bool {
  const auto others = ask(path, "others", drain_order_patience);
  auto lines = std::istringstream{others ? *others : std::string{}};
  for (auto state = std::string{}, name = std::string{}; lines >> state >> name;)
    if (name == node) return state != "left";
  return false;
}

auto drain(const drain_line& line, session& s) -> int {
  const auto is_own = line.via.empty() && (line.node.empty() || is_here(line.node));
  const auto found = find_node(is_own ? line.node : line.via, "drain", exit_failed, s);
  if (!found.node) return found.status;
  const auto& path = found.node->path;
  const auto node = is_own ? found.node->name : line.node;
  auto answer = ask(path, is_own ? "drain" : "drain " + node, drain_order_patience);
  if (!answer) return fail(s, answer.failure().what);
  if (take_line(*answer) != "done") return s.err << "weir drain: " << node << ": " << *answer, exit_failed;
  s.out << "node " << node << " takes nothing new and passes on what it has\n" << std::flush;
  if (line.no_wait) return exit_done;
  while (is_own ? is_served(path) : is_there(path, node)) std::this_thread::sleep_for(looked_every);
  s.out << "node " << node << " has left\n";
  return exit_done;
}

} // namespace

void add_drain(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("drain", "Have a node take nothing new, pass on what it has, and end");
  auto line = std::make_shared<drain_line>();
  sub->add_option("node", line->node,
                  "The node: one of this machine, by its name or as CLUSTER.NODE, or another one of the cluster; may be left "
                  "out if only one runs here");
  sub->add_option("--via", line->via, "The node of this machine that passes it on; may be left out if only one runs here");
  sub->add_flag("--no-wait", line->no_wait, "Do not wait until it has ended");
  sub->footer("\nExamples:\n"
              "  weir drain edge-1\n"
              "  weir drain core-2 --via core-1\n\n"
              "SIGTERM does the same within --drain-timeout. A drain that is asked for takes as long as those behind the node\n"
              "need; SIGTERM puts a bound to it, and what is on its disk then stays there. Another node obeys if the class of\n"
              "the one that asks may operate (cluster: allow:).\n"
              "Exit status: 0 it has ended, 1 refused, no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return drain(*line, s); }; });
}

} // namespace weir::cli
