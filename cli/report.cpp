#include "cli/report.hpp"

#include "cli/figures.hpp"
#include "topology/make_plan.hpp"

#include <algorithm>
#include <ostream>

namespace weir::cli {
namespace {

constexpr auto problems_shown_max = std::size_t{50};

auto is_error(const config::diagnostic& p) -> bool { return p.level == config::diagnostic::severity::error; }

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

void explain(const config::diagnostics& problems, session& s) {
  auto sorted = problems;
  if (sorted.size() > problems_shown_max) std::stable_partition(sorted.begin(), sorted.end(), is_error);
  for (std::size_t i = 0; i < std::min(sorted.size(), problems_shown_max); ++i) s.err << shown(sorted[i]) << '\n';
  if (sorted.size() > problems_shown_max) s.err << "and " << sorted.size() - problems_shown_max << " more\n";
}

void count_errors(const config::diagnostics& problems, session& s, std::string_view without) {
  const auto errors = std::count_if(problems.begin(), problems.end(), is_error);
  s.err << errors << (errors == 1 ? " problem" : " problems") << "; " << without << '\n';
}

auto load_or_explain(const std::string& path, session& s, config::diagnostics& problems, std::string_view without)
    -> std::optional<topology_plan> {
  auto plan = load_plan(path, problems);
  explain(problems, s);
  if (!plan) count_errors(problems, s, without);
  return plan;
}

} // namespace weir::cli
