#include "runtime/expression/compiler.hpp"

#include <algorithm>
#include <array>

namespace weir::expr {
namespace {

struct symbol_meaning {
  std::string_view symbol;
  operation what;
};

constexpr auto comparison_symbols = std::array<symbol_meaning, 6>{{{"==", operation::equal},
                                                            {"!=", operation::unequal},
                                                            {"<", operation::less},
                                                            {"<=", operation::at_most},
                                                            {">", operation::greater},
                                                            {">=", operation::at_least}}};
constexpr auto sum_symbols = std::array<symbol_meaning, 2>{{{"+", operation::add}, {"-", operation::subtract}}};
constexpr auto product_symbols =
    std::array<symbol_meaning, 3>{{{"*", operation::multiply}, {"/", operation::divide}, {"%", operation::modulo}}};

template <class Table> auto meaning_of(const token& t, const Table& table) -> const symbol_meaning* {
  if (t.what != token::kind::symbol) return nullptr;
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& m) { return m.symbol == t.text; });
  return found == table.end() ? nullptr : &*found;
}

auto describe(const token& t) -> std::string {
  switch (t.what) {
  case token::kind::end: return "its end";
  case token::kind::text: return "a text";
  case token::kind::number: return "a number";
  case token::kind::duration: return "a duration";
  case token::kind::pattern: return "a regular expression";
  default: return '"' + t.text + '"';
  }
}

} // namespace

compiler::compiler(std::string_view source, const surroundings& around, expression_problems& problems)
    : source_(source), around_(around), problems_(problems), lexer_(source, problems) {}

auto compiler::compile(program& out) -> bool {
  const auto before = problems_.size();
  out_ = &out;
  if (source_.size() > source_bytes_max)
    return wrong(0, "an expression wants to have at most 16 KiB, not " + std::to_string(source_.size()) + " bytes"), false;
  if (!advance(true)) return false;
  if (next_.what == token::kind::end) return wrong(next_.at, "an expression was wanted, not nothing"), false;
  const auto whole = condition();
  if (whole && next_.what != token::kind::end) wrong(next_.at, "an operator or the end was wanted, not " + describe(next_));
  if (!whole || problems_.size() > before) return false;
  if (*whole + 1 < out.nodes.size()) out.nodes.push_back(node{at(*whole)}); // what was folded leaves others behind it
  return true;
}

auto compiler::wrong(std::size_t at, std::string what, std::string hint) -> std::nullopt_t {
  problems_.push_back({at, std::move(what), std::move(hint)});
  return std::nullopt;
}

auto compiler::is_symbol(std::string_view symbol) const -> bool {
  return next_.what == token::kind::symbol && next_.text == symbol;
}

auto compiler::is_word(std::string_view name) const -> bool {
  return next_.what == token::kind::path && next_.is_word && next_.text == name;
}

auto compiler::advance(bool wants_operand) -> bool {
  auto next = lexer_.next(wants_operand);
  if (next) next_ = std::move(*next);
  return next.has_value();
}

auto compiler::expect(std::string_view symbol, bool wants_operand) -> bool {
  if (is_symbol(symbol)) return advance(wants_operand);
  wrong(next_.at, "\"" + std::string{symbol} + "\" was wanted, not " + describe(next_));
  return false;
}

auto compiler::condition() -> placed { return joined(operation::either, "||", &compiler::all_of); }
auto compiler::all_of() -> placed { return joined(operation::both, "&&", &compiler::comparison); }

/// Parts with the same symbol between them, as one node.
auto compiler::joined(operation what, std::string_view symbol, placed (compiler::*part)()) -> placed {
  const auto at_first = next_.at;
  auto first = (this->*part)();
  if (!first || !is_symbol(symbol)) return first;
  auto parts = std::vector<std::uint32_t>{*first};
  auto are_conditions = check_condition(*first);
  while (is_symbol(symbol)) {
    if (!advance(true)) return std::nullopt;
    const auto more = (this->*part)();
    if (!more) return std::nullopt;
    are_conditions = check_condition(*more) && are_conditions;
    parts.push_back(*more);
  }
  const auto deciding = what == operation::either;
  for (const auto p : parts)
    if (are_conditions && is_constant(p) && at(p).content.is_true() == deciding) return add_constant(at_first, value::of(deciding));
  return add({.what = what, .can_be = booleans, .at = static_cast<std::uint32_t>(at_first)}, parts);
}

auto compiler::comparison() -> placed {
  const auto left = sum();
  if (!left) return left;
  const auto symbol = next_;
  const auto* known = meaning_of(symbol, comparison_symbols);
  auto made = placed{};
  if (known != nullptr) {
    const auto right = advance(true) ? sum() : std::nullopt;
    made = right ? add_binary(known->what, symbol, *left, *right) : std::nullopt;
  } else if (is_symbol("=~") || is_symbol("!~")) {
    made = match(*left, symbol);
  } else if (is_word("in")) {
    const auto right = !advance(true) ? std::nullopt : is_symbol("[") ? list() : sum();
    made = right ? add_binary(operation::one_of, symbol, *left, *right) : std::nullopt;
  } else {
    return left;
  }
  if (made && (meaning_of(next_, comparison_symbols) != nullptr || is_symbol("=~") || is_symbol("!~") || is_word("in")))
    return wrong(next_.at, "a comparison of a comparison", "join two with &&, or use brackets");
  return made;
}

auto compiler::match(std::uint32_t left, const token& symbol) -> placed {
  if (!advance(true)) return std::nullopt;
  if (next_.what != token::kind::pattern)
    return wrong(next_.at, '"' + symbol.text + "\" wants a regular expression between slashes, not " + describe(next_));
  const auto right = add_pattern(next_);
  if (!right || !advance(false)) return std::nullopt;
  check_types(symbol.text == "=~" ? operation::matches : operation::matches_not, symbol, at(left), at(*right));
  auto made = node{.what = symbol.text == "=~" ? operation::matches : operation::matches_not,
                   .can_be = booleans,
                   .at = static_cast<std::uint32_t>(symbol.at)};
  made.number = at(*right).content.number;
  return add(made, {left});
}

auto compiler::sum() -> placed {
  auto left = product();
  while (left) {
    const auto symbol = next_;
    const auto* known = meaning_of(symbol, sum_symbols);
    if (known == nullptr) break;
    const auto right = advance(true) ? product() : std::nullopt;
    left = right ? add_binary(known->what, symbol, *left, *right) : std::nullopt;
  }
  return left;
}

auto compiler::product() -> placed {
  auto left = unary();
  while (left) {
    const auto symbol = next_;
    const auto* known = meaning_of(symbol, product_symbols);
    if (known == nullptr) break;
    const auto right = advance(true) ? unary() : std::nullopt;
    left = right ? add_binary(known->what, symbol, *left, *right) : std::nullopt;
  }
  return left;
}

/// Here every recursion of the parser comes by.
auto compiler::unary() -> placed {
  const auto symbol = next_;
  if (nesting_ >= depth_max) return wrong(symbol.at, "more than " + std::to_string(depth_max) + " brackets and signs inside each other");
  ++nesting_;
  auto made = placed{};
  if (is_symbol("!")) {
    const auto of = advance(true) ? unary() : std::nullopt;
    if (of) check_condition(*of);
    made = of ? add({.what = operation::negate, .can_be = booleans, .at = static_cast<std::uint32_t>(symbol.at)}, {*of}) : of;
  } else if (is_symbol("-")) {
    const auto of = advance(true) ? unary() : std::nullopt;
    made = of ? add_negative(symbol, *of) : of;
  } else if (const auto of = operand()) {
    made = indexed(*of);
  }
  --nesting_;
  return made;
}

/// `list[number]` is short for at(list, number).
auto compiler::indexed(std::uint32_t of) -> placed {
  auto made = placed{of};
  while (made && is_symbol("[")) {
    auto bracket = next_;
    const auto index = advance(true) ? condition() : std::nullopt;
    if (!index || !expect("]", false)) return std::nullopt;
    if (at(*made).what == operation::tag && is_constant(*index) && at(*index).content.is(kind::integer))
      made = add({.what = operation::tag_part, .can_be = texts, .at = at(*made).at, .number = at(*index).content.number}, {});
    else
      made = add_call(bracket, *find_function("at"), {*made, *index});
  }
  return made;
}

auto compiler::operand() -> placed {
  const auto t = next_;
  if (t.what == token::kind::path) return advance(false) ? word(t) : std::nullopt;
  if (is_symbol("(")) {
    const auto inner = advance(true) ? condition() : std::nullopt;
    return inner && expect(")", false) ? inner : std::nullopt;
  }
  if (is_symbol("[")) return wrong(t.at, "a list stands to the right of \"in\"");
  if (t.what == token::kind::symbol || t.what == token::kind::end)
    return wrong(t.at, "a value was wanted, not " + describe(t));
  if (!advance(false)) return std::nullopt;
  if (t.what == token::kind::text) return add_text(t.at, t.text);
  return t.what == token::kind::pattern ? add_pattern(t) : add_constant(t.at, t.content);
}

auto compiler::word(const token& name) -> placed {
  if (!name.is_word) return add_field(name);
  if (is_symbol("(")) return call(name);
  const auto at = static_cast<std::uint32_t>(name.at);
  if (name.text == "true" || name.text == "false") return add_constant(name.at, value::of(name.text == "true"));
  if (name.text == "null") return add_constant(name.at, value::with(kind::null, 0));
  if (name.text == "tag") return add({.what = operation::tag, .can_be = texts, .at = at}, {});
  if (name.text == "time") return add({.what = operation::time, .can_be = times, .at = at}, {});
  if (name.text == "in") return wrong(name.at, "a value was wanted, not \"in\"", "a field of that name is .in");
  return add_field(name);
}

auto compiler::arguments(const token& name) -> std::optional<std::vector<std::uint32_t>> {
  auto given = std::vector<std::uint32_t>{};
  if (!advance(true)) return std::nullopt;
  while (!is_symbol(")")) {
    if (given.size() == arguments_max)
      return wrong(next_.at, '"' + name.text + "\" has more than " + std::to_string(arguments_max) + " arguments");
    const auto one = condition();
    if (!one) return std::nullopt;
    given.push_back(*one);
    if (is_symbol(")")) break;
    if (!is_symbol(",")) return wrong(next_.at, "\",\" or \")\" was wanted, not " + describe(next_));
    if (!advance(true)) return std::nullopt;
  }
  return advance(false) ? std::optional{given} : std::nullopt;
}

/// Of constants.
auto compiler::list() -> placed {
  const auto begin = next_.at;
  auto items = std::vector<std::uint32_t>{};
  auto can_be = kinds{0};
  if (!advance(true)) return std::nullopt;
  while (!is_symbol("]")) {
    const auto start = next_.at;
    const auto one = unary();
    if (!one) return std::nullopt;
    if (!is_constant(*one)) return wrong(start, "a list wants constants", "compare with fields by == and ||");
    can_be |= at(*one).can_be;
    items.push_back(*one);
    if (is_symbol("]")) break;
    if (!expect(",", true)) return std::nullopt;
  }
  if (!advance(false)) return std::nullopt;
  if (items.empty()) return wrong(begin, "a list without values: nothing is in it");
  return add({.what = operation::list, .can_be = can_be, .at = static_cast<std::uint32_t>(begin)}, items);
}

} // namespace weir::expr
