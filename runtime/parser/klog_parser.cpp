#include "runtime/base/scan.hpp"
#include "runtime/parser/parsers.hpp"

#include <algorithm>

namespace weir {
namespace {

/// What Kubernetes and other programs that use klog or glog write: `I0505 17:59:40.692994   28133 file.go:70] text`.
class klog_parser final : public line_parser {
public:
  explicit klog_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    const auto level = level_of(line);
    if (level.empty()) return {.problem = "the line does not begin as klog's, such as I0505 17:59:40.692994"};
    line.remove_prefix(1);
    const auto day = word(line);
    const auto clock_time = word(line);
    const auto id = word(line);
    const auto close = std::min(line.find(']'), line.size());
    const auto place = line.substr(0, close);
    const auto colon = place.rfind(':');
    if (close == line.size() || colon == std::string_view::npos)
      return {.problem = "the line has no file:line] before its text, as klog's have it"};
    line.remove_prefix(close + 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    auto fields = field_writer{rules_, out};
    fields.put(level_, level);
    time_text_.assign(day).append(1, ' ').append(clock_time);
    fields.put(time_, time_text_);
    fields.put(id_, id);
    fields.put(file_, place.substr(0, colon));
    fields.put(line_, place.substr(colon + 1));
    fields.put(message_, line);
    return fields.done();
  }

private:
  static auto level_of(std::string_view line) -> std::string_view {
    if (line.size() < 6 || scan::leading_digits(line.substr(1), 4) != 4 || line[5] != ' ') return {};
    switch (line.front()) {
    case 'I': return "info";
    case 'W': return "warning";
    case 'E': return "error";
    case 'F': return "fatal";
    default: return {};
    }
  }

  /// Takes what is before the next blanks, and those.
  static auto word(std::string_view& text) -> std::string_view {
    const auto found = text.substr(0, text.find(' '));
    text.remove_prefix(found.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return found;
  }

  field_rules rules_;
  std::string time_text_;
  column level_ = make_column(rules_, "level"), time_ = make_column(rules_, "time"), id_ = make_column(rules_, "id"),
         file_ = make_column(rules_, "file"), line_ = make_column(rules_, "line"),
         message_ = make_column(rules_, "message");
};

} // namespace

auto make_klog_parser(const parser_settings& settings, const clock& now) -> made_parser {
  const auto defaults =
      format_defaults{.time_key = "time", .time_format = "%m%d %H:%M:%S.%f", .types = "id:integer,line:integer"};
  WEIR_TRY(auto rules, field_rules::make(settings, defaults, now));
  WEIR_CHECK(rules.check_names({"level", "time", "id", "file", "line", "message"}));
  return std::unique_ptr<line_parser>{std::make_unique<klog_parser>(std::move(rules))};
}

} // namespace weir
