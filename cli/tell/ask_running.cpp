#include "cli/tell/ask_running.hpp"

#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"

#include <CLI/CLI.hpp>

#include <ostream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_patience = 70s; // the other node may have to be dialled

} // namespace

void add_options_of(CLI::App& sub, whom_to_ask& whom) {
  sub.add_option("--node", whom.node,
                 "The node: one of this machine, by its name or as CLUSTER.NODE, or another one of the cluster; may be left "
                 "out if only one runs here");
  sub.add_option("--via", whom.via, "The node of this machine that passes it on; may be left out if only one runs here");
}

auto ask_running(const whom_to_ask& whom, question what, std::string_view command, session& s, answer_form as)
    -> std::variant<std::string, int> {
  const auto is_own = whom.via.empty() && (whom.node.empty() || is_here(whom.node));
  const auto found = find_node(is_own ? whom.node : whom.via, command, exit_failed, s);
  if (!found.node) return found.status;
  if (as == answer_form::text) what.words["as"] = "text";
  if (!is_own) what.words["node"] = whom.node;
  auto answer = ask(found.node->path, "tell " + to_text(what), answer_patience);
  if (!answer) return s.err << "weir " << command << ": " << answer.failure().what << '\n', exit_failed;
  if (take_line(*answer) == "done") return std::move(*answer);
  s.err << "weir " << command << ": " << (is_own || whom.node.empty() ? "" : whom.node + ": ") << *answer;
  return exit_failed;
}

} // namespace weir::cli
