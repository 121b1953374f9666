/// What Weir itself has to say, as events: whoever makes a stream of it listens, and gets what is told from then on.
#pragma once

#include "runtime/os/owned_fd.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace weir {

struct own_event {
  std::string tag;
  std::int64_t time_ns = 0;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Thread-safe.
class own_events {
public:
  static constexpr auto waiting_max = std::size_t{10'000};

  /// Of one listener. It is heard no more once it is destroyed.
  class ear {
  public:
    ear();
    /// Readable when there is something to take.
    auto fd() const -> int { return wake_.fd(); }
    auto take() -> std::vector<own_event>;
    /// Those that were told while `waiting_max` waited, since the last call.
    auto take_missed() -> std::uint64_t;

  private:
    friend class own_events;
    void hear(const own_event& what);

    owned_fd wake_;
    std::mutex guard_;
    std::deque<own_event> waiting_;
    std::uint64_t missed_ = 0;
  };

  auto listen() -> std::shared_ptr<ear>;
  /// Does nothing while nobody listens.
  void tell(const own_event& what);

private:
  std::mutex guard_;
  std::vector<std::weak_ptr<ear>> ears_;
};

/// Of this process.
auto own_events_here() -> own_events&;

} // namespace weir
