/// What is wrong with a configuration, where, and what would be right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

/// Lines and columns count from 1; 0 means the file as a whole.
struct place {
  std::string file;
  int line = 0;
  int column = 0;
};

struct diagnostic {
  enum class severity { error, warning };
  severity level = severity::error;
  place where;
  std::string what; ///< lower case, no full stop: what was found and what was wanted
  std::string hint; ///< empty if there is no single best answer
};

using diagnostics = std::vector<diagnostic>;

auto has_errors(const diagnostics& problems) -> bool;

/// `file:line:column: what`, and the hint on an indented line of its own.
auto to_text(const diagnostic& problem) -> std::string;

/// The candidate that `name` is most likely a typing error for, if one is near enough.
auto nearest(std::string_view name, const std::vector<std::string>& candidates) -> std::optional<std::string>;

} // namespace weir::config
