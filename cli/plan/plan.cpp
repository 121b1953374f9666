#include "cli/plan/graph.hpp"
#include "cli/plan/json.hpp"
#include "cli/plan/text.hpp"
#include "cli/report.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <memory>

namespace weir::cli {
namespace {

struct drawing {
  std::string_view format;
  std::string (*draw)(const topology_plan&);
};

constexpr auto drawings = std::array{drawing{"text", text_of}, drawing{"dot", dot_of},
                                     drawing{"json", json_of}, drawing{"mermaid", mermaid_of}};

struct plan_line {
  std::string path;
  std::string format = "text";
};

auto draw(const plan_line& wanted, session& s) -> int {
  auto names = std::vector<std::string>{};
  for (const auto& d : drawings) names.emplace_back(d.format);
  const auto found = std::find_if(drawings.begin(), drawings.end(),
                                  [&](const auto& d) { return d.format == wanted.format; });
  if (found == drawings.end()) {
    s.err << "weir: --format wants text, dot, json or mermaid, not \"" << wanted.format << "\"\n";
    if (const auto meant = config::nearest(wanted.format, names))
      s.err << "  hint: did you mean \"" << *meant << "\"?\n";
    return exit_misuse;
  }
  const auto plan = load_or_explain(wanted.path, s);
  if (!plan) return exit_misuse;
  s.out << found->draw(*plan);
  return exit_done;
}

} // namespace

void add_plan(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("plan", "Draw components, wiring, placement and connections of a topology");
  auto wanted = std::make_shared<plan_line>();
  sub->add_option("topology", wanted->path, "The topology file")->required();
  sub->add_option("--format", wanted->format, "text, dot, json or mermaid")->capture_default_str();
  sub->footer("\nExamples:\n  weir plan config/quickstart.yaml\n"
              "  weir plan config/quickstart.yaml --format dot | dot -Tsvg > plan.svg");
  sub->callback([wanted, &s] { s.chosen = [wanted, &s] { return draw(*wanted, s); }; });
}

} // namespace weir::cli
