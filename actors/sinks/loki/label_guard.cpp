#include "actors/sinks/loki/label_guard.hpp"

#include <algorithm>
#include <utility>

namespace weir {

auto label_guard::allowed(std::size_t label, std::string_view value, monotonic_time now) -> std::string_view {
  if (now - begun_ >= std::chrono::hours{1}) {
    std::fill(labels_.begin(), labels_.end(), values{});
    begun_ = now;
  }
  auto& of = labels_[label];
  if (of.known.contains(value)) return value;
  if (of.known.size() < values_max_) return of.known.emplace(value), value;
  of.is_exceeded = true;
  return other_label_value;
}

auto label_guard::take_excess(std::size_t label) -> bool {
  auto& of = labels_[label];
  return of.is_exceeded && !std::exchange(of.is_told, true);
}

} // namespace weir
