#include "topology/conditional.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/expression/expression.hpp"

#include <utility>

namespace weir {
namespace {

class conditional_operator final : public event_operator {
public:
  conditional_operator(expression when, std::unique_ptr<event_operator> inner) : when_(std::move(when)), inner_(std::move(inner)) {}

  void apply(const event_view& in, event_output& out) override {
    if (when_.holds(in)) return inner_->apply(in, out);
    out.put(in);
  }

private:
  expression when_;
  std::unique_ptr<event_operator> inner_;
};

/// What passes by overtakes what the operator holds.
class conditional_holding final : public holding_operator {
public:
  conditional_holding(expression when, std::unique_ptr<event_operator> inner)
      : when_(std::move(when)), inner_(std::move(inner)), holds_(dynamic_cast<holding_operator&>(*inner_)) {}

  void apply(const event_view& in, std::uint64_t number, joining_output& out) override {
    if (when_.holds(in)) return holds_.apply(in, number, out);
    out.put(in);
  }
  auto held_since() const -> std::optional<std::uint64_t> override { return holds_.held_since(); }
  void flush(monotonic_time now, joining_output& out) override { holds_.flush(now, out); }
  auto wake_at() const -> std::optional<monotonic_time> override { return holds_.wake_at(); }

private:
  expression when_;
  std::unique_ptr<event_operator> inner_;
  holding_operator& holds_;
};

} // namespace

auto only_when(std::string when, operator_plugin::factory inner) -> operator_plugin::factory {
  return [when = std::move(when), inner = std::move(inner)](const plugin_context& context) -> std::unique_ptr<event_operator> {
    auto problems = expression_problems{};
    auto made = compile_condition(when, {context.node, context.clock}, problems);
    WEIR_ASSERT(made); // the plan was checked with the same text
    auto op = inner(context);
    if (dynamic_cast<holding_operator*>(op.get()) != nullptr)
      return std::make_unique<conditional_holding>(std::move(*made), std::move(op));
    return std::make_unique<conditional_operator>(std::move(*made), std::move(op));
  };
}

} // namespace weir
