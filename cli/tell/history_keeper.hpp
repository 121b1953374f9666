/// Looks at the figures of this node once a second, and keeps how they were.
#pragma once

#include "cli/tell/question.hpp"
#include "runtime/measure/history.hpp"
#include "topology/node.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace weir::cli {

/// The figures of all actors of a component as one, by COMPONENT.MEASURE: the sum, of ages the greatest. Of a histogram:
/// NAME_p50 and NAME_p99 of what came since the call before.
class figures_reader {
public:
  auto read(const std::vector<observation>& actors) -> std::map<std::string, reading>;

private:
  void add(const observation& o, std::map<std::string, reading>& to);
  std::map<std::string, histogram> before_;
};

/// Thread-safe.
class history_keeper {
public:
  explicit history_keeper(node& of);
  ~history_keeper();
  history_keeper(const history_keeper&) = delete;
  auto operator=(const history_keeper&) -> history_keeper& = delete;

  /// "history?series=A.x,B.y&from=SECONDS_AGO&step=": of the whole cluster, with alone= of this node; without series the
  /// names that this node has.
  auto tell(const question& what) -> result<std::string>;

private:
  void work();
  void look();
  auto second() const -> std::int64_t;

  node& node_;
  const std::int64_t began_ns_;    ///< wall clock
  const monotonic_time began_at_;  ///< the same moment: a clock that is set does not bend what is kept
  figures_reader reads_;
  mutable std::mutex guard_;
  std::condition_variable ends_;
  history history_;
  bool is_over_ = false;
  std::thread thread_;
};

} // namespace weir::cli
