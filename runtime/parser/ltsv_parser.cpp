#include "runtime/event/escaped_byte.hpp"
#include "runtime/parser/parsers.hpp"

namespace weir {
namespace {

/// Labeled tab-separated values, http://ltsv.org, with the escapes that our own writer has: \t \n \r \0 \\, and \x3a
/// in a label. What else is behind a backslash stays as it is written.
class ltsv_parser final : public line_parser {
public:
  ltsv_parser(field_rules rules, std::string delimiter)
      : rules_(std::move(rules)), delimiter_(std::move(delimiter)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    auto found = false;
    while (!line.empty()) {
      const auto end = line.find(delimiter_);
      const auto field = line.substr(0, end);
      line.remove_prefix(end == std::string_view::npos ? line.size() : end + delimiter_.size());
      if (field.empty()) continue;
      const auto colon = field.find(':');
      if (colon == std::string_view::npos) return {.problem = "a field has no \":\" between label and value"};
      fields.put(plain(field.substr(0, colon), label_, true), plain(field.substr(colon + 1), value_, false));
      found = true;
    }
    if (!found) return {.problem = "the line is empty, wanted label:value"};
    return fields.done(repeated_);
  }

private:
  static auto plain(std::string_view text, std::string& scratch, bool is_label) -> std::string_view {
    const auto escaped = text.find('\\') != std::string_view::npos;
    if (!escaped && !escaped_byte::may_be_in(text)) return text;
    scratch.clear();
    for (auto slash = text.find('\\'); slash != std::string_view::npos; slash = text.find('\\')) {
      scratch.append(text.substr(0, slash));
      text.remove_prefix(slash);
      text.remove_prefix(take_escape(text, scratch, is_label));
    }
    scratch.append(text);
    scratch.resize(escaped_byte::decode(scratch.data(), scratch.size()));
    return scratch;
  }

  /// Appends what the escape at the front means; returns its size.
  static auto take_escape(std::string_view text, std::string& out, bool is_label) -> std::size_t {
    constexpr auto letters = std::string_view{"tnr0\\"};
    constexpr auto meanings = std::string_view{"\t\n\r\0\\", 5};
    const auto known = text.size() > 1 ? letters.find(text[1]) : std::string_view::npos;
    const auto is_colon = is_label && text.starts_with("\\x3a");
    out += known != std::string_view::npos ? meanings[known] : is_colon ? ':' : '\\';
    return known != std::string_view::npos ? 2 : is_colon ? 4 : 1;
  }

  field_rules rules_;
  repeated_keys repeated_;
  std::string label_;
  std::string value_;
  std::string delimiter_;
};

} // namespace

auto make_ltsv_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  auto delimiter = settings.delimiter.empty() ? std::string{"\t"} : settings.delimiter;
  return std::unique_ptr<line_parser>{std::make_unique<ltsv_parser>(std::move(rules), std::move(delimiter))};
}

} // namespace weir
