/// Operators one behind the other, in front of whoever takes what is left of the events.
#pragma once

#include "actors/operators/operator.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

class operator_chain {
public:
  /// `end` lives longer.
  operator_chain(const std::vector<operator_plugin::factory>& operators, const plugin_context& context,
                 event_output& end);
  ~operator_chain();

  auto empty() const -> bool { return stages_.empty(); }
  /// Where events enter.
  auto first() -> event_output& { return *first_; }

private:
  class stage;
  std::vector<std::unique_ptr<stage>> stages_; ///< last to first
  event_output* first_;
};

/// For the log, once.
auto warning_of(const unread_time& problem) -> std::string;

} // namespace weir
