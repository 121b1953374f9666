#include "cli/top/plain.hpp"

#include "cli/figures.hpp"
#include "cli/top/views.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto plain_width = std::size_t{132};

} // namespace

auto plain_block(const top_figures& of) -> std::string {
  if (!of.trouble.empty()) return printable(of.trouble) + '\n';
  auto text = of.at + ' ' + printable(of.node) + ": " + printable(of.sentence) + '\n';
  for (const auto& reason : of.more) text += "  " + printable(reason) + '\n';
  const auto table = flow_table(of, {false});
  auto state = top_state{};
  state.looks.front().chosen = "\n"; // no row
  auto rows = rows_shown{};
  const auto height = table.rows.size() + 8; // with titles of tiers
  for (auto& line : draw_table(table, {plain_width, height}, state, rows)) {
    auto shown = line.text();
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += shown + '\n';
  }
  return text;
}

} // namespace weir::cli
