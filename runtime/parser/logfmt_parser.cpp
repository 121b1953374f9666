#include "runtime/parser/parsers.hpp"
#include "runtime/parser/quoted_text.hpp"

#include <algorithm>

namespace weir {
namespace {

/// key=value key="quoted \"value\"" bare, as https://brandur.org/logfmt has it; a bare key is true. Keys that need
/// it are in quotes too, as log/slog writes them.
class logfmt_parser final : public line_parser {
public:
  explicit logfmt_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    auto found = false;
    for (skip_blanks(line); !line.empty(); skip_blanks(line), found = true) {
      auto key = std::string_view{};
      const auto quoted_key = line.front() == '"';
      if (!(quoted_key ? take_quoted(line, key, key_) : take_key(line, key))) return {.problem = wrong_key};
      if (line.empty() || line.front() != '=') {
        if (quoted_key) return {.problem = wrong_key};
        fields.put_true(key);
        continue;
      }
      line.remove_prefix(1);
      auto value = std::string_view{};
      if (!take_value(line, value)) return {.problem = "a quoted value does not end"};
      fields.put(key, value);
    }
    if (!found) return {.problem = "the line is empty, wanted key=value"};
    return fields.done(repeated_);
  }

private:
  static constexpr auto wrong_key =
      std::string_view{"a \"=\" has no key before it, or a quote stands in a key or before none"};

  static void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  }

  static auto take_key(std::string_view& text, std::string_view& out) -> bool {
    out = text.substr(0, text.find_first_of(" \t="));
    text.remove_prefix(out.size());
    return !out.empty() && out.find('"') == std::string_view::npos;
  }

  auto take_value(std::string_view& text, std::string_view& out) -> bool {
    if (!text.empty() && text.front() == '"') return take_quoted(text, out, value_);
    out = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(out.size());
    return true;
  }

  /// `scratch` holds what has escapes.
  static auto take_quoted(std::string_view& text, std::string_view& out, std::string& scratch) -> bool {
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
    if (!escaped) return true;
    unescape_quoted(out, scratch);
    out = scratch;
    return true;
  }

  field_rules rules_;
  repeated_keys repeated_;
  std::string key_;
  std::string value_;
};

} // namespace

auto make_logfmt_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<logfmt_parser>(std::move(rules))};
}

} // namespace weir
