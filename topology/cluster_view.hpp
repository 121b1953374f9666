/// What a node is to the cluster, and which of the others it keeps a connection to: pure.
#pragma once

#include "runtime/cluster/member.hpp"
#include "topology/plan.hpp"

#include <set>
#include <string>
#include <vector>

namespace weir {

/// Whether more than collectors is there.
auto serves(const std::vector<const component_plan*>& hosted) -> bool;

/// The node as it is under a plan; without what a run adds: incarnation, address.
auto member_of(const topology_plan& plan, const std::string& node, const std::vector<std::string>& classes) -> member;

/// Of a node that hosts `hosted`: those that may host what these send to, by the file or as members; and, if it serves
/// and nodes may join, some of the other members that do, so that all such are joined however many there are: in the ring of their names the
/// next, the second next, the fourth next and so on; and those whose connection is lost, until it is known whether they live.
auto nodes_to_dial(const topology_plan& plan, const std::vector<const component_plan*>& hosted, const std::string& self,
                   const std::vector<member>& members, const std::set<std::string>& lost = {}) -> std::vector<node_address>;

} // namespace weir
