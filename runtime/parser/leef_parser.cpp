#include "runtime/base/scan.hpp"
#include "runtime/parser/parsers.hpp"
#include "runtime/parser/unicode.hpp"

#include <array>

namespace weir {
namespace {

/// IBM's Log Event Extended Format: `LEEF:2.0|vendor|product|version|id|delimiter|key=value…`; 1.0 has no delimiter, which
/// is a tab then. It may be written as one character, or as x09 or 0x09.
class leef_parser final : public line_parser {
public:
  explicit leef_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    constexpr auto begin = std::string_view{"LEEF:"};
    const auto at = line.find(begin);
    if (at == std::string_view::npos) return {.problem = "the line has no \"LEEF:\""};
    auto fields = field_writer{rules_, out};
    const auto header = line.substr(0, at);
    if (const auto before = header.substr(0, header.find_last_not_of(' ') + 1); !before.empty()) fields.put("header", before);
    line.remove_prefix(at + begin.size());
    auto version = std::string_view{};
    for (const auto name : header_names) {
      const auto end = line.find('|');
      if (end == std::string_view::npos) return {.problem = "the LEEF header has less than five parts"};
      if (version.empty()) version = line.substr(0, end);
      fields.put(name, line.substr(0, end));
      line.remove_prefix(end + 1);
    }
    const auto delimiter = version.starts_with('2') ? take_delimiter(line) : '\t';
    if (!put_attributes(line, delimiter, fields)) return {.problem = "an attribute has no \"=\" between key and value"};
    return fields.done(repeated_);
  }

private:
  static constexpr auto header_names =
      std::array<std::string_view, 5>{"leefVersion", "vendor", "product", "version", "eventID"};

  static auto take_delimiter(std::string_view& text) -> char {
    auto written = text.substr(0, text.find('|'));
    if (written.size() == text.size() || written.size() > 4) return '\t';
    text.remove_prefix(written.size() + 1);
    if (written.size() == 1) return written.front();
    if (written.starts_with('0')) written.remove_prefix(1);
    const auto code = written.starts_with('x') ? unicode::hex_number(written.substr(1), written.size() - 1) : -1;
    return code > 0 && code < 0x100 ? static_cast<char>(code) : '\t';
  }

  static auto put_attributes(std::string_view text, char delimiter, field_writer& fields) -> bool {
    while (!text.empty()) {
      const auto end = std::min(text.find(delimiter), text.size());
      const auto pair = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (pair.find_first_not_of(' ') == std::string_view::npos) continue;
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || equals == 0) return false;
      fields.put(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return true;
  }

  field_rules rules_;
  repeated_keys repeated_;
};

} // namespace

auto make_leef_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<leef_parser>(std::move(rules))};
}

} // namespace weir
