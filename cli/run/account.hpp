/// What a run says of itself at its start and at its end.
#pragma once

#include "cli/run/node_run.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir {

/// Of the collectors of a node; of the sinks, on a node without collectors.
struct run_totals {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t unsettled = 0;
};
auto sum_up(const std::vector<observation>& actors) -> run_totals;

/// The directories of the disk buffers that this node has, by component.
auto disk_buffers(const topology_plan& plan, const run_options& options)
    -> std::map<std::string, std::string>;

/// "weir 0.1.0 runs shop.yaml as node edge-1 (edge): collectors logs (tail); sinks db (sqlite)".
auto start_text(const topology_plan& plan, const run_options& options) -> std::string;

/// "stored 1,234; 56 wait in weir-data/buffer/core and are safe there; …": where all that this node took is.
auto account_text(const std::vector<observation>& actors, const std::map<std::string, std::string>& buffers)
    -> std::string;

} // namespace weir
