#include "runtime/parser/parsers.hpp"
#include "runtime/parser/quoted_text.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Pairs such as `a: 1; b: "two words"`: what stands between pairs and between key and value is the user's.
class key_value_parser final : public line_parser {
public:
  key_value_parser(field_rules rules, const parser_settings& s)
      : rules_(std::move(rules)), delimiter_(s.delimiter), separator_(s.value_separator), quotes_(s.quotes), prefix_(s.prefix) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    for (skip_between(line); !line.empty(); skip_between(line)) {
      auto key = std::string_view{};
      if (!take_key(line, key)) return {.problem = no_key};
      const auto name = with_prefix(key);
      if (!line.starts_with(separator_)) {
        fields.put_true(name);
        continue;
      }
      line.remove_prefix(separator_.size());
      auto value = std::string_view{};
      if (!take_value(line, value)) return {.problem = "a quoted value does not end where its pair does"};
      fields.put(name, value);
    }
    if (fields.fields() == 0) return {.problem = "the line has no pair of key and value"};
    return fields.done(repeated_);
  }

private:
  static constexpr auto no_key = std::string_view{"a pair has no key, or its key has a quote that does not end"};

  auto separates_by_blanks() const -> bool { return delimiter_.empty(); }

  static auto trimmed_back(std::string_view text) -> std::string_view {
    return text.substr(0, text.find_last_not_of(" \t") + 1);
  }

  void skip_between(std::string_view& text) const {
    for (;;)
      if (!separates_by_blanks() && text.starts_with(delimiter_))
        text.remove_prefix(delimiter_.size());
      else if (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
      else
        return;
  }

  auto end_of_pair(std::string_view text) const -> std::size_t {
    return std::min(separates_by_blanks() ? text.find_first_of(" \t") : text.find(delimiter_), text.size());
  }

  /// Leaves `text` at the separator, or behind the pair if that has none.
  auto take_key(std::string_view& text, std::string_view& out) -> bool {
    if (is_quoted(text)) {
      if (!take_quoted(text, out, key_) || out.empty()) return false;
      return text.starts_with(separator_) || take_blanks_of_pair(text) || text.starts_with(separator_);
    }
    const auto pair = text.substr(0, end_of_pair(text));
    out = pair.substr(0, pair.find(separator_));
    text.remove_prefix(out.size());
    out = trimmed_back(out);
    return !out.empty();
  }

  auto take_value(std::string_view& text, std::string_view& out) -> bool {
    (void)take_blanks_of_pair(text);
    if (is_quoted(text)) return take_quoted(text, out, value_) && take_blanks_of_pair(text);
    out = text.substr(0, end_of_pair(text));
    text.remove_prefix(out.size());
    out = trimmed_back(out);
    return true;
  }

  /// What is left of the pair, if it is blank; else takes the blanks before it and returns false.
  auto take_blanks_of_pair(std::string_view& text) const -> bool {
    const auto rest = text.substr(0, end_of_pair(text));
    const auto blanks = std::min(rest.find_first_not_of(" \t"), rest.size());
    text.remove_prefix(blanks);
    return blanks == rest.size();
  }

  auto is_quoted(std::string_view text) const -> bool {
    return !text.empty() && quotes_.find(text.front()) != std::string::npos;
  }

  /// `scratch` holds what has escapes.
  static auto take_quoted(std::string_view& text, std::string_view& out, std::string& scratch) -> bool {
    const auto quote = text.front();
    auto end = std::size_t{1};
    auto is_escaped = false;
    for (; end < text.size() && text[end] != quote; ++end) {
      if (text[end] != '\\') continue;
      is_escaped = true;
      ++end;
    }
    if (end >= text.size()) return false;
    out = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!is_escaped) return true;
    unescape_quoted(out, scratch);
    out = scratch;
    return true;
  }

  auto with_prefix(std::string_view key) -> std::string_view {
    if (prefix_.empty()) return key;
    name_.assign(prefix_).append(key);
    return name_;
  }

  field_rules rules_;
  repeated_keys repeated_;
  std::string delimiter_;
  std::string separator_;
  std::string quotes_;
  std::string prefix_;
  std::string name_;
  std::string key_;
  std::string value_;
};

} // namespace

auto make_key_value_parser(const parser_settings& settings, const clock& now) -> made_parser {
  if (settings.value_separator.empty()) return error{errc::failed, "value_separator: wants at least one character"};
  if (settings.value_separator == settings.delimiter)
    return error{errc::failed, "value_separator: is what separates pairs, too"};
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<key_value_parser>(std::move(rules), settings)};
}

} // namespace weir
