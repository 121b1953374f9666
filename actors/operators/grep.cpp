#include "actors/operators/operator.hpp"
#include "runtime/event/record_path.hpp"

#include <re2/re2.h>

namespace weir {
namespace {

/// A field and an expression, as written.
struct condition {
  std::string field;
  std::string expression;
  config::place where;
};

/// Calls `wrong(place, sentence)` for what is neither `{field: regex}` nor `[{field: …, regex: …}]`.
template <class Wrong>
auto conditions_of(const config::value& from, Wrong&& wrong) -> std::vector<condition> {
  auto made = std::vector<condition>{};
  const auto add_map = [&](const config::value& map) {
    const auto* field = map.find("field");
    const auto* regex = map.find("regex");
    if (field && regex && map.members.size() == 2 && field->is_scalar() && regex->is_scalar())
      return made.push_back({field->scalar, regex->scalar, regex->where});
    for (const auto& m : map.members) {
      if (m.content.is_scalar())
        made.push_back({m.key, m.content.scalar, m.content.where});
      else
        wrong(m.content.where, '"' + m.key + "\" wants a regular expression, not " + m.content.describe());
    }
  };
  if (from.is_map())
    add_map(from);
  else if (from.is_sequence())
    for (const auto& item : from.items)
      if (item.is_map())
        add_map(item);
      else
        wrong(item.where, "wants {field: regex} in its list, not " + item.describe());
  else if (from.type != config::value::kind::null)
    wrong(from.where, "wants a map of fields to regular expressions, not " + from.describe());
  return made;
}

class grep_operator final : public event_operator {
public:
  struct settings {
    config::value keep;
    config::value drop;
  };

  grep_operator(const settings& s, const plugin_context&)
      : keep_(rules_of(s.keep)), drop_(rules_of(s.drop)) {}

  void apply(const event_view& in, event_output& out) override {
    const auto matches = [&](const rule& r) { return this->matches(r, in.record); };
    if (!std::all_of(keep_.begin(), keep_.end(), matches)) return out.drop("filtered");
    if (std::any_of(drop_.begin(), drop_.end(), matches)) return out.drop("filtered");
    out.put(in);
  }

private:
  struct rule {
    std::string field;
    std::unique_ptr<RE2> expression;
  };

  static auto rules_of(const config::value& from) -> std::vector<rule> {
    auto made = std::vector<rule>{};
    for (const auto& c : conditions_of(from, [](const auto&...) {}))
      made.push_back({c.field, std::make_unique<RE2>(c.expression, RE2::Quiet)});
    return made;
  }

  /// A field that is not there matches nothing.
  auto matches(const rule& r, std::string_view record) -> bool {
    const auto value = find_path(record, r.field);
    if (value.empty()) return false;
    const auto text = text_of_value(value, scratch_);
    return RE2::PartialMatch({text.data(), text.size()}, *r.expression);
  }

  std::vector<rule> keep_;
  std::vector<rule> drop_;
  byte_buffer scratch_;
};

template <class Visitor> void describe(Visitor& v, grep_operator::settings& s) {
  v.field("keep", s.keep, "Keep events whose fields all match: {field: regex}, or a list of {field, regex}.");
  v.field("drop", s.drop,
          "Drop events any of whose fields match: {field: regex}, or a list of {field, regex}.");
}

void validate(const grep_operator::settings& s, config::settings_reader& reader) {
  if (!reader.is_given("keep") && !reader.is_given("drop")) reader.complain({}, "wants \"keep\" or \"drop\"");
  const auto check = [&](const config::value& from, const std::string& key) {
    const auto wrong = [&](const config::place& where, const std::string& what) {
      reader.complain_at(where, '"' + key + "\": " + what);
    };
    const auto all = conditions_of(from, wrong);
    if (reader.is_given(key) && (from.type == config::value::kind::null || (from.items.empty() && from.members.empty() && !from.is_scalar())))
      reader.refuse_useless(key, "it names no field");
    for (const auto& c : all) {
      const auto expression = RE2{c.expression, RE2::Quiet};
      if (!expression.ok())
        wrong(c.where, "the expression for \"" + c.field + "\" is no RE2 expression: " + expression.error());
    }
  };
  check(s.keep, "keep");
  check(s.drop, "drop");
}

const register_operator<grep_operator> registered_grep{"grep", "Keeps or drops events by what their fields hold."};

} // namespace
} // namespace weir
