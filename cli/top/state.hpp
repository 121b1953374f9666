/// What of the figures is looked at, and what keys make of that.
#pragma once

#include "cli/top/keys.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace weir::cli {

enum class top_view { flow, actors, accounts, log, tap };
inline constexpr auto top_views = std::array{top_view::flow, top_view::actors, top_view::accounts, top_view::log, top_view::tap};

/// What was drawn last: what keys move in.
struct rows_shown {
  std::vector<std::string> keys; ///< of the rows, in order, also of those that have no room
  std::size_t page = 1;          ///< how many have room
  std::size_t columns = 0;       ///< that rows can be ordered by
  std::size_t lines = 0;         ///< of what is open, or of the help: all of them
};

/// How one view is looked at.
struct view_look {
  std::string chosen;            ///< key of a row; empty: the first, of the log and a tap the last
  std::optional<std::string> open; ///< key of what is shown in full
  std::string filter;
  std::size_t column = 0;        ///< that rows are ordered by
  bool is_reversed = false;
  std::size_t scrolled = 0;      ///< lines of what is open
};

struct top_state {
  top_view view = top_view::flow;
  std::array<view_look, top_views.size()> looks;
  bool shows_help = false;
  std::size_t help_scrolled = 0;
  std::string tapped;     ///< key of the row of flow or actors that was chosen there last
  bool is_held = false;   ///< the tap takes nothing new
  bool is_typing = false; ///< a filter
  bool is_over = false;

  auto look() -> view_look& { return looks[static_cast<std::size_t>(view)]; }
  auto look() const -> const view_look& { return looks[static_cast<std::size_t>(view)]; }
  void on(const key& pressed, const rows_shown& rows);

private:
  void type(const key& pressed);
  void go(top_view to);
  void note_tapped(const rows_shown& rows);
  void move(const key& pressed, const rows_shown& rows);
  void scroll(const key& pressed, const rows_shown& rows, std::size_t& at) const;
  void open(const rows_shown& rows);
  void command(const key& pressed, const rows_shown& rows);
};

/// Which row is chosen; 0 if there are none.
auto chosen_row(const top_state& state, const rows_shown& rows) -> std::size_t;

} // namespace weir::cli
