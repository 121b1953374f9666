/// Waits for many descriptors in one thread and calls back once for each wait.
#pragma once

#include "runtime/os/owned_fd.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace weir {

class poller {
public:
  /// Runs in the poller's thread; must be quick and must not call back into the poller.
  using callback = std::function<void()>;

  poller();
  ~poller();
  poller(const poller&) = delete;
  auto operator=(const poller&) -> poller& = delete;

  /// Calls `ready` once when `fd` polls readable; a second call replaces the first. False if the
  /// descriptor cannot be waited for (a regular file).
  auto wait(int fd, callback ready) -> bool;
  /// Must come before `fd` is closed. No callback of it runs afterwards.
  void forget(int fd);

private:
  void run();

  owned_fd epoll_;
  owned_fd stop_;
  std::mutex mutex_;
  std::map<int, callback> waiting_;
  std::thread thread_;
};

} // namespace weir
