#include "actors/operators/operator.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/event/template.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// Tags are held in section tables and maps: one made from a field must not grow with the field.
constexpr auto tag_bytes_max = std::size_t{1024};
constexpr auto groups_max = 9;

struct retag_rule_settings {
  std::string field;
  std::string regex;
  std::string tag;
};

template <class Visitor> void describe(Visitor& v, retag_rule_settings& s) {
  v.required("field", s.field, "The field to look at, by path.");
  v.required("regex", s.regex, "An RE2 expression that the field has to match somewhere.");
  v.required("tag", s.tag, "The new tag: a template in which ${1} to ${9} are the expression's groups.");
}

auto scope_of(const RE2& expression, std::string node) -> template_scope {
  const auto groups = std::clamp(expression.NumberOfCapturingGroups(), 0, groups_max);
  return {std::move(node), static_cast<std::uint32_t>(groups) + 1};
}

void validate(const retag_rule_settings& s, config::settings_reader& reader) {
  const auto expression = RE2{s.regex, RE2::Quiet};
  if (!expression.ok())
    return reader.complain("regex", "\"regex\" is no RE2 expression: " + expression.error());
  const auto compiled = record_template::compile(s.tag, scope_of(expression, {}));
  if (!compiled) reader.complain("tag", compiled.failure().what);
}

class retag_operator final : public event_operator {
public:
  struct settings {
    std::string tag;
    std::vector<std::string> match;
    std::vector<retag_rule_settings> rules;
  };

  static auto retags(const settings& s, std::vector<tag_shape> before) -> std::vector<tag_shape>;

  retag_operator(const settings& s, const plugin_context& context) {
    // The settings were validated; what no longer compiles (the environment changed) leaves tags alone.
    if (auto pattern = tag_pattern::parse(s.match)) match_ = std::move(*pattern);
    if (auto tag = record_template::compile(s.tag, {context.node, 0})) tag_ = std::move(*tag);
    for (const auto& r : s.rules) {
      auto expression = std::make_unique<RE2>(r.regex, RE2::Quiet);
      auto tag = record_template::compile(r.tag, scope_of(*expression, context.node));
      if (tag) rules_.push_back({r.field, std::move(expression), std::move(*tag)});
    }
  }

  void apply(const event_view& in, event_output& out) override {
    auto changed = in;
    if (match_.matches(in.tag)) {
      new_tag_.clear();
      render(in);
      if (!new_tag_.empty() && new_tag_.size() <= tag_bytes_max) changed.tag = new_tag_.view();
    }
    out.put(changed);
  }

private:
  struct rule {
    std::string field;
    std::unique_ptr<RE2> expression;
    record_template tag;
  };
  using groups = std::array<std::string_view, groups_max + 1>;

  /// Writes the tag of the first rule that matches, else the one for all.
  void render(const event_view& in) {
    auto found = groups{};
    for (const auto& r : rules_) {
      if (!matches(r, in.record, found)) continue;
      return r.tag.render({.tag = in.tag, .record = in.record, .more = {}, .groups = found}, new_tag_);
    }
    tag_.render({.tag = in.tag, .record = in.record, .more = {}, .groups = {}}, new_tag_);
  }

  auto matches(const rule& r, std::string_view record, groups& found) -> bool {
    const auto value = find_path(record, r.field);
    if (value.empty()) return false;
    const auto text = text_of_value(value, scratch_);
    auto parts = std::array<re2::StringPiece, groups_max + 1>{};
    const auto wanted = std::clamp(r.expression->NumberOfCapturingGroups(), 0, groups_max) + 1;
    if (!r.expression->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, parts.data(),
                             wanted))
      return false;
    for (std::size_t i = 0; i < parts.size(); ++i) found[i] = {parts[i].data(), parts[i].size()};
    return true;
  }

  tag_pattern match_;
  record_template tag_;
  std::vector<rule> rules_;
  byte_buffer new_tag_;
  byte_buffer scratch_;
};

/// What a template may become.
auto shape_of(const std::string& text) -> tag_shape {
  const auto brace = text.find('{');
  if (brace == std::string::npos) return exact_tag(text);
  const auto first = brace > 0 && text[brace - 1] == '$' ? brace - 1 : brace;
  if ((first > 0 && text[first - 1] == '$') || text.find("{{") != std::string::npos) return {}; // a literal one
  return {{text.substr(0, first), text.substr(text.rfind('}') + 1)}};
}

/// Tags stay where nothing matches, and where a template becomes nothing or too much.
auto retag_operator::retags(const settings& s, std::vector<tag_shape> before) -> std::vector<tag_shape> {
  auto made = std::vector<tag_shape>{};
  if (!s.tag.empty()) made.push_back(shape_of(s.tag));
  for (const auto& r : s.rules) made.push_back(shape_of(r.tag));
  const auto always_fits = [](const tag_shape& t) {
    return is_exact(t) && !t.parts.front().empty() && t.parts.front().size() <= tag_bytes_max;
  };
  const auto match = tag_pattern::parse(s.match);
  if (match && !s.tag.empty() && std::all_of(made.begin(), made.end(), always_fits))
    std::erase_if(before, [&](const tag_shape& t) { return match->matches_every(t); });
  made.insert(made.end(), before.begin(), before.end());
  return made;
}

template <class Visitor> void describe(Visitor& v, retag_operator::settings& s) {
  v.field("tag", s.tag,
          "The new tag: a template of ${tag}, ${tag[1]}, ${field.path}, ${hostname}, ${node}, ${ENV}.");
  v.field("match", s.match, "Only events whose tag matches one of these patterns.");
  v.field("rules", s.rules,
          "Tried in order before tag; the first whose regex matches its field gives the tag.");
}

void validate(const retag_operator::settings& s, config::settings_reader& reader) {
  if (s.tag.empty() && s.rules.empty()) reader.complain({}, "wants \"tag\" or \"rules\"");
  if (s.tag == "${tag}" || s.tag == "{tag}") reader.refuse_useless("tag", "every event keeps the tag that it has without it");
  if (const auto compiled = record_template::compile(s.tag, {}); !compiled)
    reader.complain("tag", compiled.failure().what);
  if (const auto pattern = tag_pattern::parse(s.match); !pattern)
    reader.complain("match", pattern.failure().what);
}

const register_operator<retag_operator> registered_retag{"retag", "Gives events another tag."};

} // namespace
} // namespace weir
