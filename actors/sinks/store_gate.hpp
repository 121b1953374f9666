/// Who may have a store open: the writers of one generation of a sink at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace weir {

/// The stores of earlier writers, which may still block, are gone before there are others. Thread-safe.
class store_gate {
public:
  auto next_generation() -> std::uint64_t {
    const auto lock = std::lock_guard{guard_};
    left_.notify_all(); // who waits is too late now
    return ++last_;
  }
  /// Waits until nobody of another generation is inside; false, at once, if there are younger ones.
  auto enter(std::uint64_t generation) -> bool {
    auto lock = std::unique_lock{guard_};
    if (generation == last_)
      left_.wait(lock, [&] { return inside_ == 0 || inside_generation_ == generation || generation != last_; });
    if (generation != last_) return false;
    inside_generation_ = generation;
    ++inside_;
    return true;
  }
  void leave() {
    const auto lock = std::lock_guard{guard_};
    --inside_;
    left_.notify_all();
  }

private:
  std::mutex guard_;
  std::condition_variable left_;
  std::uint64_t last_ = 0;
  std::uint64_t inside_generation_ = 0;
  std::size_t inside_ = 0;
};

} // namespace weir
