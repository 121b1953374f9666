#include "tests/chaos/server_mayhem.hpp"

namespace weir::chaos {

/// A server takes seconds to come back, and writers have to find it again.
auto server_mayhem::look(steady_time now) -> result<void> {
  WEIR_CHECK(mayhem::look(now));
  WEIR_CHECK(server_.look(now));
  if (now < next_for_server_) return {};
  if (next_for_server_ != steady_time{}) hurt_server(now);
  next_for_server_ = now + milliseconds{pick(random_, 2000, 10'000)};
  return {};
}

void server_mayhem::hurt_server(steady_time now) {
  if (one_in(random_, 2)) {
    if (server_.freeze(now + milliseconds{pick(random_, 100, 6000)})) ++nodes_.counts().server_stops;
  } else if (server_.kill(now + milliseconds{pick(random_, 0, 2000)})) {
    ++nodes_.counts().server_kills;
  }
}

} // namespace weir::chaos
