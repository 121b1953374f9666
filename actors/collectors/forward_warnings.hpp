/// Warnings about peers, at most one per peer and kind in ten seconds.
#pragma once

#include "runtime/os/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir {

class forward_warnings {
public:
  forward_warnings(std::string component, const clock& time)
      : component_(std::move(component)), clock_(time) {}
  /// `kind` is a static word; `peer` an address without port, or a listener.
  void warn(std::string_view kind, std::string_view peer, std::string_view text);

private:
  std::string component_;
  const clock& clock_;
  std::unordered_map<std::string, monotonic_time> said_;
};

} // namespace weir
