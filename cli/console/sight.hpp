/// The whole cluster as it is seen from a node at one moment, with rates since the moment before.
#pragma once

#include "runtime/os/clock.hpp"
#include "topology/node.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weir::cli {

struct actor_rates {
  double events_in = 0; ///< a second, as all of these
  double bytes_in = 0;
  double events_out = 0;
  double bytes_out = 0;
};

struct cluster_sight {
  std::int64_t at_ns = 0; ///< wall clock
  monotonic_time at{};    ///< when it was asked for, which is when those that answer did
  std::vector<node::node_report> nodes; ///< the one that looks first
  std::vector<member_view> members;
  std::map<std::string, actor_rates> rates; ///< by address of the actor; of those that were there before

  auto rates_of(const std::string& address) const -> actor_rates {
    const auto found = rates.find(address);
    return found == rates.end() ? actor_rates{} : found->second;
  }
};

/// How fast the actors of `now` went since `before`.
void add_rates(const std::vector<observation>& before, const std::vector<observation>& now, double seconds,
               std::map<std::string, actor_rates>& to);

/// Whose figures are missing, and why.
auto missing_in(const cluster_sight& seen) -> std::vector<std::string>;

/// Looks once for all who ask at about the same time, and not at all while nobody does. Thread-safe.
class sight_keeper {
public:
  explicit sight_keeper(node& of) : node_(of) {}
  /// Looked at within the last second; blocks while nodes are asked.
  auto latest() -> std::shared_ptr<const cluster_sight>;

private:
  auto look() -> std::shared_ptr<cluster_sight>;

  node& node_;
  std::mutex mutex_;
  std::shared_ptr<const cluster_sight> latest_;
  monotonic_time looked_at_{}; ///< when it was there: later than its figures, where a node let others wait
};

} // namespace weir::cli
