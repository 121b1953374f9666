/// The weir processes: started, hurt and started again.
#pragma once

#include "tests/chaos/place.hpp"
#include "tests/chaos/stream.hpp"
#include "tests/support/process.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::chaos {

struct fault_counts {
  std::uint64_t kills = 0;        ///< SIGKILL
  std::uint64_t stops = 0;        ///< SIGSTOP, later SIGCONT
  std::uint64_t terms = 0;        ///< SIGTERM
  std::uint64_t slow_terms = 0;   ///< of these: killed, because it did not end in time
  std::uint64_t full_disks = 0;   ///< nothing left on the buffer's file system
  std::uint64_t quotas = 0;       ///< RLIMIT_FSIZE: no file may grow beyond what it is
  std::uint64_t lost_disks = 0;   ///< of the kills: the buffers were removed, too
  std::uint64_t cuts = 0;         ///< all connections to a node reset
  std::uint64_t stalls = 0;       ///< what goes one way to or from a node waits
  std::uint64_t delays = 0;       ///< what goes to and from a node takes up to half a second
  std::uint64_t joins = 0;        ///< a further node
  std::uint64_t leaves = 0;       ///< `weir drain` of that
  std::uint64_t reloads = 0;      ///< SIGHUP
  std::uint64_t renewals = 0;     ///< of certificates
  std::uint64_t server_kills = 0; ///< of the database
  std::uint64_t server_stops = 0; ///< of that, too
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
  enum class condition { running, stopped, ending, leaving, down, absent };

  /// Guests are absent.
  fleet(fleet_settings settings, const std::vector<node_place>& places);

  auto size() const -> std::size_t { return nodes_.size(); }
  auto state(std::size_t index) const -> condition { return nodes_[index].state; }
  auto counts() const -> const fault_counts& { return counts_; }
  auto counts() -> fault_counts& { return counts_; }
  /// 0 if it is down.
  auto pid(std::size_t index) const -> pid_t;
  auto place(std::size_t index) const -> const node_place& { return nodes_[index].at; }

  void kill(std::size_t index, steady_time back);
  /// Kills it and removes what it had on its disk.
  auto destroy(std::size_t index, steady_time back) -> result<void>;
  void stop(std::size_t index, steady_time back);
  void terminate(std::size_t index, milliseconds pause);
  void reload(std::size_t index);
  /// Of a guest: it comes, and is drained. When that is over it is absent; if it is killed meanwhile it comes back.
  void join(std::size_t index, steady_time when);
  auto leave(std::size_t index) -> result<void>;
  /// Takes notice of ends, and does what is due: continues, restarts.
  auto look(steady_time now) -> result<void>;
  /// All nodes run, guests too, without delay.
  auto revive() -> result<void>;
  /// SIGTERM to all, or all of a class; kills all if these do not end within the limit. Whether they ended with status 0.
  auto end_all(milliseconds limit, const std::string& type = {}) -> result<bool>;
  void kill_all();

private:
  struct node {
    node_place at;
    condition state = condition::down;
    steady_time due{};     ///< to continue, to be started, to be killed
    milliseconds pause{0}; ///< between the end that was asked for and the next start
    bool is_reloaded = false; ///< since it was started
    std::optional<test::process> running;
  };
  auto start(node& which) -> result<void>;
  void note(const node& about, const std::string& text) const;
  void note_end(node& which, int status, steady_time now);
  void look_at_drain();

  fleet_settings settings_;
  std::vector<node> nodes_;
  std::optional<test::process> drain_;
  std::size_t draining_ = 0; ///< whom
  fault_counts counts_;
};

} // namespace weir::chaos
