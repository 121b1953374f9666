/// What an expression works on: values of events and constants, borrowed and without a tree.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::expr {

/// `nothing` is what a field gives that is not there, and what an operation gives that cannot be done.
enum class kind : std::uint8_t { nothing, null, boolean, integer, real, text, time, duration, list, map, bytes, pattern };

/// A set of kinds: what an operand may turn out to be.
using kinds = std::uint32_t;
constexpr auto only(kind k) -> kinds { return kinds{1} << static_cast<unsigned>(k); }
inline constexpr auto texts = only(kind::text);
inline constexpr auto booleans = only(kind::boolean);
inline constexpr auto integers = only(kind::integer);
inline constexpr auto numbers = integers | only(kind::real);
inline constexpr auto times = only(kind::time);
inline constexpr auto durations = only(kind::duration);
inline constexpr auto lists = only(kind::list);
inline constexpr auto maps = only(kind::map);
inline constexpr auto nulls = only(kind::null);
inline constexpr auto orderly = numbers | texts | times | durations;
/// What a field can hold. That it may be missing goes without saying, here and everywhere.
inline constexpr auto anything = numbers | nulls | booleans | texts | times | lists | maps | only(kind::bytes);

struct value {
  kind type = kind::nothing;
  union {
    std::int64_t number = 0; ///< integer; nanoseconds of time and duration; a boolean; which pattern
    double real;
  };
  std::string_view text; ///< of text; the msgpack of list, map and bytes

  static auto of(bool flag) -> value { return with(kind::boolean, flag ? 1 : 0); }
  static auto of(std::int64_t number) -> value { return with(kind::integer, number); }
  static auto of(double number) -> value {
    auto made = value{};
    made.type = kind::real;
    made.real = number;
    return made;
  }
  static auto of(std::string_view content, kind type = kind::text) -> value {
    auto made = with(type, 0);
    made.text = content;
    return made;
  }
  static auto with(kind type, std::int64_t number) -> value {
    auto made = value{};
    made.type = type;
    made.number = number;
    return made;
  }

  auto is(kind k) const -> bool { return type == k; }
  auto is_true() const -> bool { return type == kind::boolean && number != 0; }
  auto is_number() const -> bool { return type == kind::integer || type == kind::real; }
  auto as_real() const -> double { return type == kind::real ? real : static_cast<double>(number); }
};

/// Of the value that is all of `bytes`; nothing if there is none. A text is borrowed. Total.
auto read_value(std::string_view bytes) -> value;
/// As msgpack: a time as its text, a duration in seconds. False, and nothing appended, if it is nothing.
auto append_value(byte_buffer& out, const value& v) -> bool;

/// Unordered: of two kinds, or of a kind that has no order.
auto compare(const value& a, const value& b) -> std::partial_ordering;
auto is_equal(const value& a, const value& b) -> bool;

/// "a number, a text or a list"; "anything" for more.
auto to_text(kinds k) -> std::string;

} // namespace weir::expr
