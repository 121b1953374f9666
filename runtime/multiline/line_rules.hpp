/// Which lines make one event: what begins a group, what goes on with it, and where it may end.
#pragma once

#include "runtime/base/result.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// In this order: what fits two presets is to the group what it is to the one that takes more.
enum class line_fate : std::uint8_t {
  apart, ///< belongs to no group, or not to this one
  open,  ///< belongs to it if a line behind it makes it whole
  whole, ///< belongs to it, and the group may end here
  last,  ///< belongs to it and ends it
};

/// How far a group has come; its rules alone know what that means.
using group_place = std::array<std::uint8_t, 8>;

class line_rules {
public:
  virtual ~line_rules() = default;
  /// Whether a group begins with the line.
  virtual auto begin(std::string_view line, group_place& at) const -> line_fate = 0;
  /// Whether the group goes on with it.
  virtual auto go_on(std::string_view line, group_place& at) const -> line_fate = 0;
  /// Whether a group that no last line has ended is not whole.
  virtual auto wants_last() const -> bool { return false; }
};

/// Languages whose stack traces are known.
enum class trace_language : std::uint8_t { java, python, go, ruby, php, dotnet, node };
inline constexpr std::size_t trace_languages = 7;
static_assert(trace_languages <= std::tuple_size_v<group_place>);

/// Of several languages each follows a group as far as it can; the one that takes most of the lines decides.
auto make_rules(std::span<const trace_language> languages) -> std::unique_ptr<line_rules>;

/// RE2 expressions, searched for in the line; an empty one says nothing.
struct line_expressions {
  std::string start;   ///< a group begins with such a line; without it with any that goes on with none
  std::string go_on;   ///< such a line belongs to the group before it; without it any that is no start
  std::string end;     ///< such a line is the last of its group
};
/// At least one of them is given. Errors name the key, "continue" for go_on.
auto make_rules(const line_expressions& expressions) -> result<std::unique_ptr<line_rules>>;

} // namespace weir
