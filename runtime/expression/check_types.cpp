#include "runtime/expression/compiler.hpp"

#include <array>

namespace weir::expr {
namespace {

/// Whole and real numbers compare with each other.
auto comparable(kinds k) -> kinds { return (k & numbers) != 0 ? k | numbers : k; }

struct sum_rule {
  kinds left;
  kinds right;
  std::string_view symbols;
  kinds gives;
};

constexpr auto rules = std::array<sum_rule, 10>{{{numbers, numbers, "+-*%", numbers},
                                                {numbers, numbers, "/", only(kind::real)},
                                                {texts, texts, "+", texts},
                                                {times, durations, "+-", times},
                                                {durations, times, "+", times},
                                                {times, times, "-", durations},
                                                {durations, durations, "+-", durations},
                                                {durations, durations, "/", only(kind::real)},
                                                {durations, numbers, "*/", durations},
                                                {numbers, durations, "*", durations}}};

auto result_of(std::string_view symbol, kinds left, kinds right) -> kinds {
  auto gives = kinds{0};
  for (const auto& r : rules)
    if ((r.left & left) != 0 && (r.right & right) != 0 && r.symbols.find(symbol) != std::string_view::npos) gives |= r.gives;
  return gives;
}

auto is_order(operation what) -> bool { return what >= operation::less && what <= operation::at_least; }

} // namespace

/// What it gives; tells what can never be.
auto compiler::check_types(operation what, const token& symbol, const node& left, const node& right) -> kinds {
  const auto sign = '"' + symbol.text + '"';
  const auto both = to_text(left.can_be) + " with " + to_text(right.can_be);
  if (what == operation::matches || what == operation::matches_not) {
    if ((left.can_be & texts) == 0)
      wrong(symbol.at, sign + " looks into a text, not into " + to_text(left.can_be), "to_string() makes one");
    return booleans;
  }
  if (what == operation::one_of) {
    if (right.what != operation::list && (right.can_be & lists) == 0)
      wrong(symbol.at, "\"in\" wants a list to its right, not " + to_text(right.can_be));
    else if (right.what == operation::list && (comparable(left.can_be) & right.can_be) == 0)
      wrong(symbol.at, "\"in\" looks for " + to_text(left.can_be) + " among " + to_text(right.can_be) + ", which is never true");
    return booleans;
  }
  if (what >= operation::equal && what <= operation::at_least) {
    const auto shared = comparable(left.can_be) & comparable(right.can_be);
    const auto has_null = ((left.can_be | right.can_be) & nulls) != 0 && !is_order(what);
    if (shared == 0 && !has_null)
      wrong(symbol.at, sign + " compares " + both + ", which are never the same kind", hint_for(left, right));
    else if (is_order(what) && (shared & orderly) == 0)
      wrong(symbol.at, sign + " wants numbers, texts, times or durations, not " + to_text(left.can_be));
    return booleans;
  }
  const auto gives = result_of(symbol.text, left.can_be, right.can_be);
  if (gives == 0) wrong(symbol.at, sign + " does not join " + both, hint_for(left, right));
  return gives;
}

auto compiler::hint_for(const node& left, const node& right) -> std::string {
  const auto has_text = ((left.can_be | right.can_be) & texts) != 0;
  const auto has_number = ((left.can_be | right.can_be) & numbers) != 0;
  if (has_text && has_number) return "to_number() makes a number of a text, to_string() a text of a number";
  return {};
}

auto compiler::check_condition(std::uint32_t index) -> bool {
  if ((at(index).can_be & booleans) != 0) return true;
  wrong(at(index).at, "a condition is wanted, which is true or false, not " + to_text(at(index).can_be));
  return false;
}

} // namespace weir::expr
