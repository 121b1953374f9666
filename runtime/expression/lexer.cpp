#include "runtime/expression/lexer.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/base/units.hpp"

#include <array>
#include <charconv>

namespace weir::expr {
namespace {

auto begins_name(char c) -> bool { return scan::is_alpha(c) || c == '_' || c == '@' || static_cast<signed char>(c) < 0; }
auto is_name(char c) -> bool { return begins_name(c) || scan::is_digit(c); }

template <class Number> auto read_whole(std::string_view word, Number& out) -> bool {
  const auto* end = word.data() + word.size();
  const auto [rest, ec] = std::from_chars(word.data(), end, out);
  return ec == std::errc{} && rest == end;
}

void append_character(std::string& to, unsigned code) {
  const auto put = [&](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800)
    put(0xc0 | code >> 6);
  else
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f));
  put(0x80 | (code & 0x3f));
}

} // namespace

auto lexer::wrong(std::size_t at, std::string what, std::string hint) -> std::nullopt_t {
  problems_.push_back({at, std::move(what), std::move(hint)});
  return std::nullopt;
}

auto lexer::next(bool wants_operand) -> std::optional<token> {
  while (at_ < source_.size() && scan::is_space(source_[at_])) ++at_;
  const auto c = peek();
  if (at_ >= source_.size()) return token{.at = at_};
  if (scan::is_digit(c)) return take_number();
  if (c == '"' || c == '\'') {
    auto made = token{token::kind::text, at_};
    auto text = take_text(c);
    if (!text) return std::nullopt;
    made.text = std::move(*text);
    return made;
  }
  if (c == '/' && wants_operand) return take_pattern();
  if (begins_name(c) || (c == '.' && (is_name(peek(1)) || peek(1) == '['))) return take_path();
  return take_symbol();
}

auto lexer::take_number() -> std::optional<token> {
  auto made = token{token::kind::number, at_};
  auto end = at_;
  const auto is_exponent_sign = [&](std::size_t i) {
    return (source_[i] == '+' || source_[i] == '-') && (source_[i - 1] | 0x20) == 'e' && i + 1 < source_.size()
           && scan::is_digit(source_[i + 1]);
  };
  while (end < source_.size() && (is_name(source_[end]) || source_[end] == '.' || is_exponent_sign(end))) ++end;
  const auto word = source_.substr(at_, end - at_);
  auto whole = std::int64_t{0};
  auto real = 0.0;
  at_ = end;
  if (read_whole(word, whole))
    made.content = value::of(whole);
  else if (word.back() != '.' && read_whole(word, real))
    made.content = value::of(real);
  else if (!take_durations(word, made))
    return wrong(made.at, '"' + std::string{word} + "\" is no number, and no duration such as 200ms, 5s or 1h30m");
  return made;
}

auto lexer::take_durations(std::string_view word, token& made) -> bool {
  auto sum = std::int64_t{0};
  made.what = token::kind::duration;
  while (!word.empty()) {
    auto end = word.find_first_not_of("0123456789.");
    while (end < word.size() && scan::is_alpha(word[end])) ++end;
    const auto one = parse_duration(word.substr(0, end));
    if (!one || end > word.size() || __builtin_add_overflow(sum, one->count(), &sum)) return false;
    word.remove_prefix(end);
  }
  made.content = value::with(kind::duration, sum);
  return true;
}

auto lexer::take_text(char quote) -> std::optional<std::string> {
  const auto begin = at_++;
  auto text = std::string{};
  while (at_ < source_.size() && source_[at_] != quote) {
    const auto c = source_[at_++];
    if (c != '\\')
      text += c;
    else if (!take_escape(text))
      return std::nullopt;
  }
  if (at_ >= source_.size()) return wrong(begin, std::string{"a text without its closing "} + quote);
  ++at_;
  return text;
}

/// Behind the backslash.
auto lexer::take_escape(std::string& to) -> bool {
  static constexpr auto named = std::array<std::pair<char, char>, 8>{
      {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'0', '\0'}, {'\\', '\\'}, {'"', '"'}, {'\'', '\''}, {'/', '/'}}};
  const auto at = at_ - 1;
  const auto c = peek();
  ++at_;
  auto code = 0U;
  for (const auto& [letter, meant] : named)
    if (c == letter) return to += meant, true;
  if (c == 'x' && take_hex(2, code)) return to += static_cast<char>(code), true;
  if (c == 'u' && take_hex(4, code) && (code < 0xd800 || code > 0xdfff)) return append_character(to, code), true;
  wrong(at, "an escape that is none of \\n \\t \\r \\0 \\\\ \\\" \\' \\/ \\xHH \\uHHHH");
  return false;
}

auto lexer::take_hex(std::size_t digits, unsigned& code) -> bool {
  const auto word = source_.substr(std::min(at_, source_.size()), digits);
  const auto [rest, ec] = std::from_chars(word.data(), word.data() + word.size(), code, 16);
  if (word.size() != digits || ec != std::errc{} || rest != word.data() + digits) return false;
  at_ += digits;
  return true;
}

auto lexer::take_pattern() -> std::optional<token> {
  auto made = token{token::kind::pattern, at_++};
  auto in_class = false;
  for (; at_ < source_.size() && (in_class || source_[at_] != '/'); ++at_) {
    const auto c = source_[at_];
    if (c == '\\' && at_ + 1 < source_.size()) {
      ++at_;
      if (source_[at_] != '/') made.text += '\\';
      made.text += source_[at_];
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    made.text += c;
  }
  if (at_ >= source_.size()) return wrong(made.at, "a regular expression without its closing /", "a / inside is written \\/");
  ++at_;
  if (peek() == 'i') made.ignores_case = ++at_ > 0;
  if (is_name(peek())) return wrong(at_, std::string{"a regular expression knows the flag i, not "} + peek());
  return made;
}

auto lexer::take_path() -> std::optional<token> {
  auto made = token{token::kind::path, at_};
  const auto is_quoted_next = [&] { return peek() == '[' && (peek(1) == '"' || peek(1) == '\''); };
  const auto has_dot = peek() == '.';
  if (has_dot) ++at_;
  auto names = 0;
  for (auto goes_on = true; goes_on; ++names) {
    if (names > 0) made.text += '.';
    if (!(is_quoted_next() ? take_quoted_name(made.text) : take_plain_name(made.text))) return std::nullopt;
    const auto dotted = peek() == '.' && is_name(peek(1));
    if (dotted) ++at_;
    goes_on = dotted || is_quoted_next();
  }
  made.is_word = !has_dot && names == 1;
  return made;
}

auto lexer::take_plain_name(std::string& to) -> bool {
  const auto begin = at_;
  while (is_name(peek())) ++at_;
  to += source_.substr(begin, at_ - begin);
  if (at_ == begin) wrong(at_, "a name in brackets wants quotes");
  return at_ > begin;
}

auto lexer::take_quoted_name(std::string& to) -> bool {
  const auto begin = at_++;
  const auto name = take_text(peek());
  if (!name) return false;
  to += *name;
  if (name->empty() || peek() != ']') wrong(begin, "a name in brackets wants to be [\"name\"]");
  return !name->empty() && source_.substr(at_++, 1) == "]";
}

auto lexer::take_symbol() -> std::optional<token> {
  static constexpr auto symbols =
      std::array<std::string_view, 21>{"||", "&&", "==", "!=", "<=", ">=", "=~", "!~", "!", "<", ">",
                                       "+",  "-",  "*",  "/",  "%",  "(",  ")",  "[",  "]", ","};
  const auto rest = source_.substr(at_);
  for (const auto s : symbols) {
    if (!rest.starts_with(s)) continue;
    at_ += s.size();
    return token{.what = token::kind::symbol, .at = at_ - s.size(), .text = std::string{s}};
  }
  const auto c = rest.front();
  return wrong(at_, std::string{"an operator or operand was wanted, not \""} + c + '"',
               c == '=' ? "equality is ==, a match is =~" : c == '&' ? "and is &&" : c == '|' ? "or is ||" : "");
}

} // namespace weir::expr
