#include "cli/report.hpp"

#include "topology/make_plan.hpp"

#include <algorithm>
#include <ostream>

namespace weir::cli {

auto load_or_explain(const std::string& path, session& s) -> std::optional<topology_plan> {
  auto problems = config::diagnostics{};
  return load_or_explain(path, s, problems);
}

auto load_or_explain(const std::string& path, session& s, config::diagnostics& problems)
    -> std::optional<topology_plan> {
  auto plan = load_plan(path, problems);
  for (const auto& problem : problems) s.err << config::to_text(problem) << '\n';
  if (plan) return plan;
  const auto errors = std::count_if(problems.begin(), problems.end(), [](const auto& p) {
    return p.level == config::diagnostic::severity::error;
  });
  s.err << errors << (errors == 1 ? " problem" : " problems") << "; nothing was started\n";
  return std::nullopt;
}

} // namespace weir::cli
