/// Lines of styled text that fill a terminal of a given size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// What a piece of text is; colours go with it, and a terminal without them loses nothing that is not said in words.
enum class ink { plain, faint, strong, good, wait, bad, bar, chosen };

struct piece {
  std::string text;
  ink as = ink::plain;
};

/// A line under construction, and how many columns it takes.
class screen_line {
public:
  screen_line() = default;
  screen_line(std::string text, ink as) { add(std::move(text), as); }

  /// What a terminal might obey is made harmless.
  auto add(std::string_view text, ink as = ink::plain) -> screen_line&;
  /// Blanks up to the column.
  auto to_column(std::size_t column) -> screen_line&;
  auto columns() const -> std::size_t { return columns_; }
  auto pieces() const -> const std::vector<piece>& { return pieces_; }
  /// No wider than this; filled with blanks if `fills`.
  void fit(std::size_t width, bool fills);
  /// All of it as one ink.
  void paint(ink as);
  auto text() const -> std::string;

private:
  std::vector<piece> pieces_;
  std::size_t columns_ = 0;
};

struct screen_size {
  std::size_t width = 80;
  std::size_t height = 24;
  auto operator==(const screen_size&) const -> bool = default;
};

using screen = std::vector<screen_line>;

/// The words of a text on lines of at most so many columns; a word that is longer is cut.
auto wrapped(std::string_view text, std::size_t width) -> std::vector<std::string>;
/// Cut to so many columns, with a mark where something is missing.
auto shortened(const std::string& text, std::size_t columns) -> std::string;

/// What a terminal is sent for it where the cursor is. Without colours weight, underline and reverse are left.
auto to_terminal(const screen_line& line, bool has_colours) -> std::string;

} // namespace weir::cli
