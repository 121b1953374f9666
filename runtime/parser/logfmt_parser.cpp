#include "runtime/parser/parsers.hpp"

#include <algorithm>

namespace weir {
namespace {

/// key=value key="quoted \"value\"" bare, as https://brandur.org/logfmt has it; a bare key is true.
class logfmt_parser final : public line_parser {
public:
  explicit logfmt_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    auto found = false;
    for (skip_blanks(line); !line.empty(); skip_blanks(line), found = true) {
      const auto key = line.substr(0, line.find_first_of(" \t="));
      if (key.find('"') != std::string_view::npos) return {.problem = "a quote stands in a key"};
      if (key.empty()) return {.problem = "a \"=\" has no key before it"};
      line.remove_prefix(key.size());
      if (line.empty() || line.front() != '=') {
        fields.put_true(key);
        continue;
      }
      line.remove_prefix(1);
      auto value = std::string_view{};
      if (!take_value(line, value)) return {.problem = "a quoted value does not end"};
      fields.put(key, value);
    }
    if (!found) return {.problem = "the line is empty, wanted key=value"};
    return fields.done();
  }

private:
  static void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  }

  auto take_value(std::string_view& text, std::string_view& out) -> bool {
    if (text.empty() || text.front() != '"') {
      out = text.substr(0, text.find_first_of(" \t"));
      text.remove_prefix(out.size());
      return true;
    }
    auto end = std::size_t{1};
    auto escaped = false;
    for (; end < text.size() && text[end] != '"'; ++end) {
      if (text[end] != '\\') continue;
      escaped = true;
      ++end;
    }
    if (end >= text.size()) return false;
    out = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (escaped) out = unescaped(out);
    return true;
  }

  auto unescaped(std::string_view text) -> std::string_view {
    scratch_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        scratch_ += text[i];
        continue;
      }
      switch (text[++i]) {
      case 'n': scratch_ += '\n'; break;
      case 't': scratch_ += '\t'; break;
      case 'r': scratch_ += '\r'; break;
      case '"':
      case '\\': scratch_ += text[i]; break;
      default: scratch_.append(text.substr(i - 1, 2)); // unknown: kept as written
      }
    }
    return scratch_;
  }

  field_rules rules_;
  std::string scratch_;
};

} // namespace

auto make_logfmt_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<logfmt_parser>(std::move(rules))};
}

} // namespace weir
