/// Decides which process is hurt next, how, and for how long.
#pragma once

#include "tests/chaos/disk.hpp"
#include "tests/chaos/fleet.hpp"
#include "tests/chaos/stream.hpp"

namespace weir::chaos {

class mayhem {
public:
  mayhem(fleet& nodes, scarce_disk& disk, milliseconds mean_pause, std::uint64_t seed);

  /// Does what is due now.
  auto look(steady_time now) -> result<void>;
  /// Takes back what is going on: full disks and quotas.
  void cease();

private:
  void hurt_some(steady_time now);
  void hurt(std::size_t node, steady_time now);
  void fill_disk(steady_time now);
  void limit_files(std::size_t node, steady_time now);
  auto draw_downtime() -> milliseconds;
  auto draw_stop() -> milliseconds;

  fleet& nodes_;
  scarce_disk& disk_;
  milliseconds mean_pause_;
  randomness random_;
  steady_time next_{};
  steady_time disk_free_{};
};

} // namespace weir::chaos
