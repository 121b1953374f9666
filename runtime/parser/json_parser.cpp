#include "runtime/parser/parsers.hpp"
#include "runtime/parser/scan.hpp"

#include <simdjson.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace weir {
namespace {

constexpr auto depth_max = std::size_t{256};
constexpr auto line_bytes_max = std::size_t{1} << 30;

/// What a line can grow to: no token of n bytes and the separator behind it takes more than 3n.
constexpr auto packed_bytes_max(std::size_t line_bytes) -> std::size_t { return line_bytes * 3 + 64; }

/// Sixteen bytes at a time without naming an instruction set.
using block = unsigned char __attribute__((vector_size(16)));

/// Copies `size` bytes rounded up to whole blocks; whether a backslash was among them (or just behind).
inline auto copy_blocks(char* to, const char* from, std::size_t size) -> bool {
  auto found = block{};
  for (std::size_t at = 0; at < size; at += sizeof(block)) {
    block bytes;
    std::memcpy(&bytes, from + at, sizeof bytes);
    std::memcpy(to + at, &bytes, sizeof bytes);
    found |= reinterpret_cast<block>(bytes == '\\');
  }
  std::uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

auto hex_value(char c) -> int {
  if (scan::is_digit(c)) return c - '0';
  const auto letter = (c | 0x20) - 'a';
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

/// Four hexadecimal digits; -1 if there are none.
auto code_unit(std::string_view text) -> std::int32_t {
  if (text.size() < 4) return -1;
  auto unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto value = hex_value(text[i]);
    if (value < 0) return -1;
    unit = unit * 16 + value;
  }
  return unit;
}

auto put_utf8(char* to, std::uint32_t code) -> char* {
  if (code < 0x80) return *to = static_cast<char>(code), to + 1;
  if (code < 0x800) {
    *to++ = static_cast<char>(0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    *to++ = static_cast<char>(0xe0 | (code >> 12));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
  } else {
    *to++ = static_cast<char>(0xf0 | (code >> 18));
    *to++ = static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
  }
  *to = static_cast<char>(0x80 | (code & 0x3f));
  return to + 1;
}

/// Reads the digits behind \u and those of a second surrogate; a lone surrogate becomes U+FFFD.
auto unescape_unicode(std::string_view& rest, char*& to) -> bool {
  const auto first = code_unit(rest);
  if (first < 0) return false;
  rest.remove_prefix(4);
  auto code = static_cast<std::uint32_t>(first);
  if (code >= 0xd800 && code < 0xe000) {
    const auto second = rest.substr(0, 2) == "\\u" ? code_unit(rest.substr(2)) : -1;
    const auto paired = code < 0xdc00 && second >= 0xdc00 && second < 0xe000;
    code =
        paired ? 0x10000 + ((code - 0xd800) << 10) + (static_cast<std::uint32_t>(second) - 0xdc00) : 0xfffd;
    if (paired) rest.remove_prefix(6);
  }
  to = put_utf8(to, code);
  return true;
}

/// Never writes more than it read. Returns the end, nullptr if an escape is wrong.
auto unescape(std::string_view rest, char* to) -> char* {
  constexpr auto letters = std::string_view{"\"\\/bfnrt"};
  constexpr auto meanings = std::string_view{"\"\\/\b\f\n\r\t"};
  while (!rest.empty()) {
    const auto plain = std::min(rest.find('\\'), rest.size());
    to = pack::bytes(to, rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    if (rest.size() < 2) return nullptr;
    const auto escape = rest[1];
    rest.remove_prefix(2);
    if (escape == 'u') {
      if (!unescape_unicode(rest, to)) return nullptr;
    } else {
      const auto known = letters.find(escape);
      if (known == std::string_view::npos) return nullptr;
      *to++ = meanings[known];
    }
  }
  return to;
}

/// The text of a number as the JSON grammar splits it.
struct number_text {
  std::uint64_t digits = 0; ///< of both parts as one number, if there are at most 19 of them
  std::size_t digit_count = 0;
  std::size_t fraction_digits = 0;
  bool negative = false;
  bool fractional = false;
  bool exponential = false;
};

auto take_digits(std::string_view& text, number_text& into) -> std::size_t {
  auto count = std::size_t{0};
  for (; count < text.size() && scan::is_digit(text[count]); ++count)
    into.digits =
        into.digits * 10 + static_cast<unsigned char>(text[count] - '0'); // may wrap: see digit_count
  into.digit_count += count;
  text.remove_prefix(count);
  return count;
}

auto split_number(std::string_view text, number_text& out) -> bool {
  out.negative = text.front() == '-';
  if (out.negative) text.remove_prefix(1);
  const auto leading_zero = !text.empty() && text.front() == '0';
  const auto whole = take_digits(text, out);
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (!text.empty() && text.front() == '.') {
    out.fractional = true;
    text.remove_prefix(1);
    out.fraction_digits = take_digits(text, out);
    if (out.fraction_digits == 0) return false;
  }
  if (!text.empty() && (text.front() | 0x20) == 'e') {
    out.exponential = true;
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    const auto size = scan::leading_digits(text, text.size());
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return text.empty();
}

auto write_long_number(char* to, std::string_view text) -> char* {
  auto value = 0.0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc::result_out_of_range) {
    const auto exponent = text.find_first_of("eE");
    const auto tiny = exponent != std::string_view::npos ? text[exponent + 1] == '-' : text.find('.') < 3;
    if (!tiny) return nullptr;
    value = 0.0;
  }
  return pack::real(to, value);
}

/// nullptr if `text` is no JSON number, or beyond what a double holds.
auto write_number(char* to, std::string_view text) -> char* {
  constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  auto n = number_text{};
  if (!split_number(text, n)) return nullptr;
  if (n.exponential || n.digit_count > 19) {
    auto natural = std::uint64_t{0};
    const auto* end = text.data() + text.size();
    if (const auto [stop, failed] = std::from_chars(text.data(), end, natural);
        failed == std::errc{} && stop == end)
      return pack::unsigned_integer(to, natural);
    return write_long_number(to, text);
  }
  if (!n.fractional) {
    if (!n.negative) return pack::unsigned_integer(to, n.digits);
    if (n.digits > std::uint64_t{1} << 63) return write_long_number(to, text);
    return pack::integer(to, static_cast<std::int64_t>(0 - n.digits));
  }
  // Both numbers are exact as doubles, so their quotient is the nearest double (Clinger 1990).
  if (n.digits > std::uint64_t{1} << 53 || n.fraction_digits > 22) return write_long_number(to, text);
  const auto value = static_cast<double>(n.digits) / powers[n.fraction_digits];
  return pack::real(to, n.negative ? -value : value);
}

/// Walks the structural characters that simdjson found in one line and writes what is between them.
class json_walk {
public:
  struct tokens {
    const char* text;
    const std::uint32_t* begin;
    const std::uint32_t* end; ///< begin[end - begin] is the size of the text
  };
  json_walk(tokens t, field_rules& rules, char* to)
      : text_(t.text), next_(t.begin), end_(t.end), rules_(rules), to_(to) {}

  auto run() -> parsed_line;
  auto written_end() const -> char* { return to_; }

private:
  struct container {
    char* head = nullptr; ///< one reserved byte
    std::uint32_t count = 0;
    char closer = 0;
  };

  auto current() const -> char { return next_ < end_ ? text_[*next_] : '\0'; }
  auto take() -> char { return next_ < end_ ? text_[*next_++] : '\0'; }
  auto fail(std::string_view why) -> bool { return line_.problem = why, false; }
  auto token_text() const -> std::string_view;
  auto members() -> bool;
  auto key() -> bool;
  auto string() -> bool;
  auto escaped_string(std::string_view raw) -> bool;
  auto word(std::string_view wanted, char packed) -> bool;
  auto scalar() -> bool;
  auto value() -> bool;
  auto ruled_value(field_rule& rule, char* field) -> bool;
  auto nested() -> bool;
  auto open(std::size_t& depth) -> bool;
  void close(const container& c);

  const char* text_;
  const std::uint32_t* next_;
  const std::uint32_t* end_;
  field_rules& rules_;
  char* to_;
  parsed_line line_;
  std::string_view last_string_; ///< as written
  std::array<container, depth_max> open_;
};

/// The scalar at next_, without the blanks behind it.
auto json_walk::token_text() const -> std::string_view {
  auto text = std::string_view{text_ + *next_, static_cast<std::size_t>(next_[1] - *next_)};
  while (text.size() > 1 && scan::is_space(text.back())) text.remove_suffix(1);
  return text;
}

auto json_walk::run() -> parsed_line {
  if (take() != '{')
    fail("the line is not a JSON object");
  else if (members() && next_ != end_)
    fail("something follows the JSON object");
  return line_;
}

auto json_walk::members() -> bool {
  if (current() == '}') return ++next_, true;
  const auto ruled = !rules_.empty();
  for (;;) {
    auto* const field = to_;
    if (!key()) return false;
    auto* const rule = ruled ? rules_.find(last_string_) : nullptr;
    ++line_.fields;
    if (rule == nullptr) {
      if (!value()) return false;
    } else if (!ruled_value(*rule, field)) {
      return false;
    }
    const auto separator = take();
    if (separator == '}') return true;
    if (separator != ',') return fail("the JSON object wants \",\" or \"}\" after a field");
  }
}

auto json_walk::value() -> bool {
  const auto first = current();
  return first == '{' || first == '[' ? nested() : scalar();
}

auto json_walk::ruled_value(field_rule& rule, char* field) -> bool {
  const auto first = current();
  auto* const begin = to_;
  auto text = first == '\0' ? std::string_view{} : token_text();
  if (!value()) return false;
  if (first == '{' || first == '[' || first == 'n') return true;
  if (first == '"') text = last_string_;
  if (const auto time = rule.is_time_key ? rules_.event_time(text) : std::nullopt) {
    line_.has_time = true;
    line_.time_ns = *time;
    if (rules_.keeps_time()) return true;
    to_ = field;
    --line_.fields;
    return true;
  }
  // `text` may be what was just written, so the typed value is made behind it and moved down.
  const auto* end = rule.is_text ? pack::str(to_, text) : write_typed(to_, text, rule);
  if (end == nullptr) return true;
  const auto size = static_cast<std::size_t>(end - to_);
  std::memmove(begin, to_, size);
  to_ = begin + size;
  return true;
}

auto json_walk::key() -> bool {
  if (current() != '"') return fail("the JSON object wants a key in quotes");
  if (!string()) return false;
  return take() == ':' || fail("the JSON object wants \":\" after a key");
}

/// What is between the quotes needs no search: behind the closing one only blanks come before the next token.
inline auto json_walk::string() -> bool {
  const auto* const begin = text_ + *next_ + 1;
  const auto* end = text_ + next_[1] - 1;
  while (*end != '"') --end;
  ++next_;
  const auto size = static_cast<std::size_t>(end - begin);
  auto* const to = pack::str_head(to_, size);
  if (copy_blocks(to, begin, size)) return escaped_string({begin, size});
  last_string_ = {to, size};
  to_ = to + size;
  return true;
}

auto json_walk::escaped_string(std::string_view raw) -> bool {
  auto* const text = to_ + pack::head_bytes_max;
  const auto* end = unescape(raw, text);
  if (end == nullptr) return fail("a JSON string holds a wrong escape");
  const auto size = static_cast<std::size_t>(end - text);
  auto* const to = pack::str_head(to_, size);
  std::memmove(to, text, size);
  last_string_ = {to, size};
  to_ = to + size;
  return true;
}

auto json_walk::word(std::string_view wanted, char packed) -> bool {
  if (token_text() != wanted)
    return fail("a JSON value is none of string, number, object, array, true, false, null");
  ++next_;
  *to_++ = packed;
  return true;
}

auto json_walk::scalar() -> bool {
  const auto first = current();
  if (first == '"') return string();
  if (first == 't') return word("true", '\xc3');
  if (first == 'f') return word("false", '\xc2');
  if (first == 'n') return word("null", '\xc0');
  if (first != '-' && !scan::is_digit(first)) return word({}, '\0');
  auto* const end = write_number(to_, token_text());
  if (end == nullptr) return fail("a JSON number is malformed or out of range");
  ++next_;
  to_ = end;
  return true;
}

/// An object or array and everything in it, without recursion.
auto json_walk::nested() -> bool {
  auto depth = std::size_t{0};
  if (!open(depth)) return false;
  while (depth > 0) {
    auto& inner = open_[depth - 1];
    const auto closes = current() == inner.closer;
    if (closes) {
      ++next_;
      close(inner);
      --depth;
      continue;
    }
    if (inner.count > 0 && take() != ',')
      return fail("a JSON container wants \",\" or its end after a value");
    ++inner.count;
    if (inner.closer == '}' && !key()) return false;
    const auto first = current();
    if (first == '{' || first == '[' ? !open(depth) : !scalar()) return false;
  }
  return true;
}

auto json_walk::open(std::size_t& depth) -> bool {
  if (depth == depth_max) return fail("the JSON is nested deeper than 256 levels");
  open_[depth++] = {to_++, 0, take() == '{' ? '}' : ']'};
  return true;
}

void json_walk::close(const container& c) {
  const auto is_map = c.closer == '}';
  if (c.count < 16) {
    *c.head = static_cast<char>((is_map ? 0x80 : 0x90) | c.count);
    return;
  }
  const auto wide = c.count > UINT16_MAX;
  const auto extra = std::size_t{wide ? 4U : 2U};
  std::memmove(c.head + 1 + extra, c.head + 1, static_cast<std::size_t>(to_ - c.head - 1));
  to_ += extra;
  if (wide)
    pack::big_endian(c.head, is_map ? 0xdf : 0xdd, c.count);
  else
    pack::big_endian(c.head, is_map ? 0xde : 0xdc, static_cast<std::uint16_t>(c.count));
}

auto problem_of(simdjson::error_code code) -> std::string_view {
  switch (code) {
  case simdjson::EMPTY: return "the line is empty, wanted a JSON object";
  case simdjson::UNCLOSED_STRING: return "a JSON string is not closed";
  case simdjson::UNESCAPED_CHARS: return "a JSON string holds a control character that is not escaped";
  case simdjson::CAPACITY: return "the line is too long for JSON";
  default: return "the line is not JSON";
  }
}

/// Uses simdjson's first stage, which finds tokens with SIMD, and packs them in one walk: no document in
/// between.
class json_parser final : public line_parser {
public:
  json_parser(field_rules rules, std::unique_ptr<simdjson::internal::dom_parser_implementation> stages)
      : rules_(std::move(rules)), stages_(std::move(stages)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    const auto code = find_tokens(line);
    // Bytes that are not UTF-8 are kept as they are: the tokens around them were found all the same.
    if (code != simdjson::SUCCESS && (code != simdjson::UTF8_ERROR || stages_->n_structural_indexes == 0))
      return {.problem = problem_of(code)};
    const auto* begin = stages_->structural_indexes.get();
    auto* const to = out.buffer().tail(packed_bytes_max(line.size()) * (rules_.empty() ? 1 : 2));
    auto walk = json_walk{{line.data(), begin, begin + stages_->n_structural_indexes}, rules_, to};
    const auto parsed = walk.run();
    out.buffer().advance(static_cast<std::size_t>(walk.written_end() - to));
    return parsed;
  }

private:
  auto find_tokens(std::string_view line) -> simdjson::error_code {
    if (line.empty()) return simdjson::EMPTY;
    if (line.size() > capacity_) {
      if (line.size() > line_bytes_max) return simdjson::CAPACITY;
      const auto wanted = std::bit_ceil(line.size());
      if (stages_->set_capacity(wanted) != simdjson::SUCCESS) return simdjson::CAPACITY;
      capacity_ = wanted;
    }
    stages_->n_structural_indexes = 0;
    return stages_->stage1(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(),
                           simdjson::stage1_mode::regular);
  }

  field_rules rules_;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages_;
  std::size_t capacity_ = first_capacity;

public:
  static constexpr auto first_capacity = std::size_t{8192};
};

} // namespace

auto make_json_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  auto stages = std::unique_ptr<simdjson::internal::dom_parser_implementation>{};
  const auto made = simdjson::get_active_implementation()->create_dom_parser_implementation(
      json_parser::first_capacity, depth_max, stages);
  if (made != simdjson::SUCCESS) return error{errc::failed, "no memory for a JSON parser"};
  return std::unique_ptr<line_parser>{std::make_unique<json_parser>(std::move(rules), std::move(stages))};
}

} // namespace weir
