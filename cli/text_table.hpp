/// Words in a line, and columns of text: the first to the left, figures to the right, lines of their own in between.
#pragma once

#include <string>
#include <vector>

namespace weir::cli {

/// "a, b, c"
auto joined(const std::vector<std::string>& words) -> std::string;

class text_table {
public:
  explicit text_table(std::vector<std::string> headings) { add_row(std::move(headings)); }

  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A line that takes no part in the widths of the columns.
  void add_line(std::string text) { rows_.push_back({std::move(text)}); }
  /// Each line ends with a line feed. The second column is to the left as well.
  auto text() const -> std::string;

private:
  std::vector<std::vector<std::string>> rows_;
};

} // namespace weir::cli
