/// What a node that runs tells beside its figures.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/history_keeper.hpp"
#include "cli/tell/log_ring.hpp"
#include "cli/tell/teller.hpp"

#include <memory>
#include <string>

namespace weir {

/// Where the answers come from; outlives the teller.
struct topic_sources {
  std::shared_ptr<const cli::log_ring> log; ///< null: there is none
  cli::reloads& changes;
  const std::unique_ptr<node>& running; ///< there when somebody asks
  const std::string& source_node; ///< under which its collectors' positions are stored
  const std::unique_ptr<cli::history_keeper>& history; ///< null, when somebody asks: none is kept
};

void add_topics(cli::teller& to, const topic_sources& from);

} // namespace weir
