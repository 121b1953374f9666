#include "cli/replay_sending.hpp"

namespace weir::cli {

auto replay_batch_to(forward_client& to, const replay_batch& batch, replay_counts& counts) -> result<void> {
  if (batch.count > 0) {
    WEIR_CHECK(to.send({batch.tag, batch.entries, batch.count, batch.id}));
    WEIR_CHECK(to.await_ack(batch.id));
  }
  counts.sent += batch.count;
  counts.damaged += batch.damaged;
  return {};
}

auto replay_rest(replay_file& file, forward_client& to, replay_counts& counts) -> result<void> {
  while (const auto batch = file.next()) {
    WEIR_CHECK(file.begin(*batch));
    WEIR_CHECK(replay_batch_to(to, *batch, counts));
    WEIR_CHECK(file.finish(*batch));
  }
  return {};
}

} // namespace weir::cli
