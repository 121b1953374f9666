#include "runtime/os/threads.hpp"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <mutex>
#include <vector>

namespace weir {
namespace {

/// Enough for what recurses: parsers bound their depth, and name look-ups want some 100 KiB.
constexpr auto stack_bytes = std::size_t{1} << 20;

auto is_address_space_limited() -> bool {
  auto limit = rlimit{};
  return ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

auto wait_for_gate(void* gate) -> void* {
  const auto passed = std::lock_guard{*static_cast<std::mutex*>(gate)};
  return nullptr;
}

} // namespace

void limit_thread_stacks() {
  auto attributes = pthread_attr_t{};
  if (pthread_getattr_default_np(&attributes) != 0) return;
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  if (is_address_space_limited()) mallopt(M_ARENA_MAX, 1);
}

auto try_threads(std::size_t count) -> result<void> {
  auto gate = std::mutex{};
  auto all = std::vector<pthread_t>{};
  all.reserve(count);
  auto problem = 0;
  {
    const auto closed = std::lock_guard{gate};
    while (problem == 0 && all.size() < count) {
      problem = pthread_create(&all.emplace_back(), nullptr, wait_for_gate, &gate);
      if (problem != 0) all.pop_back();
    }
  }
  for (const auto thread : all) pthread_join(thread, nullptr);
  if (problem == 0) return {};
  return error{errc::limit, std::to_string(count) + " threads are needed, and the system gives "
                                + std::to_string(all.size()) + " (" + describe_errno(problem)
                                + "): see ulimit -u, ulimit -v, and the limit of the container or unit"};
}

} // namespace weir
