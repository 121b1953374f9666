#include "runtime/parser/parsers.hpp"

namespace weir {
namespace {

/// Labeled tab-separated values, http://ltsv.org
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
      fields.put(field.substr(0, colon), field.substr(colon + 1));
      found = true;
    }
    if (!found) return {.problem = "the line is empty, wanted label:value"};
    return fields.done();
  }

private:
  field_rules rules_;
  std::string delimiter_;
};

} // namespace

auto make_ltsv_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  auto delimiter = settings.delimiter.empty() ? std::string{"\t"} : settings.delimiter;
  return std::unique_ptr<line_parser>{std::make_unique<ltsv_parser>(std::move(rules), std::move(delimiter))};
}

} // namespace weir
