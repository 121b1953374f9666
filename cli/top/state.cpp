#include "cli/top/state.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto filter_bytes_max = std::size_t{200};

/// By how many rows a key moves; nothing if it does not. Home and End by more than there are.
auto step_of(const key& pressed, std::size_t page) -> std::optional<std::ptrdiff_t> {
  const auto by_page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page, 2) - 1);
  constexpr auto far = std::ptrdiff_t{1} << 40;
  switch (pressed.kind) {
  case key_kind::up: return -1;
  case key_kind::down: return 1;
  case key_kind::page_up: return -by_page;
  case key_kind::page_down: return by_page;
  case key_kind::home: return -far;
  case key_kind::end: return far;
  default: break;
  }
  if (pressed.is("k")) return -1;
  if (pressed.is("j")) return 1;
  if (pressed.is("g")) return -far;
  if (pressed.is("G")) return far;
  return pressed.is(" ") ? std::optional{by_page} : std::nullopt;
}

auto moved(std::size_t from, std::ptrdiff_t step, std::size_t count) -> std::size_t {
  if (count == 0) return 0;
  const auto to = static_cast<std::ptrdiff_t>(from) + step;
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(count) - 1));
}

/// What grows at its end, where one looks.
auto is_stream(top_view view) -> bool { return view == top_view::log || view == top_view::tap; }

void erase_last_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

} // namespace

auto chosen_row(const top_state& state, const rows_shown& rows) -> std::size_t {
  const auto& chosen = state.look().chosen;
  const auto at = std::find(rows.keys.begin(), rows.keys.end(), chosen);
  if (at != rows.keys.end()) return static_cast<std::size_t>(at - rows.keys.begin());
  return is_stream(state.view) && !rows.keys.empty() ? rows.keys.size() - 1 : 0;
}

void top_state::on(const key& pressed, const rows_shown& rows) {
  if (is_typing) return type(pressed);
  if (pressed.is("q")) {
    is_over = true;
  } else if (pressed.is("?")) {
    shows_help = !shows_help;
    help_scrolled = 0;
  } else if (shows_help) {
    if (step_of(pressed, rows.page)) return scroll(pressed, rows, help_scrolled);
    if (pressed.kind == key_kind::escape || pressed.kind == key_kind::enter) shows_help = false;
  } else {
    command(pressed, rows);
  }
}

void top_state::command(const key& pressed, const rows_shown& rows) {
  const auto at = static_cast<std::size_t>(view);
  note_tapped(rows);
  if (pressed.kind == key_kind::tab) return go(top_views[(at + 1) % top_views.size()]);
  if (pressed.kind == key_kind::back_tab) return go(top_views[(at + top_views.size() - 1) % top_views.size()]);
  for (std::size_t i = 0; i < top_views.size(); ++i)
    if (pressed.is(std::to_string(i + 1))) return go(top_views[i]);
  auto& now = look();
  if (pressed.kind == key_kind::escape || pressed.kind == key_kind::backspace || pressed.kind == key_kind::left) {
    if (now.open)
      now.open.reset();
    else if (pressed.kind == key_kind::escape)
      now.filter.clear();
    return;
  }
  if (pressed.kind == key_kind::enter || pressed.kind == key_kind::right) return open(rows);
  if (step_of(pressed, rows.page)) return now.open ? scroll(pressed, rows, now.scrolled) : move(pressed, rows);
  if (now.open) return;
  if (pressed.is("/")) {
    is_typing = true;
  } else if (pressed.is("s") && rows.columns > 0) {
    now.column = (now.column + 1) % rows.columns;
    now.is_reversed = false;
  } else if (pressed.is("p") && view == top_view::tap) {
    is_held = !is_held;
  } else if (pressed.is("r")) {
    now.is_reversed = !now.is_reversed;
  }
}

void top_state::type(const key& pressed) {
  auto& filter = look().filter;
  if (pressed.kind == key_kind::character && filter.size() + pressed.text.size() <= filter_bytes_max) filter += pressed.text;
  if (pressed.kind == key_kind::backspace) erase_last_character(filter);
  if (pressed.kind == key_kind::escape) filter.clear();
  if (pressed.kind == key_kind::escape || pressed.kind == key_kind::enter) is_typing = false;
}

/// The component under the cursor is the one that a tap is of.
void top_state::note_tapped(const rows_shown& rows) {
  if ((view != top_view::flow && view != top_view::actors) || rows.keys.empty()) return;
  tapped = look().open ? *look().open : rows.keys[chosen_row(*this, rows)];
}

void top_state::go(top_view to) {
  view = to;
  is_typing = false;
}

/// The last line of what grows stays the last one, whatever comes.
void top_state::move(const key& pressed, const rows_shown& rows) {
  const auto to = moved(chosen_row(*this, rows), *step_of(pressed, rows.page), rows.keys.size());
  const auto follows = is_stream(view) && to + 1 == rows.keys.size();
  look().chosen = rows.keys.empty() || follows ? std::string{} : rows.keys[to];
}

void top_state::scroll(const key& pressed, const rows_shown& rows, std::size_t& at) const {
  const auto last = rows.lines > rows.page ? rows.lines - rows.page : std::size_t{0};
  at = moved(std::min(at, last), *step_of(pressed, rows.page), last + 1);
}

/// From a component on to its actors.
void top_state::open(const rows_shown& rows) {
  auto& now = look();
  if (now.open && view == top_view::flow) {
    const auto component = *now.open;
    go(top_view::actors);
    look() = view_look{};
    look().filter = component;
    return;
  }
  if (now.open || rows.keys.empty()) return;
  now.open = rows.keys[chosen_row(*this, rows)];
  now.scrolled = 0;
}

} // namespace weir::cli
