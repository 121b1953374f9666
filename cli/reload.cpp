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

constexpr auto answer_patience = 30s;
constexpr auto hand_patience = 70s; // the other node may have to be dialled, and tries the file
constexpr auto again_after = 50ms;

struct reload_line {
  std::string node;
  bool discard = false;
  bool all = false;
};

auto tell(const std::string& word, const std::string& text, session& s) -> int {
  if (word == "done") {
    s.out << text;
    return exit_done;
  }
  s.err << (word == "wrong" ? "" : "weir reload: ") << text;
  return word == "wrong" ? exit_misuse : exit_failed;
}

/// To those that are there; one that does not take it keeps no other from it.
auto hand_on(const std::string& path, session& s) -> int {
  const auto others = ask(path, "others", hand_patience);
  auto lines = std::istringstream{others ? *others : std::string{}};
  auto status = int{others ? exit_done : exit_failed};
  for (auto state = std::string{}, node = std::string{}; lines >> state >> node;) {
    auto answer = state == "up" ? ask(path, "hand " + node, hand_patience)
                                : result<std::string>{error{errc::unavailable, "it is " + state + " and does not get the file"}};
    auto text = answer ? *answer : "refused\n" + answer.failure().what + '\n';
    const auto is_done = take_line(text) == "done";
    (is_done ? s.out : s.err) << node << ": " << text;
    if (!is_done) status = exit_failed;
  }
  return status;
}

/// Asks until the node says what came of it, however long that takes.
auto reload(const reload_line& line, session& s) -> int {
  const auto found = find_node(line.node, "reload", exit_failed, s);
  if (!found.node) return found.status;
  auto request = std::string{line.discard ? "reload discard" : "reload"};
  while (true) {
    auto answer = ask(found.node->path, request, answer_patience);
    if (!answer) {
      s.err << "weir reload: " << answer.failure().what << '\n';
      return exit_failed;
    }
    const auto word = take_line(*answer);
    if (word == "begun")
      request = "reload " + take_line(*answer);
    else if (word == "done" && line.all)
      return tell(word, *answer, s), hand_on(found.node->path, s);
    else if (word != "busy")
      return tell(word, *answer, s);
    std::this_thread::sleep_for(again_after);
  }
}

} // namespace

void add_reload(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("reload", "Have a running node do what its topology file says now");
  auto line = std::make_shared<reload_line>();
  sub->add_option("node", line->node, "The node, by its name or as CLUSTER.NODE; may be left out if only one runs");
  sub->add_flag("--discard", line->discard, "Drop what is left for components that go and cannot be passed on");
  sub->add_flag("--all", line->all, "Then hand the file to all other nodes of the cluster, which take it in place of theirs");
  sub->footer("\nExamples:\n"
              "  weir reload\n"
              "  weir reload edge-1 --discard\n"
              "  weir reload --all\n\n"
              "A wrong file changes nothing, and neither does one whose new components do not open. SIGHUP does the same\n"
              "and tells in the node's log what came of it.\n"
              "Exit status: 0 done, 1 refused, no such node or no answer, 2 the file is wrong, or several nodes run and none\n"
              "was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return reload(*line, s); }; });
}

} // namespace weir::cli
