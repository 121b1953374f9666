/// One round: a system is started, fed, hurt, healed, and its stores are counted.
#pragma once

#include "tests/chaos/account.hpp"
#include "tests/chaos/fleet.hpp"
#include "tests/chaos/site.hpp"

#include <atomic>

namespace weir::chaos {

struct round_outcome {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0; ///< of forward clients
  std::uint64_t resent = 0;
  std::chrono::milliseconds hurt_for{0};
  std::chrono::milliseconds healed_in{0}; ///< until everything was stored, after the last fault
  std::uint64_t copies_left = 0; ///< of events that are stored, in a cluster
  fault_counts faults;
  std::vector<store_account> stores;
  std::vector<std::string> problems; ///< what else went wrong

  auto is_clean() const -> bool;
};

/// Hurts for at most `limit`; ends earlier when bytes_max is written or `interrupted`.
auto run_round(const options& given, const std::filesystem::path& folder, std::uint64_t seed,
               std::chrono::milliseconds limit, const std::atomic<bool>& interrupted)
    -> result<round_outcome>;

} // namespace weir::chaos
