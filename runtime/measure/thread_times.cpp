#include "runtime/measure/thread_times.hpp"

#include <pthread.h>

namespace weir {

/// A thread that has ended has no clock any more: what was seen last holds.
void thread_times::look(entry::known& at) {
  auto now = ::timespec{};
  if (::clock_gettime(at.clock, &now) != 0) return;
  at.last_ns = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

auto thread_times::add_own() -> entry {
  auto made = entry{};
  auto of = entry::known{};
  if (::pthread_getcpuclockid(::pthread_self(), &of.clock) != 0) return made;
  const auto lock = std::lock_guard{guard_};
  made.at_ = threads_.insert(threads_.end(), of);
  made.of_ = shared_from_this();
  return made;
}

void thread_times::remove(std::list<entry::known>::iterator at) {
  const auto lock = std::lock_guard{guard_};
  look(*at);
  ended_ns_ += at->last_ns;
  threads_.erase(at);
}

auto thread_times::total_ns() -> std::uint64_t {
  const auto lock = std::lock_guard{guard_};
  auto sum = ended_ns_;
  for (auto& t : threads_) {
    look(t);
    sum += t.last_ns;
  }
  return sum;
}

} // namespace weir
