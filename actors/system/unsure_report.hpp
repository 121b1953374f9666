/// Tells, at a limited rate, what a sender gave to others though somebody who was away may have it (`on_unknown: wait`).
#pragma once

#include "runtime/flow/fan_out.hpp"

#include <set>
#include <string>

namespace weir {

class unsure_report {
public:
  void add(std::uint64_t events, const std::string& who);
  void take(fan_out& flow);
  /// For the log; empty: nothing, or not now.
  auto text(monotonic_time now) -> std::string;

private:
  std::uint64_t events_ = 0;
  std::set<std::string> who_;
  monotonic_time tell_at_{};
};

/// Who is waited for, of each outlet, in words.
void add_unsure(const fan_out& flow, monotonic_time now, std::vector<std::string>& to);

} // namespace weir
