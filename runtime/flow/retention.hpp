/// How long and how much of it one remembers of what may come again.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/os/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace weir {

struct retention {
  /// Streams that are over, from when their source said so, and the starts of a collector, from their last chunk.
  duration streams = std::chrono::hours{7 * 24};
  /// Clients' ids, from when they came, and so many at most, whichever bound is met first.
  duration ids_age = std::chrono::hours{1};
  std::uint64_t ids_max = 4'000'000;
};

/// Beside the age a bound for each of these: streams of one collector that are over, starts of all collectors.
inline constexpr std::size_t ended_streams_max = std::size_t{1} << 16U;
inline constexpr std::size_t origins_max = std::size_t{1} << 20U;

/// When those who remember starts of collectors look for old ones: what is left in memory is not much longer there.
class upkeep_time {
public:
  explicit upkeep_time(duration remember) : remember_(remember) {}
  /// Whether it is time; then again after a part of what is remembered.
  auto is_due(monotonic_time now) -> bool {
    if (now < due_) return false;
    due_ = now + std::clamp<duration>(remember_ / 64, std::chrono::seconds{1}, std::chrono::hours{1});
    return true;
  }
  auto remember() const -> duration { return remember_; }

private:
  duration remember_;
  monotonic_time due_{};
};

/// Of a wall clock, as ages are kept.
constexpr auto seconds_of(std::int64_t wall_ns) -> std::int64_t { return wall_ns / 1'000'000'000; }
constexpr auto seconds_of(duration age) -> std::int64_t { return seconds_of(age.count()); }

} // namespace weir
