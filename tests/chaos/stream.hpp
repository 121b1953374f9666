/// What is known of one numbered stream while it is written and stored.
#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>

namespace weir::chaos {

using randomness = std::mt19937_64;
using steady_time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// Whole numbers from low to high, both included.
inline auto pick(randomness& random, std::uint64_t low, std::uint64_t high) -> std::uint64_t {
  return std::uniform_int_distribution<std::uint64_t>{low, high}(random);
}
inline auto one_in(randomness& random, std::uint64_t times) -> bool { return pick(random, 1, times) == 1; }

/// Written by the stream's thread and by whoever looks into the stores.
struct stream_state {
  std::uint32_t id = 0;
  std::size_t stores = 0;           ///< index of the pair of stores that must have it
  bool may_delete = false;          ///< what is in the table is safe everywhere: its file may go
  bool may_cut = true;              ///< its file may be cut off where it stands
  bool only_live = false;           ///< rotated files no longer match the pattern
  std::atomic<bool> is_idle{false}; ///< its writer has seen that it is held
  std::atomic<std::uint64_t> begun{0}; ///< lines of which a file may have bytes; 0: as many as are written
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> stored{0};       ///< distinct lines in the table, or in both stores
  std::atomic<std::uint64_t> stored_floor{0}; ///< all lines below it are there
};

struct pace {
  std::uint64_t lines_per_second = 0; ///< of this stream; 0: as fast as it goes
  std::uint64_t ahead_max = 0;        ///< lines written and not stored yet
  const std::atomic<bool>* held = nullptr;
};

/// Between two looks at what other processes do.
inline void tick() { ::poll(nullptr, 0, 5); }

/// Waits that end early when the thread is to stop.
class pauses {
public:
  explicit pauses(std::stop_token stop) : stop_(std::move(stop)) {}
  auto is_over() const -> bool { return stop_.stop_requested(); }
  /// False if the thread is to stop.
  auto wait(std::chrono::milliseconds time) -> bool {
    auto lock = std::unique_lock{mutex_};
    return !changed_.wait_for(lock, stop_, time, [this] { return stop_.stop_requested(); });
  }

private:
  std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

/// How many lines may be written now, so that pace and distance are kept.
class throttle {
public:
  explicit throttle(pace wanted) : pace_(wanted), begun_(std::chrono::steady_clock::now()) {}
  auto room(stream_state& of, std::uint64_t most) const -> std::uint64_t {
    const auto held = pace_.held->load();
    of.is_idle = held;
    if (held) return 0;
    const auto written = of.written.load();
    const auto ahead = written - std::min(written, of.stored.load());
    auto lines = ahead >= pace_.ahead_max ? 0 : std::min(most, pace_.ahead_max - ahead);
    if (pace_.lines_per_second == 0) return lines;
    const auto elapsed = std::chrono::duration<double>{std::chrono::steady_clock::now() - begun_}.count();
    const auto due = static_cast<std::uint64_t>(elapsed * static_cast<double>(pace_.lines_per_second));
    return due <= written ? 0 : std::min(lines, due - written);
  }

private:
  pace pace_;
  std::chrono::steady_clock::time_point begun_;
};

} // namespace weir::chaos
