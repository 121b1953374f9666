#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto metrics_timeout = 10s;

auto show_metrics(const std::string& node, session& s) -> int {
  const auto found = find_node(node, "metrics", exit_failed, s);
  if (!found.node) return found.status;
  const auto answer = ask(found.node->path, "metrics", metrics_timeout);
  if (!answer) return s.err << "weir metrics: " << answer.failure().what << '\n', exit_failed;
  s.out << *answer;
  return exit_done;
}

} // namespace

void add_metrics(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("metrics", "Print the figures of a running node as OpenMetrics text");
  auto node = std::make_shared<std::string>();
  sub->add_option("node", *node, "The node, by its name or as CLUSTER.NODE; may be left out if only one runs here");
  sub->footer("\nExamples:\n"
              "  weir metrics\n"
              "  weir metrics core-1 | grep ^weir_sink_out_events_total\n\n"
              "It is what the node's console tells at /metrics, and works without one.\n"
              "Exit status: 0 done, 1 no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([node, &s] { s.chosen = [node, &s] { return show_metrics(*node, s); }; });
}

} // namespace weir::cli
