#include "cli/top/table.hpp"

#include "cli/console/http_text.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <numeric>

namespace weir::cli {
namespace {

constexpr auto gap = std::size_t{2};
constexpr auto indent = std::size_t{2}; // of rows below the title of their group
constexpr auto growing_least = std::size_t{8};
constexpr auto growing_first_least = std::size_t{24}; // of the column that stays: names
constexpr auto number_least = std::size_t{7}; // so that columns stay where they are while figures change
constexpr auto cell_columns_max = std::size_t{32};

auto has_text(const top_row& row, const std::string& lower_case_text) -> bool {
  return std::any_of(row.cells.begin(), row.cells.end(),
                     [&](const top_cell& c) { return lower_case(c.text).find(lower_case_text) != std::string::npos; });
}

struct shown_column {
  std::size_t at = 0;
  std::size_t width = 0;
};

auto natural_widths(const top_table& table) -> std::vector<std::size_t> {
  auto widths = std::vector<std::size_t>{};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    auto width = std::max(columns_taken_by(table.columns[i].title), table.columns[i].is_number ? number_least : 0);
    for (const auto& r : table.rows) width = std::max(width, columns_taken_by(r.cells[i].text));
    widths.push_back(table.columns[i].grows ? width : std::min(width, cell_columns_max));
  }
  return widths;
}

auto width_of(const std::vector<shown_column>& shown) -> std::size_t {
  return std::accumulate(shown.begin(), shown.end(), std::size_t{0}, [](std::size_t sum, const auto& c) { return sum + c.width + gap; });
}

/// What a growing column could be cut by.
auto spare_of(const top_column& column, std::size_t width) -> std::size_t {
  const auto least = column.rank == 0 ? growing_first_least : growing_least;
  return column.grows && width > least ? width - least : 0;
}
auto spare_of(const top_table& table, const std::vector<shown_column>& shown) -> std::size_t {
  auto spare = std::size_t{0};
  for (const auto& c : shown) spare += spare_of(table.columns[c.at], c.width);
  return spare;
}

/// False: all that are left have to stay.
auto leave_one_out(const top_table& table, std::vector<shown_column>& shown) -> bool {
  const auto last = std::max_element(shown.begin(), shown.end(), [&](const auto& a, const auto& b) {
    return table.columns[a.at].rank < table.columns[b.at].rank;
  });
  if (last == shown.end() || table.columns[last->at].rank == 0) return false;
  shown.erase(last);
  return true;
}

auto columns_within(const top_table& table, std::size_t width) -> std::vector<shown_column> {
  const auto widths = natural_widths(table);
  auto shown = std::vector<shown_column>{};
  for (std::size_t i = 0; i < widths.size(); ++i) shown.push_back({i, widths[i]});
  while (width_of(shown) > width + gap + spare_of(table, shown) && leave_one_out(table, shown)) continue;
  for (auto c = shown.rbegin(); c != shown.rend(); ++c) {
    const auto all = width_of(shown);
    if (all > width + gap) c->width -= std::min(spare_of(table.columns[c->at], c->width), all - width - gap);
  }
  return shown;
}

void add_cell(screen_line& to, const top_column& column, const top_cell& cell, std::size_t width) {
  const auto text = shortened(cell.text, width);
  const auto blank = width - std::min(width, columns_taken_by(text));
  if (column.is_number) to.add(std::string(blank, ' '));
  to.add(text, cell.as);
  if (!column.is_number) to.add(std::string(blank, ' '));
}

/// Under the titles of groups a little to the right.
auto line_of_row(const top_table& table, const std::vector<shown_column>& shown, const std::vector<top_cell>& cells, bool has_groups) -> screen_line {
  auto line = screen_line{};
  if (has_groups) line.add(std::string(indent, ' '));
  for (const auto& c : shown) {
    if (&c != &shown.front()) line.add(std::string(gap, ' '));
    add_cell(line, table.columns[c.at], cells[c.at], c.width);
  }
  return line;
}

auto has_groups(const top_table& table, const view_look& look) -> bool {
  return table.is_grouped && look.column == 0 && !table.rows.empty() && !table.rows.front().group.empty();
}

auto titles_of(const top_table& table, const std::vector<shown_column>& shown, const view_look& look) -> screen_line {
  auto cells = std::vector<top_cell>{};
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    cells.push_back({table.columns[i].title, i == look.column && (i > 0 || !table.is_grouped) ? ink::strong : ink::faint});
  return line_of_row(table, shown, cells, has_groups(table, look));
}

auto columns_of(const top_table& table, const table_place& place, const top_state& state) -> std::vector<shown_column> {
  const auto left = has_groups(table, state.look()) ? indent : 0;
  return columns_within(table, place.width - std::min(place.width, left));
}

/// The rows with the titles of their groups, and in which line each is.
struct body {
  screen lines;
  std::vector<std::size_t> line_of;
};

auto body_of(const top_table& table, const table_place& place, const top_state& state, const rows_shown& rows) -> body {
  const auto groups = has_groups(table, state.look());
  const auto shown = columns_of(table, place, state);
  const auto chosen = chosen_row(state, rows);
  auto made = body{};
  auto group = std::string{};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    if (groups && row.group != group) made.lines.emplace_back(row.group, ink::faint);
    group = row.group;
    made.line_of.push_back(made.lines.size());
    auto line = line_of_row(table, shown, row.cells, groups);
    line.fit(place.width, i == chosen);
    if (i == chosen) line.paint(ink::chosen);
    made.lines.push_back(std::move(line));
  }
  return made;
}

} // namespace

void arrange(top_table& table, const view_look& look) {
  if (!look.filter.empty()) {
    const auto wanted = lower_case(look.filter);
    std::erase_if(table.rows, [&](const top_row& r) { return !has_text(r, wanted); });
  }
  const auto by = std::min(look.column, table.columns.size() - 1);
  const auto is_own = table.is_grouped && by == 0;
  if (!is_own)
    std::stable_sort(table.rows.begin(), table.rows.end(), [&](const top_row& a, const top_row& b) {
      if (table.columns[by].is_number) return a.cells[by].number > b.cells[by].number;
      return a.cells[by].text < b.cells[by].text;
    });
  if (look.is_reversed) std::reverse(table.rows.begin(), table.rows.end());
}

auto draw_table(const top_table& table, const table_place& place, const top_state& state, rows_shown& rows) -> screen {
  rows.columns = table.columns.size();
  for (const auto& r : table.rows) rows.keys.push_back(r.key);
  auto lines = screen{};
  // With little height rows are worth more than their titles.
  const auto has_titles = place.height > 2;
  if (has_titles) lines.push_back(titles_of(table, columns_of(table, place, state), state.look()));
  rows.page = std::max<std::size_t>(place.height - (has_titles ? 1 : 0), 1);
  auto all = body_of(table, place, state, rows);
  const auto at = all.line_of.empty() ? std::size_t{0} : all.line_of[chosen_row(state, rows)];
  // As far up as the chosen one allows, so that little moves.
  const auto from = at < rows.page ? std::size_t{0} : at - rows.page + 1;
  for (auto i = from; i < all.lines.size() && lines.size() < place.height; ++i) lines.push_back(std::move(all.lines[i]));
  return lines;
}

} // namespace weir::cli
