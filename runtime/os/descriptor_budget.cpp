#include "runtime/os/descriptor_budget.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// Nobody has as many, and a sum of them does not overflow.
constexpr auto unlimited = rlim_t{1} << 30U;

auto read_limit() -> rlimit {
  auto limit = rlimit{256, 256};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

auto counted(rlim_t limit) -> std::size_t { return static_cast<std::size_t>(std::min(limit, unlimited)); }

} // namespace

auto descriptor_plan::floor() const -> std::size_t {
  return sharers == 0 ? 0 : std::max<std::size_t>(1, shared() / 2 / sharers);
}

auto to_text(const descriptor_plan& plan) -> std::string {
  auto text = std::to_string(plan.limit) + " may be open: " + std::to_string(plan.reserved) + " are reserved";
  if (plan.sharers == 0) return text;
  text += ", " + std::to_string(plan.shared()) + " are for files and connections";
  if (plan.sharers == 1) return text;
  return text + " of " + std::to_string(plan.sharers) + " components, at least " + std::to_string(plan.floor())
         + " each";
}

descriptor_budget::descriptor_budget(const descriptor_plan& plan)
    : floor_(plan.floor()),
      common_(static_cast<std::ptrdiff_t>(plan.shared() - plan.floor() * plan.sharers)) {}

void descriptor_budget::reserve(std::ptrdiff_t more) {
  const auto lock = std::lock_guard{mutex_};
  common_ -= more;
}

descriptor_budget::share::share(share&& other) noexcept
    : from_(std::exchange(other.from_, nullptr)), taken_(std::exchange(other.taken_, 0)) {}

auto descriptor_budget::share::operator=(share&& other) noexcept -> share& {
  std::swap(from_, other.from_);
  std::swap(taken_, other.taken_);
  return *this;
}

auto descriptor_budget::share::try_take() -> bool {
  if (from_ != nullptr && taken_ >= from_->floor_) {
    const auto lock = std::lock_guard{from_->mutex_};
    if (from_->common_ <= 0) return false;
    --from_->common_;
  }
  ++taken_;
  return true;
}

void descriptor_budget::share::take() {
  if (try_take()) return;
  const auto lock = std::lock_guard{from_->mutex_};
  --from_->common_;
  ++taken_;
}

void descriptor_budget::share::give_back(std::size_t count) {
  const auto left = taken_ - std::min(count, taken_);
  if (from_ != nullptr && taken_ > from_->floor_) {
    const auto lock = std::lock_guard{from_->mutex_};
    from_->common_ += static_cast<std::ptrdiff_t>(taken_ - std::max(left, from_->floor_));
  }
  taken_ = left;
}

auto descriptor_limit_max() -> std::size_t { return counted(read_limit().rlim_max); }

auto raise_descriptor_limit() -> std::size_t {
  auto limit = read_limit();
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return counted(read_limit().rlim_cur);
}

} // namespace weir
