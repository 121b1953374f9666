#include "cli/guarantee_text.hpp"
#include "cli/plan/text.hpp"
#include "cli/report.hpp"
#include "topology/process_needs.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <variant>

namespace weir::cli {
namespace {

/// What the limit would leave, were the nodes on this machine.
auto descriptors_text(const topology_plan& plan) -> std::string {
  auto text = std::string{"descriptors, with the limit of this machine (ulimit -n)\n"};
  const auto add = [&](const std::vector<std::string>& classes, std::string_view owner) {
    const auto descriptors = descriptors_of(plan, components_of(plan, classes), descriptor_limit_max());
    const auto lack = lack_of_descriptors(descriptors);
    text += "  " + std::string{owner} + (lack.empty() ? to_text(descriptors) : lack) + '\n';
  };
  if (plan.classes.empty()) add({}, {});
  for (const auto& name : plan.classes) add({name}, "on a node \"" + name + "\": ");
  return text;
}

/// What the stores say of themselves; false: something is wrong.
auto show_connections(const topology_plan& plan, session& s) -> bool {
  auto is_well = true;
  s.out << "connections\n";
  for (const auto& c : plan.components) {
    const auto* sink = std::get_if<sink_plan>(&c.details);
    if (sink == nullptr || !sink->make_store) continue;
    const auto name = "  " + c.name + " (" + c.type + "): ";
    const auto wrong = sink->make_store({.component = c.name, .node = "check"})->examine();
    if (!wrong) {
      s.out << name << "nothing to look at\n";
      continue;
    }
    if (wrong->empty()) s.out << name << "all is there\n";
    for (const auto& w : *wrong) s.out << name << w << '\n';
    is_well = is_well && wrong->empty();
  }
  return is_well;
}

} // namespace

void add_check(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("check", "Find all mistakes of a topology; start nothing");
  auto path = std::make_shared<std::string>();
  sub->add_option("topology", *path, "The topology file")->required();
  auto connects = std::make_shared<bool>(false);
  sub->add_flag("--connect", *connects, "Also ask each store whether all is there that it needs; write nothing");
  sub->footer("\nExamples:\n  weir check config/quickstart.yaml\n  weir check --connect topology.yaml\n\n"
              "Exit status: 0 and a summary if there are no errors, else 2 and all findings on stderr;\n"
              "with --connect 1 if something is wrong with a store.");
  sub->callback([path, connects, &s] {
    s.chosen = [path, connects, &s] {
      auto problems = config::diagnostics{};
      const auto plan = load_or_explain(*path, s, problems);
      if (!plan) return exit_misuse;
      s.out << *path << (problems.empty() ? ": no problems\n" : ": no errors\n") << summary_of(*plan) << '\n'
            << guarantee_text(*plan) << descriptors_text(*plan);
      if (*connects && !show_connections(*plan, s)) return exit_failed;
      return exit_done;
    };
  });
}

} // namespace weir::cli
