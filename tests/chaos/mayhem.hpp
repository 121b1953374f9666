/// Decides which process is hurt next, how, and for how long.
#pragma once

#include "tests/chaos/disk.hpp"
#include "tests/chaos/fleet.hpp"
#include "tests/chaos/stream.hpp"

namespace weir::chaos {

class mayhem {
public:
  mayhem(fleet& nodes, scarce_disk& disk, milliseconds mean_pause, std::uint64_t seed);
  virtual ~mayhem() = default;
  mayhem(const mayhem&) = delete;
  auto operator=(const mayhem&) -> mayhem& = delete;

  /// Does what is due now.
  virtual auto look(steady_time now) -> result<void>;
  /// Takes back what is going on: full disks and quotas.
  virtual void cease();

protected:
  virtual auto hurt(std::size_t node, steady_time now) -> result<void>;

  fleet& nodes_;
  randomness random_;

private:
  auto hurt_some(steady_time now) -> result<void>;
  void fill_disk(steady_time now);
  void limit_files(std::size_t node, steady_time now);
  auto draw_stop() -> milliseconds;

  scarce_disk& disk_;
  milliseconds mean_pause_;
  steady_time next_{};
  steady_time disk_free_{};
};

/// How long a node is down: mostly for less than a second.
auto draw_downtime(randomness& random) -> milliseconds;

} // namespace weir::chaos
