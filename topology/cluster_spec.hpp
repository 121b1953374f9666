/// The settings under `cluster`: what all nodes have in common, and how they find each other.
#pragma once

#include "actors/system/right.hpp"
#include "config/settings.hpp"
#include "runtime/base/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// {node} in a path is the node's name.
struct cluster_tls_spec {
  std::string certificate;
  std::string key;
  std::string ca;
  std::string crl;
};

template <class Visitor> void describe(Visitor& v, cluster_tls_spec& s) {
  v.required("certificate", s.certificate,
             "PEM file: this node's certificate, and those between it and its authority. It has the node's name among its "
             "DNS names, for clients and servers alike. {node} is the node's name.");
  v.required("key", s.key, "PEM file: its key.");
  v.required("ca", s.ca, "PEM file of authorities: other nodes need a certificate of one of them.");
  v.field("crl", s.crl, "PEM file of the authorities' lists of revoked certificates.");
}

auto right_of(std::string_view word) -> std::optional<right>;

/// Of a class under cluster: allow:.
struct class_rights_spec {
  std::vector<std::string> names;
  std::vector<std::string> may;
};

template <class Visitor> void describe(Visitor& v, class_rights_spec& s) {
  v.field("names", s.names, "Patterns of node names, * for anything: only such nodes may run as the class. Default: any.");
  v.field("may", s.may,
          "observe: see the figures of other nodes; operate: also drain and reload them. Default: neither.");
}
void validate(const class_rights_spec& spec, config::settings_reader& reader);

struct cluster_spec {
  std::string name = "weir";
  std::string listen;
  std::string advertise;
  std::vector<std::string> seeds;
  std::string zone;
  duration heartbeat = std::chrono::seconds{1};
  duration down_after = std::chrono::seconds{5};
  std::optional<cluster_tls_spec> tls;
  config::value allow;
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
  v.field("tls", s.tls, "Certificates of nodes: all connections between them are encrypted, and both sides know who the other is.");
  v.field("allow", s.allow,
          "A map of classes to {names: [PATTERN, …], may: [observe, operate]}: which nodes may run as them, and what these may "
          "do. Classes that are left out run nowhere. Default: any node runs as any class, and those that host destination "
          "aggregators or sinks may observe and operate others.");
  v.field("insecure", s.insecure, "Allow nodes to listen beyond loopback without TLS.");
}
void validate(const cluster_spec& spec, config::settings_reader& reader);

} // namespace weir
