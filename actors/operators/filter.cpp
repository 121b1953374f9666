#include "actors/operators/operator.hpp"
#include "config/expressions.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/expression/expression.hpp"

#include <optional>

namespace weir {
namespace {

class filter_operator final : public event_operator {
public:
  static constexpr auto shorthand = std::string_view{"keep"};
  struct settings {
    std::string keep;
    std::string drop;
  };

  filter_operator(const settings& s, const plugin_context& context)
      : keep_(condition_of(s.keep, context)), drop_(condition_of(s.drop, context)) {}

  void apply(const event_view& in, event_output& out) override {
    if ((keep_ && !keep_->holds(in)) || (drop_ && drop_->holds(in))) return out.drop("filtered");
    out.put(in);
  }

private:
  static auto condition_of(const std::string& text, const plugin_context& context) -> std::optional<expression> {
    if (text.empty()) return std::nullopt;
    auto problems = expression_problems{};
    auto made = compile_condition(text, {context.node, context.clock}, problems);
    WEIR_ASSERT(made); // validated with the same text
    return made;
  }

  std::optional<expression> keep_;
  std::optional<expression> drop_;
};

template <class Visitor> void describe(Visitor& v, filter_operator::settings& s) {
  v.field("keep", s.keep, "Keep events of which this expression is true; filter: EXPRESSION is short for it.");
  v.field("drop", s.drop, "Drop events of which this expression is true.");
}

void validate(const filter_operator::settings& /*s*/, config::settings_reader& reader) {
  if (!reader.is_given("keep") && !reader.is_given("drop")) reader.complain({}, "wants \"keep\" or \"drop\"");
  check_expression(reader, "keep", config::expression_use::condition);
  check_expression(reader, "drop", config::expression_use::condition);
}

const register_operator<filter_operator> registered_filter{"filter", "Keeps or drops events by an expression (docs/expressions.md)."};

} // namespace
} // namespace weir
