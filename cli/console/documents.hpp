/// The documents under /api/v1/ that tell figures; docs/console.md has their keys.
#pragma once

#include "cli/console/sight.hpp"
#include "cli/status/node_status.hpp"
#include "topology/plan.hpp"

#include <optional>
#include <string>

namespace weir::cli {

/// Whose console it is, and what it runs.
struct console_ground {
  const process_identity& who;
  const topology_plan& plan;
};

auto cluster_document(const console_ground& of, const cluster_sight& seen) -> std::string;
auto nodes_document(const console_ground& of, const cluster_sight& seen) -> std::string;
auto components_document(const console_ground& of, const cluster_sight& seen) -> std::string;
/// Nothing if the topology has no such component.
auto component_document(const console_ground& of, const cluster_sight& seen, const std::string& name)
    -> std::optional<std::string>;
auto actors_document(const console_ground& of, const cluster_sight& seen) -> std::string;
auto actor_document(const console_ground& of, const cluster_sight& seen, const std::string& address)
    -> std::optional<std::string>;
auto links_document(const console_ground& of, const cluster_sight& seen) -> std::string;
/// Components, what flows between them, and who holds up whom.
auto graph_document(const console_ground& of, const cluster_sight& seen) -> std::string;
/// accepted = settled + in flight + dropped, and by how much not.
auto accounts_document(const console_ground& of, const cluster_sight& seen) -> std::string;
auto files_document(const console_ground& of, const cluster_sight& seen) -> std::string;

} // namespace weir::cli
