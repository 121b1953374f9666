#include "runtime/base/scan.hpp"
#include "runtime/parser/expression_parser.hpp"
#include "runtime/parser/grok_patterns.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto grok_depth_max = 32;
constexpr auto grok_expression_bytes_max = std::size_t{64} << 10;

/// What a grok expression means to RE2: a group for each field, whose name may be none that RE2 takes.
class grok_compiler {
public:
  explicit grok_compiler(const std::map<std::string, std::string>& own) : own_(own) {}

  /// Appends what `text` means: `%{NAME}`, `%{NAME:field}` or `%{NAME:field:type}`, and between them an expression.
  auto expand(std::string_view text, int depth) -> result<void> {
    if (depth > grok_depth_max) return problem("its patterns name each other in a circle");
    while (!text.empty()) {
      const auto begin = std::min(text.find("%{"), text.size());
      append(text.substr(0, begin));
      text.remove_prefix(begin);
      if (text.empty()) break;
      const auto end = text.find('}');
      if (end == std::string_view::npos) return problem("a \"%{\" has no \"}\"");
      WEIR_CHECK(expand_name(text.substr(2, end - 2), depth));
      text.remove_prefix(end + 1);
      if (expression_.size() > grok_expression_bytes_max) return problem("it is longer than 64 KiB with all its patterns");
    }
    return {};
  }

  auto expression() const -> const std::string& { return expression_; }
  auto fields() const -> const group_fields& { return fields_; }
  auto types() const -> const std::string& { return types_; }

private:
  static auto problem(const std::string& what) -> error { return {errc::failed, "expression: " + what}; }

  /// Groups of the expression itself are fields as well, and must not clash with ours.
  void append(std::string_view text) {
    auto rest = std::string_view{};
    const auto named = with_named_groups(text);
    for (rest = named; !rest.empty();) {
      const auto group = std::min(rest.find("(?P<"), rest.size());
      expression_ += rest.substr(0, group);
      rest.remove_prefix(group);
      if (rest.empty()) return;
      const auto name_end = std::min(rest.find('>'), rest.size());
      open_group(rest.substr(4, name_end - 4));
      rest.remove_prefix(std::min(name_end + 1, rest.size()));
    }
  }

  void open_group(std::string_view field) {
    const auto group = "f" + std::to_string(fields_.size());
    fields_[group] = field;
    expression_ += "(?P<" + group + '>';
  }

  auto expand_name(std::string_view text, int depth) -> result<void> {
    const auto colon = std::min(text.find(':'), text.size());
    const auto name = text.substr(0, colon);
    auto field = text.substr(std::min(colon + 1, text.size()));
    const auto type = field.substr(std::min(field.find(':'), field.size()));
    field.remove_suffix(type.size());
    WEIR_TRY(const auto pattern, pattern_of(name));
    if (field.empty())
      expression_ += "(?:";
    else
      open_group(path_of(field));
    if (!type.empty()) WEIR_CHECK(add_type(path_of(field), type.substr(1)));
    WEIR_CHECK(expand(pattern, depth + 1));
    expression_ += ')';
    return {};
  }

  auto pattern_of(std::string_view name) const -> result<std::string_view> {
    if (const auto own = own_.find(std::string{name}); own != own_.end()) return std::string_view{own->second};
    if (const auto known = find_grok_pattern(name); !known.empty()) return known;
    return problem("there is no pattern \"" + std::string{name} + "\"; \"patterns\" may have it");
  }

  /// Logstash writes `[client][ip]` for client.ip.
  static auto path_of(std::string_view field) -> std::string {
    auto path = std::string{};
    if (!field.starts_with('[')) return std::string{field};
    for (const auto c : field)
      if (c == ']')
        path += '.';
      else if (c != '[')
        path += c;
    if (path.ends_with('.')) path.pop_back();
    return path;
  }

  auto add_type(const std::string& field, std::string_view type) -> result<void> {
    constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"int", "integer"}, {"integer", "integer"}, {"long", "integer"}, {"float", "float"},
        {"double", "float"}, {"string", "string"},  {"bool", "bool"},    {"boolean", "bool"}};
    const auto* const known =
        std::find_if(std::begin(names), std::end(names), [&](const auto& n) { return n.first == type; });
    if (known == std::end(names))
      return problem("\"" + std::string{type} + "\" of \"" + field + "\" is no type; wanted int, float, string or bool");
    types_ += (types_.empty() ? "" : ",") + field + ':' + std::string{known->second};
    return {};
  }

  const std::map<std::string, std::string>& own_;
  std::string expression_;
  group_fields fields_;
  std::string types_;
};

} // namespace

auto make_grok_parser(const parser_settings& settings, const clock& now) -> made_parser {
  if (settings.expression.empty()) return error{errc::failed, "expression: grok wants one, such as %{COMBINEDAPACHELOG}"};
  auto compiler = grok_compiler{settings.patterns};
  WEIR_CHECK(compiler.expand(settings.expression, 0));
  if (compiler.fields().empty()) return error{errc::failed, "expression: names no field, wanted %{NAME:field}"};
  return make_expression_parser(compiler.expression(), compiler.fields(), {.types = compiler.types()}, settings, now);
}

} // namespace weir
