#include "cli/guarantee_text.hpp"

namespace weir::cli {
namespace {

constexpr auto paths_shown_max = std::size_t{40};

auto place_text(const config::place& p) -> std::string {
  if (p.line == 0) return {};
  return " (" + p.file + ':' + std::to_string(p.line) + ':' + std::to_string(p.column) + ')';
}

auto entry_text(const path_guarantee& g) -> std::string {
  const auto indent = std::string(4, ' ');
  auto text = "  " + path_text(g) + ": " + std::string{guarantee_name(g.level())} + '\n';
  for (const auto& w : g.when_killed) text += indent + w.what + place_text(w.where) + '\n';
  for (const auto& note : g.notes) text += indent + note + '\n';
  for (const auto& w : g.at_power_cut)
    text += indent + "power cut: " + std::string{guarantee_name(g.level_at_power_cut())} + ": " + w.what
            + place_text(w.where) + '\n';
  return text;
}

} // namespace

auto path_text(const path_guarantee& g) -> std::string {
  auto text = std::string{};
  for (const auto* c : g.path) text += (text.empty() ? "" : " -> ") + c->name;
  return text;
}

auto guarantee_text(const topology_plan& plan) -> std::string {
  auto text = std::string{"guarantees, whichever process is killed\n"};
  const auto all = guarantees_of(plan);
  for (std::size_t i = 0; i < all.size() && i < paths_shown_max; ++i) text += entry_text(all[i]);
  if (all.size() > paths_shown_max)
    text += "  ... and " + std::to_string(all.size() - paths_shown_max)
            + " more; `weir plan FILE --format json` has all\n";
  return text;
}

} // namespace weir::cli
