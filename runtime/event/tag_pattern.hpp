/// Tag patterns with Fluentd's rules: `*` one part, `**` zero or more parts, `{a,b}` alternatives.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A list of patterns; matches if any of them does. An empty list matches every tag.
//
//  text    := pattern (blanks pattern)*
//  pattern := (char | "\" char | "*" | "**" | "{" pattern ("," pattern)* "}")*
//
//  `*` stays within a part (`web*` matches `webserver`), `**` does not. A dot beside `**` belongs to it:
//  `a.**` matches `a` and `a.b` but not `ab`; `**.a` matches `a` and `b.a`; `a.**.b` matches `a.b`.
class tag_pattern {
public:
  tag_pattern() = default;
  /// Errors name the pattern and the character that does not fit.
  static auto parse(const std::vector<std::string>& patterns) -> result<tag_pattern>;

  auto matches(std::string_view tag) const -> bool;
  auto matches_all() const -> bool;
  auto text() const -> const std::vector<std::string>& { return text_; }

private:
  enum class step : std::uint8_t {
    literal,    ///< this byte
    within,     ///< any bytes but dots
    across,     ///< any bytes
    part_ends,  ///< nothing, before a dot or at the end
    part_begins ///< nothing, behind a dot or at the beginning
  };
  struct token {
    step what = step::literal;
    char byte = 0;
  };
  /// One pattern without alternatives.
  struct glob {
    enum class shape : std::uint8_t { exact, below, all, general };
    shape as = shape::exact;
    std::string literal;       ///< exact: the tag; below: what comes before `.**`
    std::vector<token> tokens; ///< general

    auto matches(std::string_view tag) const -> bool;
  };
  class walk;

  static auto compile(std::string_view pattern) -> glob;

  std::vector<glob> alternatives_;
  std::vector<std::string> text_;
};

} // namespace weir
