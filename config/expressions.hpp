/// Expressions as settings: what is wrong with them, at its place in the file.
#pragma once

#include "config/settings_reader.hpp"
#include "runtime/expression/expression_problem.hpp"

#include <string>
#include <string_view>

namespace weir::config {

/// What an expression is for.
enum class expression_use { condition, value };

struct expression_finding {
  place where;
  std::string what;
  std::string hint;
};

/// Empty if it can be used so. `written` is what the file has for the setting.
auto findings_of_expression(const value& written, expression_use use) -> std::vector<expression_finding>;

/// Complains about a setting that is given and has findings.
void check_expression(settings_reader& reader, std::string_view key, expression_use use);
void check_expression(settings_reader& reader, const std::string& name, const value& written, expression_use use);

} // namespace weir::config
