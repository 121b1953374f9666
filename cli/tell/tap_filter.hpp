/// Which events somebody who looks wants to see.
#pragma once

#include "actors/operators/operator.hpp"
#include "runtime/event/tag_pattern.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace weir::cli {

/// Patterns as under `match:`, with blanks between them; empty: all tags. What is wrong with them is malformed.
auto read_tag_patterns(const std::string& text) -> result<tag_pattern>;

class tap_filter {
public:
  /// `where`: {FIELD: REGEX, …} as under `keep:` of grep, in YAML's form; any other text has to be somewhere in the record.
  /// What is empty asks for nothing.
  static auto make(const std::string& tags, const std::string& where) -> result<tap_filter>;

  auto takes_tag(std::string_view tag) const -> bool { return tags_.matches(tag); }
  /// By its record.
  auto takes(const event_view& event) -> bool;

private:
  tag_pattern tags_;
  std::string text_;
  std::unique_ptr<event_operator> keeps_;
};

} // namespace weir::cli
