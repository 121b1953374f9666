#include "topology/draft.hpp"

#include <algorithm>

namespace weir {

auto draft_component::owner() const -> std::string {
  return std::string{tier_name(plan.in)} + " \"" + plan.name + '"';
}

auto draft::find(std::string_view name) -> draft_component* {
  const auto at = by_name.find(name);
  return at == by_name.end() ? nullptr : &components[at->second];
}

auto draft::names() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& c : components) all.push_back(c.plan.name);
  return all;
}

void draft::complain(const config::place& where, std::string what, std::string hint) {
  problems.push_back({config::diagnostic::severity::error, where, std::move(what), std::move(hint)});
}

auto tier_name(tier t) -> std::string_view {
  switch (t) {
  case tier::collector: return "collector";
  case tier::source_aggregator: return "source aggregator";
  case tier::destination_aggregator: return "destination aggregator";
  case tier::sink: break;
  }
  return "sink";
}

auto section_name(tier t) -> std::string_view {
  switch (t) {
  case tier::collector: return "collectors";
  case tier::source_aggregator: return "source_aggregators";
  case tier::destination_aggregator: return "destination_aggregators";
  case tier::sink: break;
  }
  return "sinks";
}

auto did_you_mean(std::string_view name, const std::vector<std::string>& candidates) -> std::string {
  constexpr auto compared_max = std::size_t{2000}; // keeps hostile files from costing minutes
  if (candidates.size() > compared_max || name.size() > compared_max) return {};
  const auto meant = config::nearest(name, candidates);
  return meant ? "did you mean \"" + *meant + "\"?" : std::string{};
}

auto list_names(const std::vector<std::string>& names) -> std::string {
  constexpr auto shown_max = std::size_t{12};
  const auto shown = std::min(names.size(), shown_max);
  auto text = std::string{};
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += '"' + names[i] + '"';
  }
  if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

auto is_valid_name(std::string_view name) -> bool {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'
           || c == '-';
  };
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), fits);
}

} // namespace weir
