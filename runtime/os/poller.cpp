#include "runtime/os/poller.hpp"

#include "runtime/base/assert.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weir {

poller::poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WEIR_ASSERT(epoll_.is_open() && stop_.is_open());
  auto event = epoll_event{EPOLLIN, {.fd = stop_.fd()}};
  WEIR_ASSERT(epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, stop_.fd(), &event) == 0);
  thread_ = std::thread{[this] { run(); }};
}

poller::~poller() {
  const auto one = std::uint64_t{1};
  WEIR_ASSERT(write(stop_.fd(), &one, sizeof one) == sizeof one);
  thread_.join();
}

auto poller::wait(int fd, callback ready) -> bool {
  const auto lock = std::lock_guard{mutex_};
  const auto known = waiting_.count(fd) != 0;
  auto event = epoll_event{EPOLLIN | EPOLLONESHOT, {.fd = fd}};
  auto done = epoll_ctl(epoll_.fd(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0;
  if (!done && errno == EEXIST) done = epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, fd, &event) == 0;
  if (!done && errno == ENOENT) done = epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event) == 0;
  if (done) waiting_[fd] = std::move(ready);
  return done;
}

void poller::forget(int fd) {
  const auto lock = std::lock_guard{mutex_};
  waiting_.erase(fd);
  epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, fd, nullptr);
}

void poller::run() {
  epoll_event events[64];
  for (;;) {
    const auto count = epoll_wait(epoll_.fd(), events, 64, -1);
    const auto lock = std::lock_guard{mutex_};
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == stop_.fd()) return;
      const auto at = waiting_.find(events[i].data.fd);
      if (at != waiting_.end() && at->second) std::exchange(at->second, nullptr)();
    }
  }
}

} // namespace weir
