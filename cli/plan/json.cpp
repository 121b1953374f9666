#include "cli/plan/json.hpp"

#include "cli/json_text.hpp"
#include "topology/connections.hpp"
#include "topology/draft.hpp"
#include "topology/guarantee.hpp"
#include "topology/routing.hpp"

namespace weir::cli {
namespace {

auto component_json(const component_plan& c) -> std::string {
  auto text = "{\"name\": " + json_string(c.name) + ", \"tier\": " + json_string(tier_name(c.in))
              + ", \"type\": " + json_string(c.type) + ", \"from\": " + json_list(c.from)
              + ", \"to\": " + json_list(c.to) + ", \"classes\": " + json_list(c.classes);
  if (!c.letters_of.empty()) text += ", \"letters_of\": " + json_string(c.letters_of);
  if (const auto* a = std::get_if<aggregator_plan>(&c.details))
    text += ", \"instances\": " + std::to_string(a->instances);
  if (const auto* s = std::get_if<sink_plan>(&c.details))
    text += ", \"match\": " + json_list(match_text(*s)) + ", \"writers\": " + std::to_string(s->writers);
  return text + ", \"file\": " + json_string(c.where.file) + ", \"line\": " + std::to_string(c.where.line)
         + '}';
}

auto node_json(const node_address& n) -> std::string {
  return "{\"name\": " + json_string(n.name) + ", \"host\": " + json_string(n.host)
         + ", \"port\": " + std::to_string(n.port) + ", \"classes\": " + json_list(n.classes) + '}';
}

auto hop_json(const hop& h) -> std::string {
  return "{\"from\": " + json_string(h.from->name) + ", \"to\": " + json_string(h.to->name)
         + ", \"senders\": " + std::to_string(h.senders) + ", \"receivers\": " + std::to_string(h.receivers)
         + '}';
}

auto weakness_json(const weakness& w) -> std::string {
  return "{\"what\": " + json_string(w.what) + ", \"file\": " + json_string(w.where.file) + ", \"line\": "
         + std::to_string(w.where.line) + ", \"column\": " + std::to_string(w.where.column) + '}';
}

auto weaknesses_json(const std::vector<weakness>& all) -> std::string {
  auto text = std::string{};
  for (const auto& w : all) text += (text.empty() ? "" : ", ") + weakness_json(w);
  return '[' + text + ']';
}

auto guarantee_json(const path_guarantee& g) -> std::string {
  auto names = std::vector<std::string>{};
  for (const auto* c : g.path) names.push_back(c->name);
  return "{\"path\": " + json_list(names) + ", \"guarantee\": " + json_string(guarantee_name(g.level()))
         + ", \"weakened_by\": " + weaknesses_json(g.when_killed) + ", \"at_power_cut\": "
         + json_string(guarantee_name(g.level_at_power_cut())) + ", \"weakened_at_power_cut_by\": "
         + weaknesses_json(g.at_power_cut) + ", \"notes\": " + json_list(g.notes) + '}';
}

template <class List, class ToText> auto lines(const List& list, ToText to_text) -> std::string {
  auto text = std::string{};
  for (const auto& item : list) text += (text.empty() ? "\n    " : ",\n    ") + to_text(item);
  return '[' + text + (text.empty() ? "]" : "\n  ]");
}

} // namespace

auto json_of(const topology_plan& plan) -> std::string {
  return "{\n  \"cluster\": " + json_string(plan.cluster)
         + ",\n  \"insecure\": " + (plan.insecure ? "true" : "false")
         + ",\n  \"pattern\": " + json_string(pattern_name(pattern_of(plan)))
         + ",\n  \"components\": " + lines(plan.components, component_json)
         + ",\n  \"nodes\": " + lines(plan.nodes, node_json) + ",\n  \"classes\": " + json_list(plan.classes)
         + ",\n  \"connections\": " + lines(hops_of(plan), hop_json)
         + ",\n  \"guarantees\": " + lines(guarantees_of(plan), guarantee_json) + "\n}\n";
}

} // namespace weir::cli
