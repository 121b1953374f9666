/// Plug-ins that fail when a test says so, and the world they share with it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace weir::test {

/// One for each test; plug-ins reach it through the_world().
struct stumbling_world {
  /// Throws at every n-th call, a few times; 0: never.
  struct stumbles {
    std::uint64_t every = 0;
    std::uint64_t times = 0;
    std::uint64_t calls = 0;
    void step(const char* what);
  };

  std::mutex mutex;
  std::condition_variable changed;
  stumbles source;
  stumbles operators;
  stumbles store;
  bool store_stopped = false;
  bool store_blocks = false;           ///< in the middle of a commit, until that is over
  std::uint64_t source_blocks_at = UINT64_MAX; ///< in the middle of a read behind so many events, until that is over
  std::uint64_t rejected = UINT64_MAX; ///< the number that the store will never take
  std::uint64_t events = 0;            ///< that the source has
  std::uint64_t payload_bytes = 16;    ///< of each
  std::vector<std::uint64_t> stored;   ///< their numbers, as they came
  std::set<const void*> bodies;        ///< of the chunks committed
  std::uint64_t refused_commits = 0;

  /// Waits until so many events are stored; false after a minute.
  auto stored_all(std::uint64_t count) -> bool;
  /// Waits until the store refused a commit; false after a minute.
  auto refused_some() -> bool;
  /// Whether exactly 0 … events-1 are stored, each once.
  auto each_once() -> bool;
};

auto the_world() -> stumbling_world*&;

} // namespace weir::test
