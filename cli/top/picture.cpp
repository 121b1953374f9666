#include "cli/top/picture.hpp"

#include "cli/figures.hpp"

#include <algorithm>
#include <array>

namespace weir::cli {
namespace {

constexpr auto names_of_views = std::array<std::string_view, 5>{"Flow", "Actors", "Accounts", "Log", "Tap"};

auto title_line(const top_figures& of, std::size_t width) -> screen_line {
  auto line = screen_line{" weir top", ink::bar};
  if (of.is_there) line.add("  " + of.node + (of.cluster.empty() ? "" : " of " + of.cluster), ink::bar);
  else line.add("  " + of.from, ink::bar);
  auto right = (of.at.size() >= 19 ? of.at.substr(11, 8) + " UTC  " : std::string{}) + of.health + ' ';
  if (!of.trouble.empty()) right = "no answer ";
  if (line.columns() + right.size() < width) line.to_column(width - right.size()).add(right, ink::bar);
  line.fit(width, true);
  line.paint(ink::bar);
  return line;
}

void add_wrapped(screen& to, const std::string& text, ink as, std::size_t width, std::size_t lines_max) {
  auto lines = wrapped(text, width);
  if (lines.size() > lines_max && lines_max > 0) {
    lines.resize(lines_max);
    lines.back() = shortened(lines.back() + " ...", width);
  }
  for (auto& line : lines) to.emplace_back(std::move(line), as);
}

/// What is wrong, in words.
auto headline_lines(const top_figures& of, const top_signs& signs, const screen_size& size) -> screen {
  auto lines = screen{};
  const auto most = size.height < 8 ? std::size_t{1} : std::max<std::size_t>(size.height / 8, 2);
  if (!of.trouble.empty()) {
    const auto old = of.is_there ? "; this is what it was " + age_or_none(of.age_seconds, 1) + " ago" : std::string{};
    add_wrapped(lines, signs.of_mood("fails") + ' ' + of.trouble + old, ink::bad, size.width, most + 1);
    return lines;
  }
  if (!of.is_there) return {screen_line{"asking " + of.from + " ...", ink::faint}};
  add_wrapped(lines, signs.of_mood(of.mood) + ' ' + of.sentence, of.mood == "flows" || of.mood == "rests" ? ink::strong : ink_of_mood(of.mood), size.width, most);
  if (size.height < 16) return lines;
  for (std::size_t i = 0; i < std::min(of.more.size(), most); ++i) {
    const auto is_last = i + 1 == most && of.more.size() > most;
    lines.emplace_back(shortened("  " + (is_last ? "and " + count_text(of.more.size() - i) + " things more: weir status --check" : of.more[i]), size.width), ink::plain);
  }
  return lines;
}

auto view_line(const top_state& state, std::size_t width) -> screen_line {
  auto line = screen_line{};
  for (std::size_t i = 0; i < names_of_views.size(); ++i) {
    const auto is_chosen = top_views[i] == state.view;
    line.add(' ' + std::to_string(i + 1) + ' ' + std::string{names_of_views[i]} + ' ', is_chosen ? ink::chosen : ink::faint);
  }
  const auto& look = state.look();
  if (!look.filter.empty() && !state.is_typing) line.add("  only: " + look.filter, ink::wait);
  line.fit(width, false);
  return line;
}

auto key_line(const top_state& state, const top_table& table, std::size_t width) -> screen_line {
  auto line = screen_line{};
  if (state.is_typing) {
    line.add("/" + state.look().filter, ink::strong).add("_", ink::strong).add("   Enter keeps it, Esc drops it", ink::faint);
  } else if (state.shows_help) {
    line.add("Esc back  q quit", ink::faint);
  } else if (state.look().open) {
    line.add("Esc back  ? help  q quit", ink::faint);
  } else {
    const auto* own = state.view == top_view::tap ? "p hold still  r turn  s order" : "r turn  s order";
    line.add(std::string{"q quit  ? help  / filter  Enter open  Tab view  "} + own, ink::faint);
    const auto by = state.look().column;
    if (by < table.columns.size() && by > 0) line.add(": " + table.columns[by].title, ink::faint);
  }
  line.fit(width, false);
  return line;
}

auto table_of(const top_figures& of, const top_state& state, const top_signs& signs) -> top_table {
  auto made = state.view == top_view::flow       ? flow_table(of, signs)
              : state.view == top_view::actors   ? actors_table(of, signs)
              : state.view == top_view::accounts ? accounts_table(of)
              : state.view == top_view::log      ? log_table(of)
                                                 : tap_table(of);
  auto look = state.look();
  if (state.view == top_view::tap) look.filter.clear(); // what comes has it
  arrange(made, look);
  return made;
}

/// A part of what is longer than its place.
auto scrolled(screen all, std::size_t from, std::size_t height, rows_shown& rows) -> screen {
  rows.lines = all.size();
  rows.page = std::max<std::size_t>(height, 1);
  from = std::min(from, all.size() > height ? all.size() - height : 0);
  auto end = std::min(all.size(), from + height);
  return {std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(from)), std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(end))};
}

auto empty_text(const top_figures& of, const top_state& state) -> std::string {
  if (state.view == top_view::tap) return "nothing has passed yet that fits; only what comes from now on is shown";
  if (!state.look().filter.empty()) return "nothing has \"" + state.look().filter + "\"; Esc shows all";
  if (state.view == top_view::log && !of.no_log.empty()) return of.no_log;
  return of.is_there ? "nothing yet" : "";
}

auto middle_of(const top_figures& of, const top_state& state, const top_signs& signs, const table_place& place, const top_table& table,
               rows_shown& rows) -> screen {
  const auto& look = state.look();
  if (state.shows_help) return scrolled(help_text(place.width), state.help_scrolled, place.height, rows);
  if (look.open) return scrolled(detail_of(of, state.view, *look.open, signs, place.width), look.scrolled, place.height, rows);
  auto lines = screen{};
  if (state.view == top_view::tap && place.height > 2) lines.emplace_back(tap_text(of, state.is_held), state.is_held ? ink::wait : ink::faint);
  for (auto& line : draw_table(table, {place.width, place.height - lines.size()}, state, rows)) lines.push_back(std::move(line));
  if (table.rows.empty() && lines.size() < place.height) lines.emplace_back(empty_text(of, state), ink::faint);
  return lines;
}

} // namespace

auto draw_top(const top_figures& of, const top_state& state, const top_signs& signs, const screen_size& size) -> top_picture {
  auto made = top_picture{};
  auto& lines = made.lines;
  const auto table = table_of(of, state, signs);
  // What is wrong comes first; frames want room.
  if (size.height >= 8) lines.push_back(title_line(of, size.width));
  for (auto& line : headline_lines(of, signs, size)) lines.push_back(std::move(line));
  if (size.height >= 16) lines.emplace_back();
  if (size.height >= 7) lines.push_back(view_line(state, size.width));
  const auto has_keys = size.height >= 5;
  const auto taken = lines.size() + (has_keys ? 1 : 0);
  if (taken < size.height)
    for (auto& line : middle_of(of, state, signs, {size.width, size.height - taken}, table, made.rows)) lines.push_back(std::move(line));
  lines.resize(size.height - (has_keys ? 1 : 0));
  if (has_keys) lines.push_back(key_line(state, table, size.width));
  for (auto& line : lines) line.fit(size.width, false);
  return made;
}

} // namespace weir::cli
