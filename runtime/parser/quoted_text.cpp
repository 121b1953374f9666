#include "runtime/parser/quoted_text.hpp"

#include "runtime/parser/unicode.hpp"

namespace weir {
namespace {

void append_character(std::string& out, std::uint32_t code) {
  char bytes[4];
  out.append(bytes, unicode::put_utf8(bytes, code));
}

/// Takes the character behind `\u`, which may be two; false if there is none.
auto take_units(std::string_view& rest, std::string& out) -> bool {
  const auto first = unicode::hex_number(rest, 4);
  if (first < 0) return false;
  rest.remove_prefix(4);
  auto code = static_cast<std::uint32_t>(first);
  if (unicode::is_surrogate(code)) {
    const auto second = rest.substr(0, 2) == "\\u" ? unicode::hex_number(rest.substr(2), 4) : -1;
    code = unicode::of_surrogates(code, second);
    if (code != unicode::replacement) rest.remove_prefix(6);
  }
  append_character(out, code);
  return true;
}

/// Takes the digits behind `\x` or `\U`; false if there are none.
auto take_number(std::string_view& rest, std::string& out, bool is_byte) -> bool {
  const auto size = std::size_t{is_byte ? 2U : 8U};
  const auto number = unicode::hex_number(rest, size);
  if (number < 0 || number >= 0x110000) return false;
  rest.remove_prefix(size);
  const auto code = static_cast<std::uint32_t>(number);
  if (is_byte)
    out += static_cast<char>(code);
  else
    append_character(out, unicode::is_surrogate(code) ? unicode::replacement : code);
  return true;
}

/// Takes what is behind the backslash; false if it is no escape.
auto take_escape(std::string_view& rest, std::string& out) -> bool {
  constexpr auto letters = std::string_view{"\"\\/ntrbfav"};
  constexpr auto meanings = std::string_view{"\"\\/\n\t\r\b\f\a\v"};
  const auto letter = rest.front();
  auto behind = rest.substr(1);
  const auto known = letters.find(letter);
  if (known != std::string_view::npos)
    out += meanings[known];
  else if (letter == 'u' ? !take_units(behind, out)
                         : (letter != 'x' && letter != 'U') || !take_number(behind, out, letter == 'x'))
    return false;
  rest = behind;
  return true;
}

} // namespace

void unescape_quoted(std::string_view text, std::string& out) {
  out.clear();
  for (;;) {
    const auto slash = text.find('\\');
    out.append(text.substr(0, slash));
    if (slash == std::string_view::npos) return;
    text.remove_prefix(slash + 1);
    if (text.empty() || !take_escape(text, out)) out += '\\';
  }
}

} // namespace weir
