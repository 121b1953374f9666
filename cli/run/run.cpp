#include "cli/command.hpp"
#include "cli/console_address.hpp"
#include "cli/data_hints.hpp"
#include "cli/logging.hpp"
#include "cli/report.hpp"
#include "cli/run/node_run.hpp"
#include "cli/run/signals.hpp"
#include "cli/runtime_directory.hpp"
#include "cli/text_table.hpp"
#include "config/diagnostic.hpp"
#include "runtime/base/units.hpp"
#include "runtime/os/file_system.hpp"
#include "runtime/os/host_name.hpp"
#include "topology/draft.hpp"
#include "topology/source_name.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct run_line {
  std::string topology;
  std::string node;
  std::vector<std::string> was;
  std::string class_name;
  std::vector<std::string> join;
  std::string drain_timeout = "30s";
  std::string status = "auto";
  bool once = false;
  bool no_console = false;
  log_options log;
};

auto own_name(const run_line& line) -> std::string {
  if (!line.node.empty()) return line.node;
  const auto host = own_host_name();
  return is_valid_name(host) ? host : "local";
}

auto complain(session& s, const std::string& what, const std::string& hint) -> int {
  s.err << "weir run: " << what << '\n';
  if (!hint.empty()) s.err << "  hint: " << hint << '\n';
  return exit_misuse;
}

/// The classes of the node on the command line: by --as, by the file's nodes:, or by a name that is a class.
auto classes_of(const run_line& line, const topology_plan& plan) -> std::vector<std::string> {
  if (!line.class_name.empty()) return {line.class_name};
  for (const auto& n : plan.nodes)
    if (n.name == line.node && !n.classes.empty()) return n.classes;
  if (std::find(plan.classes.begin(), plan.classes.end(), line.node) != plan.classes.end())
    return {line.node};
  return {};
}

auto is_known(const topology_plan& plan, const std::string& class_name) -> bool {
  return std::find(plan.classes.begin(), plan.classes.end(), class_name) != plan.classes.end();
}

/// Without a control socket the node runs all the same; errc::rejected: one of this name runs already.
auto claim_socket(const run_line& line, const std::string& cluster, const std::string& node)
    -> result<std::unique_ptr<control_socket>> {
  WEIR_TRY(const auto directory, make_runtime_directory());
  WEIR_TRY(const auto path, socket_path(directory, cluster, node));
  auto claimed = control_socket::claim(path);
  if (claimed || claimed.failure().code != errc::rejected || !line.node.empty()) return claimed;
  // Whoever gives no name may run several topologies side by side.
  WEIR_TRY(const auto other, socket_path(directory, cluster, node + '~' + std::to_string(::getpid())));
  return control_socket::claim(other);
}

auto prints_events(const std::vector<const component_plan*>& hosted) -> bool {
  return std::any_of(hosted.begin(), hosted.end(), [](const auto* c) {
    const auto* known = c->in == tier::sink ? plugin_registry<store>::find(c->type) : nullptr;
    return known != nullptr && known->claims(c->written, {c->name, {}}).prints;
  });
}

/// Where the live status is drawn; null where it would be in the way.
auto terminal_of(const run_line& line, const std::vector<const component_plan*>& hosted)
    -> std::shared_ptr<terminal_block> {
  const auto* kind = std::getenv("TERM");
  const auto is_able = ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
  if (line.status == "never" || (line.status == "auto" && (!is_able || prints_events(hosted)))) return nullptr;
  return std::make_shared<terminal_block>(STDOUT_FILENO);
}

/// The oldest name of the node. One that has it from its host keeps it beside its data.
auto source_name_of(const run_line& line, const std::vector<const component_plan*>& hosted, const std::string& node)
    -> result<std::string> {
  if (!line.was.empty()) return line.was.front();
  if (!line.node.empty()) return node;
  return kept_source_name(real_file_system(), hosted, node);
}

auto start(const run_line& line, const topology_plan& plan, run_options options, session& s) -> int {
  const auto hosted = components_of(plan, options.classes);
  auto log = line.log;
  options.version = version_text();
  options.prints_events = prints_events(hosted);
  options.status.terminal = log.above = terminal_of(line, hosted);
  options.log = set_up_logging(log);
  const auto signals = run_signals{}; // whoever sees the socket may send them
  auto claimed = claim_socket(line, plan.cluster, options.node_name);
  options.has_console = !line.no_console;
  if (claimed) {
    options.console_note = console_note_of((*claimed)->path());
    options.status.socket = std::move(*claimed);
  } else if (claimed.failure().code == errc::rejected) {
    s.err << "weir run: node \"" << options.node_name << "\" of cluster \"" << plan.cluster
          << "\" runs already on this machine\n  hint: `weir status " << plan.cluster << '.'
          << options.node_name << "` shows it; give this one another --node\n";
    return exit_failed;
  } else {
    spdlog::warn("`weir status` will not find this node: {}", claimed.failure().what);
  }
  auto source_name = plan.classes.empty() ? options.node_name : source_name_of(line, hosted, options.node_name);
  if (!source_name) {
    spdlog::error("{}", source_name.failure().what);
    return exit_failed;
  }
  options.source_name = std::move(*source_name);
  if (options.source_name != options.node_name)
    spdlog::info("its collectors go on where node \"{}\" was", options.source_name);
  if (::isatty(STDOUT_FILENO) == 1) s.out << data_hints(hosted) << std::flush;
  return run_node(plan, std::move(options), signals);
}

auto run(const run_line& line, session& s) -> int {
  ignore_signals_that_mean_nothing();
  const auto plan = load_or_explain(line.topology, s);
  if (!plan) return exit_misuse;
  const auto timeout = parse_duration(line.drain_timeout);
  if (!timeout) return complain(s, "--drain-timeout " + timeout.failure().what, {});
  if (!line.node.empty() && !is_valid_name(line.node))
    return complain(s, "--node wants letters, digits and _ . - only, not \"" + line.node + '"', {});
  auto options = run_options{line.topology, own_name(line), {}, classes_of(line, *plan), line.once, *timeout, false, {}, {}, {}};
  for (const auto& c : options.classes) {
    if (is_known(*plan, c)) continue;
    const auto meant = config::nearest(c, plan->classes);
    return complain(s, "no class \"" + c + "\" under placement:",
                    meant ? "did you mean \"" + *meant + "\"?" : "classes: " + joined(plan->classes));
  }
  if (!line.node.empty() && options.classes.empty() && !plan->classes.empty())
    return complain(s, "what does node \"" + line.node + "\" host? give --as CLASS",
                    "classes under placement: " + joined(plan->classes));
  if (!line.was.empty() && plan->classes.empty())
    return complain(s, "--was does nothing here: where all runs in one process, positions go without the node's name",
                    "`was:` at a collector tells its earlier names");
  for (const auto& name : line.was)
    if (!is_valid_name(name))
      return complain(s, "--was wants letters, digits and _ . - only, not \"" + name + '"', {});
  if (!line.join.empty() && plan->classes.empty())
    return complain(s, "--join does nothing here: without \"placement\" all runs in one process", {});
  for (const auto& text : line.join) {
    auto found = parse_seed(text);
    if (!found) return complain(s, "--join " + found.failure().what, {});
    options.seeds.push_back(std::move(*found));
  }
  return start(line, *plan, std::move(options), s);
}

} // namespace

void add_run(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("run", "Run a node of a topology, or all of it in one process");
  auto line = std::make_shared<run_line>();
  sub->add_option("topology", line->topology, "The topology file")->required();
  sub->add_option("--node", line->node, "This node's name; without it all components run here");
  sub->add_option("--was", line->was, "A name that this node had before; of several the oldest first: its collectors go "
                                      "on where they were");
  sub->add_option("--join", line->join, "Where it finds a node that runs, beside the seeds of the file: host:port, "
                                        "dns+a://NAME:PORT, dns+srv://NAME or file:///PATH");
  sub->add_option("--as", line->class_name, "This node's class under placement:");
  sub->add_flag("--once", line->once, "End when all that is there has been stored");
  sub->add_option("--drain-timeout", line->drain_timeout, "How long to pass on what is there when stopped")
      ->capture_default_str();
  sub->add_option("--status", line->status,
                  "Live status on stdout: auto (if it is a terminal), always or never")
      ->check(CLI::IsMember{std::vector<std::string>{"auto", "always", "never"}})
      ->capture_default_str();
  sub->add_flag("--no-console", line->no_console, "Show nothing to browsers and programs, whatever the file says");
  sub->add_option("--log-level", line->log.level, "trace, debug, info, warn, error, critical or off")
      ->check(CLI::IsMember{std::vector<std::string>{log_levels.begin(), log_levels.end()}})
      ->capture_default_str();
  sub->add_flag("--log-json", line->log.json, "Log JSON lines instead of text");
  sub->footer("\nExamples:\n"
              "  weir run config/quickstart.yaml\n"
              "  weir run shop.yaml --node edge-1 --as edge\n"
              "  weir run shop.yaml --node core-3 --as core --join core-1:7400\n\n"
              "SIGINT, SIGTERM and SIGQUIT stop taking in and pass on what is there; a second one stops at once.\n"
              "Exit status: 0 done, 1 failed, 2 wrong use or configuration.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return run(*line, s); }; });
}

} // namespace weir::cli
