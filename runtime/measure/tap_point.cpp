#include "runtime/measure/tap_point.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void tap_ring::put(passed one) {
  events_.fetch_add(one.events, std::memory_order_relaxed);
  const auto lock = std::unique_lock{guard_, std::try_to_lock};
  const auto fits = lock.owns_lock() && chunks_.size() < most_.chunks && (chunks_.empty() || bytes_ + one.bytes <= most_.bytes);
  if (!fits) return void(left_out_.fetch_add(one.events, std::memory_order_relaxed));
  bytes_ += one.bytes;
  chunks_.push_back(std::move(one));
}

auto tap_ring::take() -> contents {
  auto taken = contents{};
  {
    const auto lock = std::lock_guard{guard_};
    taken.chunks.swap(chunks_);
    bytes_ = 0;
  }
  // In this order: of what is left out it is known that it passed.
  taken.left_out = left_out_.exchange(0, std::memory_order_relaxed);
  taken.events = events_.exchange(0, std::memory_order_relaxed);
  return taken;
}

void tap_point::add(const std::shared_ptr<tap_ring>& who) {
  const auto lock = std::lock_guard{guard_};
  if (std::find(rings_.begin(), rings_.end(), who) != rings_.end()) return;
  rings_.push_back(who);
  watchers_.store(static_cast<std::uint32_t>(rings_.size()), std::memory_order_relaxed);
}

void tap_point::remove(const std::shared_ptr<tap_ring>& who) {
  const auto lock = std::lock_guard{guard_};
  std::erase(rings_, who);
  watchers_.store(static_cast<std::uint32_t>(rings_.size()), std::memory_order_relaxed);
}

void tap_point::put(const tap_ring::passed& one) {
  const auto lock = std::lock_guard{guard_};
  for (const auto& ring : rings_) ring->put(one);
}

} // namespace weir
