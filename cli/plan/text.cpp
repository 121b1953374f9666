#include "cli/plan/text.hpp"

#include "cli/guarantee_text.hpp"
#include "cli/text_table.hpp"
#include "topology/connections.hpp"
#include "topology/draft.hpp"
#include "topology/routing.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

auto label_of(const component_plan& c) -> std::string {
  const auto* aggregator = std::get_if<aggregator_plan>(&c.details);
  if (!c.letters_of.empty()) return c.name + " (implicit)";
  const auto* sink = std::get_if<sink_plan>(&c.details);
  if (sink != nullptr && sink->writers > 1)
    return c.name + " (" + c.type + ", " + std::to_string(sink->writers) + " writers)";
  if (aggregator == nullptr) return c.name + " (" + c.type + ')';
  return aggregator->instances == 1 ? c.name : c.name + " x" + std::to_string(aggregator->instances);
}

auto padded(std::string text, std::size_t width) -> std::string {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

auto plural(std::size_t count, const std::string& noun) -> std::string {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

/// Labels of one tier under its name.
struct column {
  std::vector<std::string> cells;
  std::size_t width = 0;
};

auto columns_of(const topology_plan& plan) -> std::vector<column> {
  auto columns = std::vector<column>{};
  for (const auto t : all_tiers) {
    auto made = column{{std::string{tier_name(t)} + 's'}, 0};
    for (const auto& c : plan.components)
      if (c.in == t) made.cells.push_back(label_of(c));
    if (made.cells.size() == 1) continue;
    for (const auto& cell : made.cells) made.width = std::max(made.width, cell.size());
    made.cells.insert(made.cells.begin() + 1, std::string(made.width, '-'));
    columns.push_back(std::move(made));
  }
  return columns;
}

auto tiers_text(const topology_plan& plan) -> std::string {
  const auto columns = columns_of(plan);
  auto height = std::size_t{0};
  for (const auto& c : columns) height = std::max(height, c.cells.size());
  auto text = std::string{};
  for (std::size_t row = 0; row < height; ++row) {
    auto line = std::string{};
    for (const auto& c : columns) {
      if (&c != &columns.front()) line += row == 2 ? "  ==>  " : "       ";
      line += padded(row < c.cells.size() ? c.cells[row] : "", c.width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += "  " + line + '\n';
  }
  return text;
}

auto wiring_text(const topology_plan& plan) -> std::string {
  auto text = std::string{"\nwiring\n"};
  for (const auto& c : plan.components) {
    if (c.from.empty()) continue;
    text += "  " + joined(c.from) + " --> " + c.name;
    const auto* sink = std::get_if<sink_plan>(&c.details);
    if (sink && (sink->is_rest || !sink->match.matches_all()))
      text += "  (only " + joined(match_text(*sink)) + ')';
    text += '\n';
  }
  return text;
}

auto placement_text(const topology_plan& plan) -> std::string {
  auto text = std::string{"\nplacement\n"};
  if (plan.classes.empty()) text += "  all in one process\n";
  for (const auto& name : plan.classes) {
    auto hosted = std::vector<std::string>{};
    for (const auto* c : components_of(plan, {name})) hosted.push_back(c->name);
    text += "  " + name + ": " + joined(hosted) + '\n';
  }
  if (!plan.nodes.empty()) text += "\nnodes\n";
  for (const auto& n : plan.nodes) {
    text += "  " + n.name + " at " + n.host + ':' + std::to_string(n.port);
    text += n.classes.empty() ? "\n" : " as " + joined(n.classes) + '\n';
  }
  return text;
}

auto connections_text(const topology_plan& plan) -> std::string {
  auto text = std::string{"\nconnections\n"};
  for (const auto& h : hops_of(plan))
    text += "  " + h.from->name + " --> " + h.to->name + ": " + std::to_string(h.senders) + " x "
            + std::to_string(h.receivers) + " = " + std::to_string(h.connections()) + '\n';
  constexpr auto width = std::size_t{34};
  text += "\n  " + padded("by pattern", width) + "scaled up  scaled out\n";
  for (const auto p : {pattern::none, pattern::source, pattern::destination, pattern::both}) {
    const auto count = connections_of(plan, p);
    text += (p == pattern_of(plan) ? "* " : "  ") + padded(std::string{pattern_name(p)}, width)
            + padded(std::to_string(count.scaled_up), 11) + std::to_string(count.scaled_out) + '\n';
  }
  return text + "  (* this topology)\n";
}

} // namespace

auto summary_of(const topology_plan& plan) -> std::string {
  auto text = std::string{};
  for (const auto t : all_tiers) {
    auto labels = std::vector<std::string>{};
    for (const auto& c : plan.components)
      if (c.in == t) labels.push_back(label_of(c) + (c.from.empty() ? "" : " <- " + joined(c.from)));
    if (labels.empty()) continue;
    text += "  " + plural(labels.size(), std::string{tier_name(t)}) + ":\n";
    for (const auto& label : labels) text += "    " + label + '\n';
  }
  if (plan.classes.empty()) return text + "  all in one process\n";
  return text + "  placed on node classes " + joined(plan.classes) + "; " + plural(plan.nodes.size(), "node")
         + " with an address" + (plan.joining.is_open() ? ", others join by themselves" : "") + '\n';
}

auto text_of(const topology_plan& plan) -> std::string {
  return "cluster \"" + plan.cluster + "\", " + std::string{pattern_name(pattern_of(plan))} + "\n\n"
         + tiers_text(plan) + wiring_text(plan) + '\n' + guarantee_text(plan) + placement_text(plan)
         + connections_text(plan);
}

} // namespace weir::cli
