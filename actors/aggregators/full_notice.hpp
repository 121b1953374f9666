/// When people are to be told that a buffer is full, and that it has room again: neither at every flutter.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

namespace weir {

class full_notice {
public:
  /// What is full for so long is told of, and again each minute.
  explicit full_notice(duration patience) : patience_(patience) {}

  enum class news { none, is_full, has_room };
  auto update(bool is_full, monotonic_time now) -> news {
    if (is_full != is_full_) since_ = now;
    is_full_ = is_full;
    if (is_full && now >= since_ + patience_ && now >= tell_at_) {
      tell_at_ = now + std::chrono::minutes{1};
      is_told_ = true;
      return news::is_full;
    }
    if (is_full || !is_told_ || now < since_ + std::chrono::seconds{5}) return news::none;
    is_told_ = false;
    return news::has_room;
  }

private:
  duration patience_;
  bool is_full_ = false;
  bool is_told_ = false;
  monotonic_time since_{};
  monotonic_time tell_at_{};
};

} // namespace weir
