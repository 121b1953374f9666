/// The way in for other nodes.
#pragma once

#include "actors/system/cluster.hpp"
#include "actors/system/gate.hpp"
#include "actors/system/node_connection.hpp"
#include "runtime/net/listener.hpp"
#include "topology/rights.hpp"

#include <memory>

namespace weir {

/// What becomes of those who connect.
struct entrance {
  std::shared_ptr<wire_commons> wires;
  node_identity me;
  std::shared_ptr<const current_plan> plan;
  gate_actor gate;
  node_answers answers;
  cluster_actor cluster;
  duration down_after;
};

/// Those who connect are taken for what they say they are once their certificate and the plan of that moment bear it out. All
/// in the io thread.
auto open_entrance(net::io_thread& network, const host_port& at, net::listener_settings how, entrance leads_to)
    -> result<std::unique_ptr<net::listener>>;

} // namespace weir
