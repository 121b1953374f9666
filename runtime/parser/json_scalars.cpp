#include "runtime/parser/json_scalars.hpp"

#include "runtime/parser/pack.hpp"
#include "runtime/parser/unicode.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

/// Reads the digits behind \u and those of a second surrogate; a lone surrogate becomes U+FFFD.
auto unescape_unicode(std::string_view& rest, char*& to) -> bool {
  const auto first = unicode::hex_number(rest, 4);
  if (first < 0) return false;
  rest.remove_prefix(4);
  auto code = static_cast<std::uint32_t>(first);
  if (unicode::is_surrogate(code)) {
    code = unicode::of_surrogates(code, rest.substr(0, 2) == "\\u" ? unicode::hex_number(rest.substr(2), 4) : -1);
    if (code != unicode::replacement) rest.remove_prefix(6);
  }
  to = unicode::put_utf8(to, code);
  return true;
}

} // namespace

auto unescape_json(std::string_view rest, char* to) -> char* {
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

namespace {

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

} // namespace

auto write_json_number(char* to, std::string_view text) -> char* {
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

} // namespace weir
