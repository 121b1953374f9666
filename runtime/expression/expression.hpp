/// One expression on events: a condition, or a value that is computed; docs/expressions.md has the language.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/event.hpp"
#include "runtime/expression/expression_problem.hpp"
#include "runtime/os/clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct expression_scope {
  std::string node;
  const clock* now = &system_clock();
};

/// Compiled once. Total: any bytes are a valid record. Allocates nothing once it has seen the largest event; calls come
/// from one thread at a time.
class expression {
public:
  /// Nothing if there are problems, which it adds.
  static auto compile(std::string_view text, const expression_scope& scope, expression_problems& problems)
      -> std::optional<expression>;
  expression(expression&&) noexcept;
  auto operator=(expression&&) noexcept -> expression&;
  ~expression();

  /// Whether it can be true or false at all.
  auto is_condition() const -> bool;
  /// Whether it is the same for an event at any time and on any node.
  auto is_pure() const -> bool;
  /// Whether no event changes it.
  auto is_constant() const -> bool;

  /// Whether it is true for the event; false if it is anything else.
  auto holds(const event_view& event) -> bool;
  /// Appends what it is for the event, as msgpack. False, and nothing appended, if it cannot be computed.
  auto append_value(const event_view& event, byte_buffer& out) -> bool;

private:
  struct parts;
  explicit expression(std::unique_ptr<parts> made);
  std::unique_ptr<parts> parts_;
};

/// Compiles what has to be a condition that depends on the event.
auto compile_condition(std::string_view text, const expression_scope& scope, expression_problems& problems)
    -> std::optional<expression>;

} // namespace weir
