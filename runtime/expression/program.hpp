/// An expression in the form in which it is evaluated: nodes side by side, each behind those that it is made of.
#pragma once

#include "runtime/expression/field_finder.hpp"
#include "runtime/expression/functions.hpp"
#include "runtime/expression/pattern.hpp"
#include "runtime/expression/value.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weir::expr {

enum class operation : std::uint8_t {
  constant,
  list,     ///< of constants, to the right of `in`
  field,
  tag,
  tag_part, ///< its number is in `number`
  time,
  both,     ///< of two or more
  either,
  negate,   ///< a condition
  equal,
  unequal,
  less,
  at_most,
  greater,
  at_least,
  matches,
  matches_not,
  one_of,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  minus,
  exists,   ///< the field of that number
  choose,   ///< if(condition, one, other)
  coalesce,
  call
};

struct node {
  operation what = operation::constant;
  kinds can_be = 0;
  std::uint32_t at = 0;     ///< byte of the source
  std::uint32_t depth = 1;  ///< of the nodes below it, and itself
  std::uint32_t first = 0;  ///< of `count` operands in program::operands
  std::uint32_t count = 0;
  std::int64_t number = 0;  ///< of a field, a pattern or a tag's part
  value content = {};       ///< of a constant
  const function* called = nullptr;
  const preparation* prepared = nullptr;
};

struct program {
  std::vector<node> nodes; ///< the last is the whole
  std::vector<std::uint32_t> operands;
  std::vector<pattern> patterns;
  std::vector<std::unique_ptr<preparation>> preparations;
  std::deque<std::string> texts; ///< of constants; they stay where they are
  field_finder fields;

  auto operand(const node& of, std::uint32_t index) const -> std::uint32_t { return operands[of.first + index]; }
};

} // namespace weir::expr
