/// Figures as tables and as what is shown of one of their rows.
#pragma once

#include "cli/top/figures_read.hpp"
#include "cli/top/table.hpp"

namespace weir::cli {

/// What the terminal can show beside letters.
struct top_signs {
  bool has_unicode = true;

  auto of_mood(std::string_view mood) const -> std::string;
};
auto ink_of_mood(std::string_view mood) -> ink;

auto flow_table(const top_figures& of, const top_signs& signs) -> top_table;
auto actors_table(const top_figures& of, const top_signs& signs) -> top_table;
auto accounts_table(const top_figures& of) -> top_table;
auto log_table(const top_figures& of) -> top_table;
auto tap_table(const top_figures& of) -> top_table;

/// Which component a row of the flow or of the actors is of; the first one for a key that there is not.
auto component_of_row(const top_figures& of, const std::string& key) -> std::string;
/// Of what the tap is, and how much of it is shown.
auto tap_text(const top_figures& of, bool is_held) -> std::string;

/// All that is told of a component, an actor, an account or a line of the log; a line that says so if it is gone.
auto detail_of(const top_figures& of, top_view in, const std::string& key, const top_signs& signs, std::size_t width) -> screen;
/// What keys do.
auto help_text(std::size_t width) -> screen;

/// "0.5 s" as age_text() writes it; – for nothing.
auto age_or_none(double seconds, std::uint64_t held) -> std::string;

} // namespace weir::cli
