#include "cli/command.hpp"
#include "cli/tell/ask_running.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

/// One of the commands that differ by a word alone.
struct order_kind {
  const char* name;
  const char* what;
  const char* more; ///< what is to be known of it
};

struct order_line {
  whom_to_ask whom;
  std::string of;
};

auto give_order(const order_kind& kind, const order_line& line, session& s) -> int {
  const auto is_address = line.of.find('/') != std::string::npos;
  const auto wanted = question{kind.name, {}, {{is_address ? "address" : "component", line.of}}};
  const auto answer = ask_running(line.whom, wanted, kind.name, s);
  if (const auto* status = std::get_if<int>(&answer)) return *status;
  s.out << std::get<std::string>(answer);
  return exit_done;
}

void add_order(CLI::App& weir, session& s, const order_kind& kind) {
  auto* sub = weir.add_subcommand(kind.name, kind.what);
  auto line = std::make_shared<order_line>();
  sub->add_option("COMPONENT", line->of, "The component, all of whose actors on the node are meant; or the address of one")->required();
  add_options_of(*sub, line->whom);
  sub->footer(std::string{"\nExamples:\n  weir "} + kind.name + " archive\n  weir " + kind.name
              + " archive --node core-1 --via edge-1\n\n" + kind.more
              + "\nWho asked is in the node's log. Another node obeys if the class of the one that asks may operate it\n"
                "(cluster: allow:). The addresses of those who did it are printed.\n"
                "Exit status: 0 done, 1 refused, no such component, node or answer, 2 wrong use, or several nodes run here and\n"
                "none was named.");
  sub->callback([line, kind, &s] { s.chosen = [line, kind, &s] { return give_order(kind, *line, s); }; });
}

} // namespace

void add_pause(CLI::App& weir, session& s) {
  add_order(weir, s, {"pause", "Have a sink store nothing for now",
                      "What comes waits in the buffers before it, and with its senders when these are full; other sinks go on.\n"
                      "It holds until `weir resume`, or the process ends; a sink that is to drain stores what it has."});
}

void add_resume(CLI::App& weir, session& s) {
  add_order(weir, s, {"resume", "Have a sink that was paused go on", "A sink that is not paused notices nothing."});
}

void add_retry(CLI::App& weir, session& s) {
  add_order(weir, s, {"retry", "Have a sink whose store failed try again now",
                      "It does not wait for its back-off, which goes on from where it was if that fails too."});
}

void add_restart(CLI::App& weir, session& s) {
  add_order(weir, s, {"restart", "Have an actor end and begin again",
                      "It counts as a failure: its supervisor starts it again from what is durable, in a moment, and nothing is lost.\n"
                      "More than ten restarts of one actor within a minute end the node."});
}

} // namespace weir::cli
