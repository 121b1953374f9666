/// A table that is as wide as the screen: the columns that have room, in the order that is wanted.
#pragma once

#include "cli/top/screen.hpp"
#include "cli/top/state.hpp"

#include <string>
#include <vector>

namespace weir::cli {

struct top_column {
  std::string title;
  bool is_number = false; ///< to the right; the greatest first
  int rank = 0;           ///< where room is short the greatest goes first; 0 stays
  bool grows = false;     ///< takes what is left; may be cut
};

struct top_cell {
  std::string text;
  ink as = ink::plain;
  double number = 0;
};

struct top_row {
  std::string key;
  std::vector<top_cell> cells; ///< as many as columns
  std::string group;           ///< shown above its first row, where rows are in their own order
};

struct top_table {
  std::vector<top_column> columns;
  std::vector<top_row> rows; ///< in their own order, which is that of column 0
  bool is_grouped = false;   ///< column 0 means: as they are
};

/// Those that have the filter in one of their cells, whatever the case of its letters (ASCII), in the order that is wanted.
void arrange(top_table& table, const view_look& look);

struct table_place {
  std::size_t width = 80;
  std::size_t height = 10; ///< with the titles
};

/// Titles, and rows around the chosen one. Fills in what keys move in.
auto draw_table(const top_table& table, const table_place& place, const top_state& state, rows_shown& rows) -> screen;

} // namespace weir::cli
