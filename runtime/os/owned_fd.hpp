/// A descriptor with one owner.
#pragma once

#include <utility>

namespace weir {

/// Closes its descriptor.
class owned_fd {
public:
  owned_fd() = default;
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  auto operator=(owned_fd&& other) noexcept -> owned_fd& {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~owned_fd();
  auto fd() const -> int { return fd_; }
  auto is_open() const -> bool { return fd_ >= 0; }

private:
  int fd_ = -1;
};

} // namespace weir
