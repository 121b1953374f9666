/// Which running node of this machine a command is about.
#pragma once

#include "cli/command.hpp"
#include "cli/runtime_directory.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

struct found_node {
  std::optional<running_node> node;
  int status = exit_done; ///< without one: how the command ends
};

/// By its name or as CLUSTER.NODE; the only one if `wanted` is empty. What is wrong is said, as by `weir COMMAND`; `none` is
/// the status where there is no such node.
auto find_node(const std::string& wanted, std::string_view command, int none, session& s) -> found_node;

/// Whether it runs on this machine, named so or as CLUSTER.NODE.
auto is_here(const std::string& node) -> bool;

} // namespace weir::cli
