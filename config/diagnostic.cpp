#include "config/diagnostic.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace weir::config {
namespace {

/// Edit distance in which swapping two neighbours costs one step (optimal string alignment).
auto distance(std::string_view a, std::string_view b) -> std::size_t {
  auto before = std::vector<std::size_t>(b.size() + 1);
  auto previous = std::vector<std::size_t>(b.size() + 1);
  auto current = std::vector<std::size_t>(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto same = std::tolower(static_cast<unsigned char>(a[i - 1]))
                        == std::tolower(static_cast<unsigned char>(b[j - 1]));
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

} // namespace

auto has_errors(const diagnostics& problems) -> bool {
  return std::any_of(problems.begin(), problems.end(),
                     [](const auto& p) { return p.level == diagnostic::severity::error; });
}

auto to_text(const diagnostic& problem) -> std::string {
  auto text = problem.where.file;
  if (problem.where.line > 0)
    text += ':' + std::to_string(problem.where.line) + ':' + std::to_string(problem.where.column);
  text += problem.level == diagnostic::severity::warning ? ": warning: " : ": ";
  text += problem.what;
  if (!problem.hint.empty()) text += "\n  hint: " + problem.hint;
  return text;
}

auto nearest(std::string_view name, const std::vector<std::string>& candidates)
    -> std::optional<std::string> {
  // Two of four letters that differ are another word.
  auto best = std::optional<std::string>{};
  auto best_distance = std::size_t{4};
  for (const auto& candidate : candidates) {
    const auto limit = std::max<std::size_t>(1, std::min(name.size(), candidate.size()) / 3);
    if (const auto d = distance(name, candidate); d < best_distance && d <= limit) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

} // namespace weir::config
