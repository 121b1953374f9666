/// Text -> program: reads an expression by precedence and checks its types on the way.
//
//  condition  := and ("||" and)*
//  and        := comparison ("&&" comparison)*
//  comparison := sum (("==" | "!=" | "<" | "<=" | ">" | ">=") sum | ("=~" | "!~") pattern | "in" (list | sum))?
//  sum        := product (("+" | "-") product)*
//  product    := unary (("*" | "/" | "%") unary)*
//  unary      := ("!" | "-") unary | operand ("[" condition "]")*
//  operand    := number | duration | text | pattern | true | false | null | tag | time | path
//              | name "(" [condition ("," condition)*] ")" | "(" condition ")"
//  list       := "[" [unary ("," unary)*] "]"        of constants
#pragma once

#include "runtime/expression/lexer.hpp"
#include "runtime/expression/program.hpp"

namespace weir::expr {

/// Bounds that keep every later step short: bytes of an expression, and nodes inside each other.
inline constexpr auto source_bytes_max = std::size_t{16} << 10;
inline constexpr auto depth_max = std::uint32_t{100};

class compiler {
public:
  compiler(std::string_view source, const surroundings& around, expression_problems& problems);

  /// False: the program is of no use, and there are problems that say why.
  auto compile(program& out) -> bool;

private:
  /// Where a node is in the program; nothing after a problem of syntax.
  using placed = std::optional<std::uint32_t>;

  auto condition() -> placed;
  auto all_of() -> placed;
  auto comparison() -> placed;
  auto match(std::uint32_t left, const token& symbol) -> placed;
  auto sum() -> placed;
  auto product() -> placed;
  auto unary() -> placed;
  auto operand() -> placed;
  auto indexed(std::uint32_t of) -> placed;
  auto word(const token& name) -> placed;
  auto call(const token& name) -> placed;
  auto arguments(const token& name) -> std::optional<std::vector<std::uint32_t>>;
  auto list() -> placed;
  auto joined(operation what, std::string_view symbol, placed (compiler::*part)()) -> placed;

  auto add(node made, const std::vector<std::uint32_t>& operands) -> placed;
  auto add_constant(std::size_t at, const value& content) -> placed;
  auto add_text(std::size_t at, std::string text) -> placed;
  auto add_field(const token& path) -> placed;
  auto add_pattern(const token& source) -> placed;
  auto add_binary(operation what, const token& symbol, std::uint32_t left, std::uint32_t right) -> placed;
  auto add_negative(const token& symbol, std::uint32_t of) -> placed;
  auto add_exists(const token& name, const std::vector<std::uint32_t>& given) -> placed;
  auto add_choice(const token& name, const std::vector<std::uint32_t>& given) -> placed;
  auto add_call(const token& name, const function& called, const std::vector<std::uint32_t>& given) -> placed;
  auto prepare(node& made, const std::vector<std::uint32_t>& given) -> bool;
  /// What is made of constants alone becomes one.
  auto folded(std::uint32_t index) -> placed;

  auto check_condition(std::uint32_t index) -> bool;
  static auto hint_for(const node& left, const node& right) -> std::string;
  auto check_types(operation what, const token& symbol, const node& left, const node& right) -> kinds;
  auto wrong(std::size_t at, std::string what, std::string hint = {}) -> std::nullopt_t;
  auto at(std::uint32_t index) -> node& { return out_->nodes[index]; }
  auto is_constant(std::uint32_t index) -> bool { return at(index).what == operation::constant; }

  auto is_symbol(std::string_view symbol) const -> bool;
  auto is_word(std::string_view name) const -> bool;
  auto advance(bool wants_operand) -> bool;
  auto expect(std::string_view symbol, bool wants_operand) -> bool;

  std::string_view source_;
  const surroundings& around_;
  expression_problems& problems_;
  lexer lexer_;
  token next_;
  program* out_ = nullptr;
  std::uint32_t nesting_ = 0; ///< of calls of the parser
};

} // namespace weir::expr
