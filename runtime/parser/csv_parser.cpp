#include "runtime/event/escaped_byte.hpp"
#include "runtime/parser/parsers.hpp"

#include <algorithm>

namespace weir {
namespace {

/// One record of RFC 4180. Columns that the line does not reach are left out; values beyond the last
/// column are a problem, as they would be lost.
class csv_parser final : public line_parser {
public:
  csv_parser(field_rules rules, const std::vector<std::string>& names, char delimiter)
      : rules_(std::move(rules)), delimiter_(delimiter) {
    for (const auto& name : names) columns_.push_back(make_column(rules_, name));
  }

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    if (line.empty()) return {.problem = "the line is empty, wanted comma-separated values"};
    auto fields = field_writer{rules_, out};
    auto more = true;
    for (auto& to : columns_) {
      auto value = std::string_view{};
      if (!take_value(line, value)) return {.problem = "a quoted value does not end at a delimiter"};
      fields.put(to, value);
      more = !line.empty();
      if (!more) break;
      line.remove_prefix(1);
    }
    if (more) return {.problem = "the line has more values than there are columns"};
    return fields.done();
  }

private:
  /// Leaves `text` at the delimiter or empty.
  auto take_value(std::string_view& text, std::string_view& out) -> bool {
    if (text.empty() || text.front() != '"') {
      out = text.substr(0, text.find(delimiter_));
      text.remove_prefix(out.size());
      out = with_bytes(out);
      return true;
    }
    auto end = text.find('"', 1);
    auto doubled = false;
    while (end != std::string_view::npos && text.substr(end + 1, 1) == "\"") {
      doubled = true;
      end = text.find('"', end + 2);
    }
    if (end == std::string_view::npos) return false;
    out = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    out = with_bytes(doubled ? halved_quotes(out) : out);
    return text.empty() || text.front() == delimiter_;
  }

  auto with_bytes(std::string_view text) -> std::string_view {
    if (!escaped_byte::may_be_in(text)) return text;
    if (text.data() != scratch_.data()) scratch_ = text;
    scratch_.resize(escaped_byte::decode(scratch_.data(), text.size()));
    return scratch_;
  }

  auto halved_quotes(std::string_view text) -> std::string_view {
    scratch_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      scratch_ += text[i];
      if (text[i] == '"') ++i;
    }
    return scratch_;
  }

  field_rules rules_;
  std::vector<column> columns_;
  char delimiter_;
  std::string scratch_;
};

auto check_columns(const parser_settings& settings) -> result<void> {
  const auto fail = [](std::string what) { return error{errc::failed, std::move(what)}; };
  if (settings.columns.empty()) return fail("columns: csv wants at least one");
  if (settings.delimiter.size() > 1)
    return fail("delimiter: csv wants one character, not \"" + settings.delimiter + "\"");
  if (settings.delimiter == "\"") return fail("delimiter: csv wants another character than the quote");
  for (auto at = settings.columns.begin(); at != settings.columns.end(); ++at) {
    if (at->empty()) return fail("columns: a name is empty");
    if (std::find(settings.columns.begin(), at, *at) != at)
      return fail("columns: \"" + *at + "\" stands there twice");
  }
  return {};
}

} // namespace

auto make_csv_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_CHECK(check_columns(settings));
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  WEIR_CHECK(rules.check_names(settings.columns));
  const auto delimiter = settings.delimiter.empty() ? ',' : settings.delimiter.front();
  return std::unique_ptr<line_parser>{
      std::make_unique<csv_parser>(std::move(rules), settings.columns, delimiter)};
}

} // namespace weir
