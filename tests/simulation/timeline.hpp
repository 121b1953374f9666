/// Virtual time: a queue of what is to happen, and the clock that stands where the last of it was.
#pragma once

#include "runtime/os/clock.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace weir::test {

class timeline final : public clock {
public:
  using action = std::function<void()>;

  void after(std::chrono::nanoseconds delay, action what) {
    queue_.push_back({now_ + std::max(delay, std::chrono::nanoseconds{0}), ++order_, std::move(what)});
    std::push_heap(queue_.begin(), queue_.end(), later);
  }
  /// Goes to the next thing and does it; false if there is nothing any more.
  auto step() -> bool {
    if (queue_.empty()) return false;
    std::pop_heap(queue_.begin(), queue_.end(), later);
    auto next = std::move(queue_.back());
    queue_.pop_back();
    now_ = next.at;
    next.what();
    return true;
  }
  /// Since the beginning.
  auto now() const -> std::chrono::nanoseconds { return now_; }

  auto wall_ns() const -> std::int64_t override { return 1'700'000'000'000'000'000 + now_.count(); }
  auto monotonic() const -> monotonic_time override { return monotonic_time{std::chrono::hours{1} + now_}; }

private:
  struct happening {
    std::chrono::nanoseconds at;
    std::uint64_t order;
    action what;
  };
  static auto later(const happening& a, const happening& b) -> bool {
    return std::pair{a.at, a.order} > std::pair{b.at, b.order};
  }

  std::vector<happening> queue_; // a heap
  std::chrono::nanoseconds now_{0};
  std::uint64_t order_ = 0;
};

} // namespace weir::test
