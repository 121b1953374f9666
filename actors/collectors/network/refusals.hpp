/// Connections that were refused or closed for a reason of ours: counted, told once a minute, shown.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace weir {

class client_refusals {
public:
  client_refusals(std::string component, const clock& time) : component_(std::move(component)), clock_(time) {}

  /// `reason` is a static word; `what` a sentence about this one, which is logged if none was for a minute.
  void add(std::string_view reason, const std::string& what);
  /// ", refused 3 (login), 120 (max_connections)", or nothing.
  auto text() const -> std::string;
  /// The latest within a minute, with how many there were of its kind; empty if there is none.
  auto latest() const -> std::string;

private:
  struct kind {
    std::uint64_t count = 0;
    std::uint64_t untold = 0;
    monotonic_time told_at{};
  };
  std::string component_;
  const clock& clock_;
  std::map<std::string, kind, std::less<>> kinds_;
  std::string latest_;
  monotonic_time latest_at_{};
};

} // namespace weir
