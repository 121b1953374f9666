#include "runtime/os/clock.hpp"

namespace weir {
namespace {

class machine_clock final : public clock {
public:
  auto wall_ns() const -> std::int64_t override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  }
  auto monotonic() const -> monotonic_time override { return std::chrono::steady_clock::now(); }
};

} // namespace

auto system_clock() -> const clock& {
  static const machine_clock instance;
  return instance;
}

} // namespace weir
