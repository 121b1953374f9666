/// Where chunks pass that somebody may want to look at, and what holds them until he does. Whoever passes them on never waits:
/// what does not fit is left out, and counted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace weir {

struct chunk; // runtime/event/chunk.hpp

/// Of one who looks, at any number of points. Thread-safe.
class tap_ring {
public:
  struct passed {
    std::shared_ptr<const chunk> what;
    std::uint64_t events = 0;
    std::size_t bytes = 0;
  };
  /// Of what it holds, and so keeps in memory.
  struct bounds {
    std::size_t chunks = 16;
    std::size_t bytes = std::size_t{4} << 20; ///< but for a chunk that is alone
  };
  struct contents {
    std::deque<passed> chunks;      ///< in the order in which they passed
    std::uint64_t events = 0;       ///< that passed since the last call, these and others
    std::uint64_t left_out = 0;     ///< of these: there was no room
  };

  tap_ring() = default;
  explicit tap_ring(bounds most) : most_(most) {}

  void put(passed one);
  auto take() -> contents;

private:
  const bounds most_{};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::mutex guard_; ///< held for some pointers, and never waited for by put()
  std::deque<passed> chunks_;
  std::size_t bytes_ = 0;
};

/// Of an actor, which calls note(). Thread-safe.
class tap_point {
public:
  auto is_watched() const -> bool { return watchers_.load(std::memory_order_relaxed) != 0; }
  /// Costs one load while nobody looks.
  template <class Chunk> void note(const std::shared_ptr<Chunk>& c) {
    if (is_watched() && c->count > 0) put({c, c->count, c->body.size()});
  }

  /// Twice is as once.
  void add(const std::shared_ptr<tap_ring>& who);
  void remove(const std::shared_ptr<tap_ring>& who);

private:
  void put(const tap_ring::passed& one);

  std::atomic<std::uint32_t> watchers_{0};
  std::mutex guard_;
  std::vector<std::shared_ptr<tap_ring>> rings_;
};

/// An actor's.
struct tap_points {
  tap_point entry;
  tap_point exit;
};

} // namespace weir
