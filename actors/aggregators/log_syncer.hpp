/// Waits for the device on behalf of an aggregator, which goes on meanwhile.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/log/chunk_log.hpp"

#include <memory>

namespace weir {

struct log_sync {
  sync_job job;
  result<void> outcome;
};

/// Spawn detached. (sync, shared_ptr<log_sync>) comes back with its outcome.
auto log_syncer(caf::event_based_actor* self) -> caf::behavior;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<weir::log_sync>)
