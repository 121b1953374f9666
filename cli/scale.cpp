#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto scale_patience = 70s; // the other node may have to be dialled, and drains what goes
constexpr auto scale_asked_every = 50ms;

struct scale_line {
  std::string wanted;
  std::string node;
  std::string via;
};

auto scale(const scale_line& line, session& s) -> int {
  const auto is_own = line.via.empty() && (line.node.empty() || is_here(line.node));
  const auto found = find_node(is_own ? line.node : line.via, "scale", exit_failed, s);
  if (!found.node) return found.status;
  auto request = "scale " + (is_own ? std::string{} : line.node + ' ') + line.wanted;
  while (true) {
    auto answer = ask(found.node->path, request, scale_patience);
    if (!answer) return s.err << "weir scale: " << answer.failure().what << '\n', exit_failed;
    const auto word = take_line(*answer);
    if (word == "done") return s.out << *answer, exit_done;
    if (word == "begun")
      request = "reload " + take_line(*answer);
    else if (word != "busy")
      return s.err << "weir scale: " << (is_own ? "" : line.node + ": ") << *answer, exit_failed;
    std::this_thread::sleep_for(scale_asked_every);
  }
}

} // namespace

void add_scale(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("scale", "Have a running node run another number of an aggregator's instances");
  auto line = std::make_shared<scale_line>();
  sub->add_option("COMPONENT=N", line->wanted, "The aggregator, and how many of it: 1 to 1024, or auto for one a core")->required();
  sub->add_option("--node", line->node,
                  "The node: one of this machine, by its name or as CLUSTER.NODE, or another one of the cluster; may be left "
                  "out if only one runs here");
  sub->add_option("--via", line->via, "The node of this machine that passes it on; may be left out if only one runs here");
  sub->footer("\nExamples:\n"
              "  weir scale core=4\n"
              "  weir scale core=2 --node core-1 --via edge-1\n\n"
              "New instances get their share at once. Those that are too many take nothing more and pass on what they have; who\n"
              "takes longer than --drain-timeout goes on after this command has ended. The number holds until a reload whose\n"
              "file has another one, or the next start of the process. Another node obeys if the class of the one that asks may\n"
              "operate (cluster: allow:).\n"
              "Exit status: 0 done, 1 refused, no such node or no answer, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return scale(*line, s); }; });
}

} // namespace weir::cli
