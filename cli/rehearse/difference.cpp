#include "cli/rehearse/difference.hpp"

#include <algorithm>

namespace weir::cli {

auto difference_of(const std::vector<std::string>& wanted, const std::vector<std::string>& came,
                   const std::function<bool(std::size_t, std::size_t)>& is_same) -> std::vector<std::string> {
  // longest[i][j]: how many lines the rests from i and from j on have in common.
  auto longest = std::vector<std::vector<std::size_t>>(wanted.size() + 1, std::vector<std::size_t>(came.size() + 1));
  for (auto i = wanted.size(); i-- > 0;)
    for (auto j = came.size(); j-- > 0;)
      longest[i][j] = is_same(i, j) ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
  auto lines = std::vector<std::string>{};
  auto i = std::size_t{0};
  auto j = std::size_t{0};
  while (i < wanted.size() || j < came.size()) {
    if (i < wanted.size() && j < came.size() && is_same(i, j))
      lines.push_back("  " + came[j]), ++i, ++j;
    else if (i < wanted.size() && (j == came.size() || longest[i + 1][j] >= longest[i][j + 1]))
      lines.push_back("- " + wanted[i++]);
    else
      lines.push_back("+ " + came[j++]);
  }
  return lines;
}

} // namespace weir::cli
