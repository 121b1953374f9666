/// Tag patterns with Fluentd's rules: `*` one part, `**` zero or more parts, `{a,b}` alternatives; and `!`.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/tag_shape.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A list of patterns, some of which may begin with `!`. Matches if one of the others does, or if there are no
/// others, and none of those with `!` does. An empty list matches every tag.
//
//  text    := ["!"] pattern (blanks ["!"] pattern)*
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
  /// The same, less what any of `others` matches.
  auto without(std::vector<tag_pattern> others) const -> tag_pattern;
  /// False: certainly no tag of this shape is matched.
  auto may_match(const tag_shape& shape) const -> bool;
  /// True: certainly every tag of this shape is.
  auto matches_every(const tag_shape& shape) const -> bool;
  /// Whether it says only what it does not match.
  auto only_refuses() const -> bool { return alternatives_.empty(); }
  auto text() const -> const std::vector<std::string>& { return text_; }
  /// With what it is without: the same for those alone that match the same.
  auto whole_text() const -> std::vector<std::string>;

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
    enum class kind : std::uint8_t { exact, below, all, general };
    kind as = kind::exact;
    std::string literal;       ///< exact: the tag; below: what comes before `.**`
    std::vector<token> tokens; ///< general

    auto matches(std::string_view tag) const -> bool;
    auto may_match(const tag_shape& shape) const -> bool;
    auto matches_every(const tag_shape& shape) const -> bool;
  };
  class walk;
  class shape_walk;

  static auto compile(std::string_view pattern) -> glob;
  auto add(std::string_view text) -> result<void>;

  std::vector<glob> alternatives_;
  std::vector<glob> refused_;                               ///< behind a `!`
  std::shared_ptr<const std::vector<tag_pattern>> others_; ///< what any of them matches, this does not
  std::vector<std::string> text_;
};

} // namespace weir
