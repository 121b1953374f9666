/// Keeps labels from having more values than a Loki can stand: each value is a stream, and streams cost it memory.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

inline constexpr auto other_label_value = std::string_view{"other"};

/// For the fields of one writer; after an hour values are counted anew. Pure.
class label_guard {
public:
  label_guard(std::size_t labels, std::uint32_t values_max) : values_max_(values_max), labels_(labels) {}

  /// The value, or what stands for those that are too many.
  auto allowed(std::size_t label, std::string_view value, monotonic_time now) -> std::string_view;
  /// Whether there were too many of the label since this was asked last; true once an hour.
  auto take_excess(std::size_t label) -> bool;

private:
  struct values {
    std::set<std::string, std::less<>> known;
    bool is_exceeded = false;
    bool is_told = false;
  };
  std::uint32_t values_max_;
  std::vector<values> labels_;
  monotonic_time begun_{};
};

} // namespace weir
