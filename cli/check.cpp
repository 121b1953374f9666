#include "cli/guarantee_text.hpp"
#include "cli/plan/text.hpp"
#include "cli/report.hpp"
#include "topology/process_needs.hpp"

#include <CLI/CLI.hpp>

#include <memory>

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

} // namespace


void add_check(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("check", "Find all mistakes of a topology; start nothing");
  auto path = std::make_shared<std::string>();
  sub->add_option("topology", *path, "The topology file")->required();
  sub->footer("\nExample:\n  weir check config/quickstart.yaml\n\n"
              "Exit status: 0 and a summary if there are no errors, else 2 and all findings on stderr.");
  sub->callback([path, &s] {
    s.chosen = [path, &s] {
      auto problems = config::diagnostics{};
      const auto plan = load_or_explain(*path, s, problems);
      if (!plan) return exit_misuse;
      s.out << *path << (problems.empty() ? ": no problems\n" : ": no errors\n") << summary_of(*plan) << '\n'
            << guarantee_text(*plan) << descriptors_text(*plan);
      return exit_done;
    };
  });
}

} // namespace weir::cli
