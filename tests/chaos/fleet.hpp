/// The weir processes: started, hurt and started again.
#pragma once

#include "tests/support/process.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::chaos {

using steady_time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

struct fault_counts {
  std::uint64_t kills = 0;        ///< SIGKILL
  std::uint64_t stops = 0;        ///< SIGSTOP, later SIGCONT
  std::uint64_t terms = 0;        ///< SIGTERM
  std::uint64_t slow_terms = 0;   ///< of these: killed, because it did not end in time
  std::uint64_t full_disks = 0;   ///< nothing left on the buffer's file system
  std::uint64_t quotas = 0;       ///< RLIMIT_FSIZE: no file may grow beyond what it is
  std::uint64_t own_ends = 0;     ///< a process ended though nobody told it to
  std::uint64_t crashes = 0;      ///< of these: by a signal
  std::uint64_t bad_statuses = 0; ///< of SIGTERM: a status other than 0
  auto operator+=(const fault_counts& other) -> fault_counts&;
};

/// What every node is started with.
struct fleet_settings {
  std::string weir;
  std::string topology;
  std::string logs; ///< folder; each node appends to a file of its own
};

class fleet {
public:
  enum class condition { running, stopped, ending, down };

  /// Nodes are named after their classes: "edge-1" of class "edge".
  fleet(fleet_settings settings, const std::vector<std::string>& classes);

  auto size() const -> std::size_t { return nodes_.size(); }
  auto state(std::size_t index) const -> condition { return nodes_[index].state; }
  auto counts() const -> const fault_counts& { return counts_; }
  auto counts() -> fault_counts& { return counts_; }
  /// 0 if it is down.
  auto pid(std::size_t index) const -> pid_t;
  auto name(std::size_t index) const -> const std::string& { return nodes_[index].name; }

  void kill(std::size_t index, steady_time back);
  void stop(std::size_t index, steady_time back);
  void terminate(std::size_t index, milliseconds pause);
  /// Takes notice of ends, and does what is due: continues, restarts.
  auto look(steady_time now) -> result<void>;
  /// All nodes run, without delay.
  auto revive() -> result<void>;
  /// SIGTERM to all; kills what does not end within the limit. Returns whether all ended with status 0.
  auto end_all(milliseconds limit) -> result<bool>;
  void kill_all();

private:
  struct node {
    std::string name;
    std::string type;
    condition state = condition::down;
    steady_time due{};     ///< to continue, to be started, to be killed
    milliseconds pause{0}; ///< between the end that was asked for and the next start
    std::optional<test::process> running;
  };
  auto start(node& which) -> result<void>;
  void note_end(node& which, int status, steady_time now);

  fleet_settings settings_;
  std::vector<node> nodes_;
  fault_counts counts_;
};

} // namespace weir::chaos
