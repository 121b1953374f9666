/// What an aggregator that runs is to be like from now on.
#pragma once

#include "actors/aggregators/outgoing_process.hpp"
#include "runtime/flow/buffer_policy.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/flow/outlet.hpp"
#include "runtime/log/chunk_log.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

struct aggregator_revision {
  std::vector<outlet_settings> outlets;
  std::vector<std::string> from_now; ///< of these, those that are new begin behind what the log holds
  inlet_settings window;
  full_policy when_full = full_policy::block;
  chunk_log_settings log; ///< its bounds count
  std::shared_ptr<outgoing_process> process;
};

} // namespace weir
