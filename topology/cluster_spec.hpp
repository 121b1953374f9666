/// The settings under `cluster`: what all nodes have in common, and how they find each other.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/units.hpp"

#include <string>
#include <vector>

namespace weir {

struct cluster_spec {
  std::string name = "weir";
  std::string listen;
  std::string advertise;
  std::vector<std::string> seeds;
  std::string zone;
  duration heartbeat = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};
  bool insecure = false;
};

template <class Visitor> void describe(Visitor& v, cluster_spec& s) {
  v.field("name", s.name, "Nodes of another cluster name are refused.");
  v.field("listen", s.listen,
          "host:port where nodes that host an aggregator or a sink let others in, those under nodes: apart. Port 0: any "
          "that is free.");
  v.field("advertise", s.advertise,
          "host:port where others reach this node, if that is not where it listens. Default: that, or the host's name "
          "where it listens on all addresses.");
  v.field("seeds", s.seeds,
          "Where a node that starts finds one that runs, and through it all others: host:port, dns+a://NAME:PORT, "
          "dns+srv://NAME or file:///PATH with one a line. None has to be there at the start. --join adds to them.");
  v.field("zone", s.zone, "Where this node is: a name that nodes share that fail together.");
  v.field("heartbeat", s.heartbeat, "How often nodes that are connected show that they live.");
  v.field("down_after", s.down_after, "A node that is silent for so long counts as down; what it had not acked goes elsewhere.");
  v.field("insecure", s.insecure, "Allow nodes to listen beyond loopback without TLS.");
}
void validate(const cluster_spec& spec, config::settings_reader& reader);

} // namespace weir
