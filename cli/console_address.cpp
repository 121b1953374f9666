#include "cli/console_address.hpp"

#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/find_node.hpp"
#include "runtime/os/whole_file.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct console_line {
  std::string node;
  bool wants_token_only = false;
};

auto show_address(const console_line& line, session& s) -> int {
  const auto found = find_node(line.node, "console", exit_failed, s);
  if (!found.node) return found.status;
  auto note = read_whole(console_note_of(found.node->path));
  if (!note) {
    s.err << "weir console: " << found.node->name << " shows none: it runs with --no-console, or its log says why\n";
    return exit_failed;
  }
  const auto address = take_line(*note);
  const auto token = take_line(*note);
  s.out << (line.wants_token_only ? token : address + "#token=" + token) << '\n';
  return exit_done;
}

} // namespace

auto console_note_of(const std::string& socket_path) -> std::string {
  constexpr auto ending = std::string_view{".sock"};
  const auto stem = socket_path.ends_with(ending) ? socket_path.substr(0, socket_path.size() - ending.size()) : socket_path;
  return stem + ".console";
}

void add_console(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("console", "Print where a running node shows its console, with a token that opens it");
  auto line = std::make_shared<console_line>();
  sub->add_option("node", line->node,
                  "The node, by its name or as CLUSTER.NODE; may be left out if only one runs here");
  sub->add_flag("--token", line->wants_token_only, "The token alone: for Authorization: Bearer");
  sub->footer("\nExamples:\n"
              "  weir console\n"
              "  curl -H \"Authorization: Bearer $(weir console core-1 --token)\" http://127.0.0.1:7480/api/v1/files\n\n"
              "The token is good as long as the node runs, for whoever may read its files. Without it the console shows figures\n"
              "on loopback, and no contents. docs/console.md tells of tokens and users for others.\n"
              "Exit status: 0 done, 1 no such node or no console, 2 several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_address(*line, s); }; });
}

} // namespace weir::cli
