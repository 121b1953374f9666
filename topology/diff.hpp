/// What has to change on a node that runs one plan so that it runs another: a pure function on plans.
#pragma once

#include "topology/plan.hpp"

#include <compare>
#include <string>
#include <vector>

namespace weir {

/// From a component to one that it sends to.
struct plan_edge {
  std::string from;
  std::string to;
  auto operator<=>(const plan_edge&) const = default;
};

/// Of what the node hosts; names of components, in the order of the plans. What is in none of these lists goes on as it is.
struct plan_changes {
  std::vector<std::string> added;
  std::vector<std::string> removed;  ///< a name that is added, too, stands for something else than before
  std::vector<std::string> replaced; ///< other settings: what it holds is taken over
  std::vector<std::string> rewired;  ///< the same settings among other neighbours
  std::vector<std::string> scaled;   ///< another number of instances, whatever else changes with them
  std::vector<plan_edge> joined;     ///< to or from what the node hosts
  std::vector<plan_edge> parted;

  auto empty() const -> bool {
    return added.empty() && removed.empty() && replaced.empty() && rewired.empty() && scaled.empty() && joined.empty()
           && parted.empty();
  }
  auto operator==(const plan_changes&) const -> bool = default;
};

/// A start is the difference from a plan without components, an end that to one.
auto diff(const topology_plan& running, const topology_plan& wanted, const std::vector<std::string>& classes)
    -> plan_changes;

/// Why the process has to be started anew for `wanted`, in words; empty if it need not.
auto wants_restart(const topology_plan& running, const topology_plan& wanted, std::string_view node) -> std::string;

/// Whether both say the same, wherever it stands in the file.
auto says_the_same(const config::value& a, const config::value& b) -> bool;

/// What only one of two actors can hold: its files, directories and addresses, on a node.
auto held_by(const component_plan& c, std::string_view node) -> std::vector<std::string>;

/// "added: a, b; changed: c", or that nothing is.
auto to_text(const plan_changes& changes) -> std::string;

} // namespace weir
