#include "config/expressions.hpp"

#include "runtime/expression/expression.hpp"

#include <algorithm>

namespace weir::config {
namespace {

/// On one line the column is known, but for what was escaped or filled in before it; on several the line is.
auto finding_of(const value& written, const expression_problem& problem) -> expression_finding {
  const auto before = std::string_view{written.scalar}.substr(0, problem.at);
  auto made = expression_finding{written.where, problem.what, problem.hint};
  if (written.scalar.find('\n') == std::string::npos) {
    made.where.column += static_cast<int>(problem.at) + (written.quoted ? 1 : 0);
    return made;
  }
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = problem.at - std::min(before.rfind('\n') + 1, problem.at) + 1;
  made.what += ", in its line " + std::to_string(line) + " at character " + std::to_string(column);
  return made;
}

} // namespace

auto findings_of_expression(const value& written, expression_use use) -> std::vector<expression_finding> {
  if (!written.is_scalar()) return {{written.where, "wants an expression, not " + written.describe(), {}}};
  auto problems = expression_problems{};
  if (use == expression_use::condition)
    compile_condition(written.scalar, {}, problems);
  else
    expression::compile(written.scalar, {}, problems);
  auto findings = std::vector<expression_finding>{};
  for (const auto& p : problems) findings.push_back(finding_of(written, p));
  return findings;
}

void check_expression(settings_reader& reader, std::string_view key, expression_use use) {
  if (const auto* written = reader.given(key)) check_expression(reader, std::string{key}, *written, use);
}

void check_expression(settings_reader& reader, const std::string& name, const value& written, expression_use use) {
  for (const auto& f : findings_of_expression(written, use))
    reader.complain_at(f.where, '"' + name + "\": " + f.what, f.hint);
}

} // namespace weir::config
