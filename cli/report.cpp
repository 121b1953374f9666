#include "cli/report.hpp"

#include "cli/figures.hpp"
#include "topology/make_plan.hpp"

#include <algorithm>
#include <ostream>

namespace weir::cli {
namespace {

constexpr auto problems_shown_max = std::size_t{50};

/// A topology, or a file that it includes, may hold what a terminal would obey.
auto shown(config::diagnostic problem) -> std::string {
  for (auto* text : {&problem.where.file, &problem.what, &problem.hint}) *text = printable(*text);
  return config::to_text(problem);
}

} // namespace

auto load_or_explain(const std::string& path, session& s, std::string_view without) -> std::optional<topology_plan> {
  auto problems = config::diagnostics{};
  return load_or_explain(path, s, problems, without);
}

auto load_or_explain(const std::string& path, session& s, config::diagnostics& problems, std::string_view without)
    -> std::optional<topology_plan> {
  auto plan = load_plan(path, problems);
  const auto is_error = [](const auto& p) { return p.level == config::diagnostic::severity::error; };
  if (problems.size() > problems_shown_max) std::stable_partition(problems.begin(), problems.end(), is_error);
  for (std::size_t i = 0; i < std::min(problems.size(), problems_shown_max); ++i)
    s.err << shown(problems[i]) << '\n';
  if (problems.size() > problems_shown_max)
    s.err << "and " << problems.size() - problems_shown_max << " more\n";
  if (plan) return plan;
  const auto errors = std::count_if(problems.begin(), problems.end(), is_error);
  s.err << errors << (errors == 1 ? " problem" : " problems") << "; " << without << '\n';
  return std::nullopt;
}

} // namespace weir::cli
