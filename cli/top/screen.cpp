#include "cli/top/screen.hpp"

#include "cli/figures.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <array>

namespace weir::cli {
namespace {

/// Select graphic rendition (ECMA-48 8.3.117).
auto rendition(ink as, bool has_colours) -> std::string_view {
  constexpr auto coloured = std::array<std::string_view, 8>{"", "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[7m", "\x1b[7m"};
  constexpr auto colourless = std::array<std::string_view, 8>{"", "", "\x1b[1m", "", "\x1b[4m", "\x1b[1m", "\x1b[7m", "\x1b[7m"};
  return (has_colours ? coloured : colourless)[static_cast<std::size_t>(as)];
}

} // namespace

auto screen_line::add(std::string_view text, ink as) -> screen_line& {
  auto shown = printable(text);
  columns_ += columns_taken_by(shown);
  if (!pieces_.empty() && pieces_.back().as == as)
    pieces_.back().text += shown;
  else if (!shown.empty())
    pieces_.push_back({std::move(shown), as});
  return *this;
}

auto screen_line::to_column(std::size_t column) -> screen_line& {
  if (columns_ < column) add(std::string(column - columns_, ' '));
  return *this;
}

void screen_line::fit(std::size_t width, bool fills) {
  auto left = width;
  auto kept = std::vector<piece>{};
  for (auto& p : pieces_) {
    p.text.resize(within_columns(p.text, left));
    left -= std::min(left, columns_taken_by(p.text));
    if (!p.text.empty()) kept.push_back(std::move(p));
  }
  pieces_ = std::move(kept);
  columns_ = width - left;
  if (fills) to_column(width);
}

void screen_line::paint(ink as) {
  for (auto& p : pieces_) p.as = as;
}

auto screen_line::text() const -> std::string {
  auto all = std::string{};
  for (const auto& p : pieces_) all += p.text;
  return all;
}

auto wrapped(std::string_view text, std::size_t width) -> std::vector<std::string> {
  auto lines = std::vector<std::string>{};
  auto left = printable(text);
  width = std::max<std::size_t>(width, 1);
  while (!left.empty()) {
    auto end = within_columns(left, width);
    if (end == 0) end = first_character(left);
    if (end < left.size()) {
      const auto space = left.rfind(' ', end);
      if (space != std::string::npos && space > 0) end = space;
    }
    lines.push_back(left.substr(0, end));
    left.erase(0, std::max<std::size_t>(end, 1));
    left.erase(0, left.find_first_not_of(' '));
  }
  return lines;
}

auto shortened(const std::string& text, std::size_t columns) -> std::string {
  if (columns_taken_by(text) <= columns) return text;
  if (columns < 3) return text.substr(0, within_columns(text, columns));
  return text.substr(0, within_columns(text, columns - 2)) + "..";
}

auto to_terminal(const screen_line& line, bool has_colours) -> std::string {
  auto text = std::string{};
  for (const auto& p : line.pieces()) {
    const auto as = rendition(p.as, has_colours);
    text += as;
    text += p.text;
    if (!as.empty()) text += "\x1b[0m";
  }
  return text;
}

} // namespace weir::cli
