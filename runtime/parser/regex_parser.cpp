#include "runtime/base/scan.hpp"
#include "runtime/parser/expression_parser.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <set>

namespace weir {

auto with_named_groups(std::string_view expression) -> std::string {
  auto out = std::string{};
  auto in_class = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const auto c = expression[i];
    out += c;
    if (c == '\\' && i + 1 < expression.size()) {
      out += expression[++i];
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    const auto rest = expression.substr(i);
    const auto named = !in_class && rest.size() > 3 && rest.substr(0, 3) == "(?<"
                       && (scan::is_alpha(rest[3]) || rest[3] == '_');
    if (!named) continue;
    out += "?P<";
    i += 2;
  }
  return out;
}

namespace {

auto make_options(RE2::Options::Encoding encoding) -> RE2::Options {
  auto options = RE2::Options{};
  options.set_encoding(encoding);
  options.set_log_errors(false);
  options.set_dot_nl(true); // a line may hold a newline of its own: the last group should not lose the rest
  options.set_max_mem(std::int64_t{32} << 20);
  return options;
}

struct group {
  std::size_t index;
  column to;
};

class regex_parser final : public line_parser {
public:
  regex_parser(field_rules rules, const std::string& expression)
      : rules_(std::move(rules)),
        text_(expression, make_options(RE2::Options::EncodingUTF8)),
        bytes_(expression, make_options(RE2::Options::EncodingLatin1)) {}

  auto prepare(const group_fields& fields) -> result<void> {
    if (!text_.ok()) return error{errc::failed, "expression: " + text_.error()};
    auto names = std::vector<std::string>{};
    for (const auto& [index, name] : text_.CapturingGroupNames()) {
      const auto renamed = fields.find(name);
      names.push_back(renamed == fields.end() ? name : renamed->second);
      groups_.push_back({static_cast<std::size_t>(index), make_column(rules_, names.back())});
    }
    if (groups_.empty()) return error{errc::failed, "expression: has no named group, wanted (?P<name>…)"};
    may_repeat_ = std::set<std::string>{names.begin(), names.end()}.size() < names.size();
    WEIR_CHECK(rules_.check_names(names));
    found_.resize(groups_.back().index + 1);
    return {};
  }

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    if (!matches(text_, line) && !(has_high_bytes(line) && bytes_.ok() && matches(bytes_, line)))
      return {.problem = "the line does not match the expression"};
    auto fields = field_writer{rules_, out};
    for (auto& g : groups_) {
      const auto& value = found_[g.index];
      if (value.data() != nullptr) fields.put(g.to, {value.data(), value.size()});
    }
    return may_repeat_ ? fields.done(repeated_) : fields.done();
  }

private:
  auto matches(const RE2& expression, std::string_view line) -> bool {
    const auto text = re2::StringPiece{line.data() == nullptr ? "" : line.data(), line.size()};
    return expression.Match(text, 0, text.size(), RE2::UNANCHORED, found_.data(),
                            static_cast<int>(found_.size()));
  }
  static auto has_high_bytes(std::string_view line) -> bool {
    return std::any_of(line.begin(), line.end(), [](char c) { return c < 0; });
  }

  field_rules rules_;
  RE2 text_;
  RE2 bytes_; ///< the same for lines that are not UTF-8
  std::vector<group> groups_;
  bool may_repeat_ = false; ///< several groups are one field
  repeated_keys repeated_;
  std::vector<re2::StringPiece> found_;
};

} // namespace

auto make_expression_parser(const std::string& expression, const group_fields& fields, const format_defaults& defaults,
                            const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, defaults, now));
  auto parser = std::make_unique<regex_parser>(std::move(rules), expression);
  WEIR_CHECK(parser->prepare(fields));
  return std::unique_ptr<line_parser>{std::move(parser)};
}

auto make_regex_parser(const parser_settings& settings, const clock& now) -> made_parser {
  if (settings.expression.empty()) return error{errc::failed, "expression: regex wants one"};
  return make_expression_parser(with_named_groups(settings.expression), {}, {}, settings, now);
}

} // namespace weir
