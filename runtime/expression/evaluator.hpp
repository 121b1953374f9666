/// Runs a program on one event after the other; keeps scratch memory, so calls come from one thread at a time.
#pragma once

#include "runtime/event/event.hpp"
#include "runtime/expression/program.hpp"
#include "runtime/expression/text_arena.hpp"

namespace weir::expr {

class evaluator {
public:
  /// Both outlive it.
  evaluator(program& of, const surroundings& around) : program_(of), around_(around) {}

  /// Results are valid until the next event.
  void begin(const event_view& event) {
    event_ = &event;
    program_.fields.begin(event.record);
    if (is_used_) texts_.clear();
    is_used_ = false;
  }
  /// Whether it is true, not merely something else.
  auto holds(std::uint32_t index) -> bool;
  auto value_of(std::uint32_t index) -> value;
  /// The field's value as it is.
  auto field_bytes(const node& n) -> std::string_view { return program_.fields.bytes(static_cast<std::uint32_t>(n.number)); }

private:
  auto left(const node& n) -> value { return value_of(program_.operand(n, 0)); }
  auto right(const node& n) -> value { return value_of(program_.operand(n, 1)); }
  auto compares(const node& n) -> bool;
  auto matches(const node& n) -> bool;
  auto is_one_of(const node& n) -> bool;
  auto chosen(const node& n) -> value;
  auto first_there(const node& n) -> value;
  auto called(const node& n) -> value;
  auto tag_part(std::int64_t number) const -> value;

  program& program_;
  const surroundings& around_;
  const event_view* event_ = nullptr;
  text_arena texts_;
  bool is_used_ = false; ///< texts_, by this event
};

/// `left` and `right` by + - * / %; nothing if it cannot be done.
auto calculate(operation what, const value& left, const value& right, text_arena& arena) -> value;
/// Less its sign; nothing if it cannot be done.
auto negative(const value& v) -> value;

} // namespace weir::expr
