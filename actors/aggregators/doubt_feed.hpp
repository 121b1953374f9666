/// What an aggregator with a log does for an outlet that waits for who may have a chunk (outlet_settings::unsure_for): after a
/// start, and for the next one. A view of its core; does nothing for other outlets.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"

#include <vector>

namespace weir {

class doubt_feed {
public:
  using receivers = std::vector<sender_links::receiver>;

  doubt_feed(aggregator_core& core, std::size_t outlet) : core_(core), outlet_(outlet) {}

  /// Holds back what the log has that an earlier process may have sent. What comes from now on does not wait for that.
  void begin();
  /// Hands on what is known of that, and takes more to ask about.
  void feed(monotonic_time now);
  /// Those of them that may get something, as the log has kept for the next start that they may.
  auto noted(const receivers& there) -> receivers;
  /// Who is not there and has acked all need not be asked then.
  void forget_others(const receivers& there);

private:
  auto waits() const -> bool;
  auto reader() -> outlet_feed& { return core_.readers_[outlet_]; }
  void fill(monotonic_time now);
  /// False: not now.
  auto take(record_number number, monotonic_time now) -> bool;

  aggregator_core& core_;
  std::size_t outlet_;
};

} // namespace weir
