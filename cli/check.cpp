#include "cli/guarantee_text.hpp"
#include "cli/plan_text.hpp"
#include "cli/report.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace weir::cli {

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
      s.out << *path << (problems.empty() ? ": no problems\n" : ": no errors\n") << summary_of(*plan) << '\n' << guarantee_text(*plan);
      return exit_done;
    };
  });
}

} // namespace weir::cli
