#include "topology/route_filter.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/expression/expression.hpp"

#include <utility>

namespace weir {
namespace {

class route_filter final : public event_operator {
public:
  explicit route_filter(expression takes) : takes_(std::move(takes)) {}

  void apply(const event_view& in, event_output& out) override {
    if (!takes_.holds(in)) return out.drop("other route");
    out.put(in);
  }

private:
  expression takes_;
};

} // namespace

auto take_route(std::string condition) -> operator_plugin::factory {
  return [condition = std::move(condition)](const plugin_context& context) -> std::unique_ptr<event_operator> {
    auto problems = expression_problems{};
    auto made = expression::compile(condition, {context.node, context.clock}, problems);
    WEIR_ASSERT(made); // the plan was checked with the same text
    return std::make_unique<route_filter>(std::move(*made));
  };
}

} // namespace weir
