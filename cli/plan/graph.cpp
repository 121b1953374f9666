#include "cli/plan/graph.hpp"

#include "cli/json_text.hpp"
#include "topology/draft.hpp"

namespace weir::cli {
namespace {

auto label_of(const component_plan& c, std::string_view line_break) -> std::string {
  auto text = c.name;
  if (!c.letters_of.empty())
    text += " (implicit)";
  else if (c.type != "aggregator")
    text += " (" + c.type + ')';
  for (const auto& name : c.classes)
    text += (&name == &c.classes.front() ? std::string{line_break} + "on " : ", ") + name;
  return text;
}

/// Names may hold characters that Mermaid's ids may not.
auto id_of(const topology_plan& plan, std::string_view name) -> std::string {
  return 'c' + std::to_string(plan.find(name) - plan.components.data());
}

} // namespace

auto dot_of(const topology_plan& plan) -> std::string {
  auto text = "digraph " + json_string(plan.cluster) + " {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const auto t : all_tiers) {
    auto inside = std::string{};
    for (const auto& c : plan.components)
      if (c.in == t) inside += "    " + json_string(c.name) + " [label=\"" + label_of(c, "\\n") + "\"];\n";
    if (inside.empty()) continue;
    text += "  subgraph \"cluster_" + std::string{section_name(t)} + "\" {\n    label=\""
            + std::string{tier_name(t)} + "s\";\n" + inside + "  }\n";
  }
  for (const auto& c : plan.components)
    for (const auto& to : c.to) text += "  " + json_string(c.name) + " -> " + json_string(to) + ";\n";
  return text + "}\n";
}

auto mermaid_of(const topology_plan& plan) -> std::string {
  auto text = std::string{"flowchart LR\n"};
  for (const auto t : all_tiers) {
    auto inside = std::string{};
    for (const auto& c : plan.components)
      if (c.in == t) inside += "    " + id_of(plan, c.name) + "[\"" + label_of(c, "<br/>") + "\"]\n";
    if (inside.empty()) continue;
    text += "  subgraph " + std::string{section_name(t)} + "[\"" + std::string{tier_name(t)} + "s\"]\n"
            + inside + "  end\n";
  }
  for (const auto& c : plan.components)
    for (const auto& to : c.to) text += "  " + id_of(plan, c.name) + " --> " + id_of(plan, to) + '\n';
  return text;
}

} // namespace weir::cli
