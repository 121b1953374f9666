/// Dead letters on their way to a forward collector.
#pragma once

#include "cli/forward_client.hpp"
#include "cli/replay_file.hpp"

#include <cstdint>

namespace weir::cli {

struct replay_counts {
  std::uint64_t sent = 0; ///< and confirmed
  std::uint64_t damaged = 0;
};

auto replay_batch_to(forward_client& to, const replay_batch& batch, replay_counts& counts) -> result<void>;
/// All of the file that was not replayed before.
auto replay_rest(replay_file& file, forward_client& to, replay_counts& counts) -> result<void>;

} // namespace weir::cli
