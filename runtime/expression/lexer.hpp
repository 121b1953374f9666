/// The words of an expression.
//
//  number   := 42 | 1.5 | 1e3
//  duration := a number with its unit, or several: 200ms, 1h30m
//  text     := "…" | '…' with \n \t \r \\ \" \' \/ \xHH \uHHHH
//  pattern  := /…/ | /…/i, a slash inside as \/ or in brackets; only where an operand may stand
//  path     := .? name (.name | ["any text"])*, a name being letters, digits, _ and @, no digit first at the begin
//  symbol   := || && ! == != < <= > >= =~ !~ + - * / % ( ) [ ] ,
#pragma once

#include "runtime/expression/expression_problem.hpp"
#include "runtime/expression/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir::expr {

struct token {
  enum class kind { end, number, duration, text, pattern, path, symbol } what = kind::end;
  std::size_t at = 0;       ///< byte of the source
  std::string text = {};    ///< content of a text, source of a pattern, path with dots, symbol
  value content = {};       ///< of a number or duration
  bool ignores_case = false;
  bool is_word = false;     ///< a path that is one plain name: a keyword or a function, if there is one
};

class lexer {
public:
  lexer(std::string_view source, expression_problems& problems) : source_(source), problems_(problems) {}

  /// Nothing after a problem was told. `wants_operand`: a slash begins a pattern.
  auto next(bool wants_operand) -> std::optional<token>;

private:
  auto take_number() -> std::optional<token>;
  auto take_durations(std::string_view word, token& made) -> bool;
  auto take_text(char quote) -> std::optional<std::string>;
  auto take_escape(std::string& to) -> bool;
  auto take_hex(std::size_t digits, unsigned& code) -> bool;
  auto take_pattern() -> std::optional<token>;
  auto take_path() -> std::optional<token>;
  auto take_plain_name(std::string& to) -> bool;
  auto take_quoted_name(std::string& to) -> bool;
  auto take_symbol() -> std::optional<token>;
  auto wrong(std::size_t at, std::string what, std::string hint = {}) -> std::nullopt_t;
  auto peek(std::size_t ahead = 0) const -> char { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  std::string_view source_;
  expression_problems& problems_;
  std::size_t at_ = 0;
};

} // namespace weir::expr
