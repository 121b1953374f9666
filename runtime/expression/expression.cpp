#include "runtime/expression/expression.hpp"

#include "runtime/expression/compiler.hpp"
#include "runtime/expression/evaluator.hpp"

#include <algorithm>

namespace weir {

struct expression::parts {
  expr::surroundings around;
  expr::program made;
  expr::evaluator run{made, around};

  auto last() const -> std::uint32_t { return static_cast<std::uint32_t>(made.nodes.size() - 1); }
};

expression::expression(std::unique_ptr<parts> made) : parts_(std::move(made)) {}
expression::expression(expression&&) noexcept = default;
auto expression::operator=(expression&&) noexcept -> expression& = default;
expression::~expression() = default;

auto expression::compile(std::string_view text, const expression_scope& scope, expression_problems& problems)
    -> std::optional<expression> {
  auto made = std::make_unique<parts>();
  made->around = {scope.node, scope.now};
  auto found = expression_problems{};
  const auto is_good = expr::compiler{text, made->around, found}.compile(made->made);
  problems.insert(problems.end(), found.begin(), found.end());
  if (!is_good) return std::nullopt;
  return expression{std::move(made)};
}

auto expression::is_condition() const -> bool {
  return (parts_->made.nodes.back().can_be & expr::booleans) != 0;
}

auto expression::is_pure() const -> bool {
  return std::all_of(parts_->made.nodes.begin(), parts_->made.nodes.end(),
                     [](const expr::node& n) { return n.called == nullptr || n.called->is_pure; });
}

auto expression::is_constant() const -> bool { return parts_->made.nodes.back().what == expr::operation::constant; }

auto expression::holds(const event_view& event) -> bool {
  parts_->run.begin(event);
  return parts_->run.holds(parts_->last());
}

auto expression::append_value(const event_view& event, byte_buffer& out) -> bool {
  parts_->run.begin(event);
  const auto& whole = parts_->made.nodes.back();
  if (whole.what != expr::operation::field) return expr::append_value(out, parts_->run.value_of(parts_->last()));
  const auto bytes = parts_->run.field_bytes(whole); // as it is, also where no value says all of it
  out.append(bytes);
  return !bytes.empty();
}

auto compile_condition(std::string_view text, const expression_scope& scope, expression_problems& problems)
    -> std::optional<expression> {
  auto made = expression::compile(text, scope, problems);
  if (!made) return made;
  if (!made->is_condition())
    problems.push_back({0, "a condition is wanted, which is true or false, not a value", {}});
  else if (made->is_constant())
    problems.push_back({0, std::string{"it is always "} + (made->holds({}) ? "true" : "false") + ", whatever the event", {}});
  else
    return made;
  return std::nullopt;
}

} // namespace weir
