#include "cli/text_table.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto columns_to_the_left = std::size_t{2};

auto aligned(const std::string& cell, std::size_t width, std::size_t column) -> std::string {
  const auto space = std::string(width - std::min(width, columns_taken_by(cell)), ' ');
  return column < columns_to_the_left ? cell + space : space + cell;
}

} // namespace

auto joined(const std::vector<std::string>& words) -> std::string {
  auto text = std::string{};
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

auto text_table::text() const -> std::string {
  auto widths = std::vector<std::size_t>{};
  for (const auto& row : rows_) {
    if (row.size() == 1) continue;
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_taken_by(row[i]));
  }
  auto text = std::string{};
  for (const auto& row : rows_) {
    auto line = row.size() == 1 ? row.front() : std::string{};
    for (std::size_t i = 0; row.size() > 1 && i < row.size(); ++i)
      line += (i == 0 ? "" : "  ") + aligned(row[i], widths[i], i);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

} // namespace weir::cli
