#include "runtime/base/scan.hpp"
#include "runtime/parser/parsers.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// ArcSight's Common Event Format: `CEF:0|vendor|product|version|id|name|severity|key=value key=value`.
//
//  In the header `\|` and `\\` stand for one character, in values `\=`, `\\`, `\n` and `\r`. Values hold blanks: one ends
//  where the next word begins that is a key with an unescaped "=" behind it.
class cef_parser final : public line_parser {
public:
  explicit cef_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    constexpr auto begin = std::string_view{"CEF:"};
    const auto at = line.find(begin);
    if (at == std::string_view::npos) return {.problem = "the line has no \"CEF:\""};
    auto fields = field_writer{rules_, out};
    // A relay may have left its own words there, such as a syslog header.
    if (const auto before = trimmed_end(line.substr(0, at)); !before.empty()) fields.put("header", before);
    line.remove_prefix(at + begin.size());
    for (const auto name : header_names) {
      auto part = std::string_view{};
      if (!take_part(line, part)) return {.problem = "the CEF header has less than seven parts"};
      fields.put(name, unescaped(part, "|\\", "|\\"));
    }
    if (!put_extension(line, fields)) return {.problem = "the CEF extension does not begin with key=value"};
    return fields.done(repeated_);
  }

private:
  static constexpr auto header_names = std::array<std::string_view, 7>{
      "cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"};

  static auto trimmed_end(std::string_view text) -> std::string_view {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  }

  /// Up to the next "|" that is not escaped; the last part may end with the line.
  auto take_part(std::string_view& text, std::string_view& out) -> bool {
    if (text.data() == nullptr) return false;
    const auto end = find_plain(text, '|', 0);
    out = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return true;
  }

  static auto find_plain(std::string_view text, char wanted, std::size_t from) -> std::size_t {
    for (auto i = from; i < text.size(); ++i)
      if (text[i] == '\\')
        ++i;
      else if (text[i] == wanted)
        return i;
    return std::string_view::npos;
  }

  static auto is_key_byte(char c) -> bool {
    return scan::is_alpha(c) || scan::is_digit(c) || std::string_view{"_.-[]"}.find(c) != std::string_view::npos;
  }

  /// Where the key begins that ends at `equals`; `equals` itself if there is none, or it is part of a value's word.
  static auto key_begin(std::string_view text, std::size_t equals, std::size_t floor) -> std::size_t {
    auto begin = equals;
    while (begin > floor && is_key_byte(text[begin - 1])) --begin;
    return begin == 0 || text[begin - 1] == ' ' ? begin : equals;
  }

  auto put_extension(std::string_view text, field_writer& fields) -> bool {
    text = trimmed_end(text);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return true;
    auto equals = find_plain(text, '=', 0);
    if (equals == std::string_view::npos || equals == 0 || key_begin(text, equals, 0) != 0) return false;
    auto key = text.substr(0, equals);
    for (auto value = equals + 1;;) {
      auto next = find_plain(text, '=', value);
      auto begin = next;
      while (next != std::string_view::npos && (begin = key_begin(text, next, value)) == next)
        next = find_plain(text, '=', next + 1);
      fields.put(key, unescaped(trimmed_end(text.substr(value, begin - std::min(begin, value))), "=\\nr|", "=\\\n\r|"));
      if (next == std::string_view::npos) return true;
      key = text.substr(begin, next - begin);
      value = next + 1;
    }
  }

  auto unescaped(std::string_view text, std::string_view letters, std::string_view meanings) -> std::string_view {
    if (text.find('\\') == std::string_view::npos) return text;
    scratch_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto known = text[i] == '\\' && i + 1 < text.size() ? letters.find(text[i + 1]) : std::string_view::npos;
      scratch_ += known == std::string_view::npos ? text[i] : meanings[known];
      if (known != std::string_view::npos) ++i;
    }
    return scratch_;
  }

  field_rules rules_;
  repeated_keys repeated_;
  std::string scratch_;
};

} // namespace

auto make_cef_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<cef_parser>(std::move(rules))};
}

} // namespace weir
