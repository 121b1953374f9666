/// Tag patterns with Fluentd's rules: `*` one part, `**` zero or more parts, `{a,b}` alternatives.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A list of patterns; matches if any of them does. An empty list matches every tag.
class tag_pattern {
public:
  tag_pattern() = default;
  /// Errors name the pattern and the character that does not fit.
  static auto parse(const std::vector<std::string>& patterns) -> result<tag_pattern>;

  auto matches(std::string_view tag) const -> bool;
  auto matches_all() const -> bool { return alternatives_.empty(); }
  auto text() const -> const std::vector<std::string>& { return text_; }

private:
  /// One expanded pattern, split at its dots.
  std::vector<std::vector<std::string>> alternatives_;
  std::vector<std::string> text_;
};

} // namespace weir
