#include "runtime/net/address.hpp"
#include "topology/classes.hpp"
#include "topology/draft.hpp"
#include "topology/spec.hpp"

#include <algorithm>

namespace weir {
namespace {

using config::value;

auto contains(const std::vector<std::string>& names, std::string_view name) -> bool {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A section that is there and is a map; says so if it is something else.
auto map_under(draft& d, const value& root, std::string_view name, std::string_view of) -> const value* {
  const auto* found = root.find(name);
  if (found == nullptr || found->type == value::kind::null) return nullptr;
  if (found->is_map()) return found;
  d.complain(found->where,
             '"' + std::string{name} + "\" wants a map of " + std::string{of} + ", not " + found->describe());
  return nullptr;
}

void check_exposure(draft& d, const std::string& owner, const config::place& where, const std::string& host) {
  if (d.plan.insecure || d.plan.joining.tls || is_loopback(host)) return;
  d.complain(where,
             owner + ": listens on " + host
                 + ", which is not loopback; without TLS anybody who reaches it could join",
             "\"tls: {certificate, key, ca}\" under \"cluster\" lets in who has a certificate (`weir certs` makes them); "
             "\"insecure: true\" allows it without, in a network that you trust");
}

auto rights_of(const std::string& name, const class_rights_spec& spec) -> class_rights {
  auto rights = class_rights{name, spec.names};
  for (const auto& word : spec.may) {
    rights.may_observe = true; // who operates sees what it operates
    rights.may_operate = rights.may_operate || right_of(word) == right::operate;
  }
  return rights;
}

void read_allow(draft& d, const value& written) {
  const auto* found = map_under(d, written, "allow", "node classes");
  if (found == nullptr) return;
  if (!d.plan.joining.tls)
    return d.complain(found->where, "cluster: \"allow\" wants \"tls\": without certificates a node's name is what it says");
  auto& all = d.plan.joining.allow.emplace();
  for (const auto& m : found->members)
    all.push_back(rights_of(m.key, config::read_settings<class_rights_spec>(m.content, "cluster: allow: " + m.key, d.problems)));
}

/// Once the classes are known.
void check_allowed_classes(draft& d, const value& root) {
  const auto* cluster = root.find("cluster");
  const auto* allow = cluster == nullptr ? nullptr : cluster->find("allow");
  if (allow == nullptr || !allow->is_map()) return;
  for (const auto& m : allow->members)
    if (!contains(d.plan.classes, m.key))
      d.complain(m.where, "cluster: \"allow\" names the class \"" + m.key + "\", which \"placement\" does not have",
                 did_you_mean(m.key, d.plan.classes));
}

/// What could not be read was reported.
void read_joining(draft& d, const value& written, const cluster_spec& spec) {
  auto& to = d.plan.joining;
  if (spec.tls)
    to.tls = net::tls_settings{spec.tls->certificate, spec.tls->key, spec.tls->ca, net::tls_version::tls_1_3, spec.tls->crl};
  read_allow(d, written);
  if (const auto at = parse_endpoint(spec.listen); at && at->path.empty()) {
    to.listen = at->at;
    check_exposure(d, "cluster", written.find("listen")->where, at->at.host);
  }
  if (const auto at = parse_host_port(spec.advertise)) to.advertise = *at;
  for (const auto& text : spec.seeds)
    if (auto found = parse_seed(text)) to.seeds.push_back(std::move(*found));
  to.zone = spec.zone;
  to.heartbeat = spec.heartbeat;
  to.down_after = spec.down_after;
}

void read_cluster(draft& d, const value& root) {
  const auto* found = map_under(d, root, "cluster", "settings");
  if (found == nullptr) return;
  const auto spec = config::read_settings<cluster_spec>(*found, "cluster", d.problems);
  if (!is_valid_name(spec.name))
    d.complain(found->find("name")->where,
               "cluster: \"name\" wants letters, digits and _ . - only, not \"" + spec.name + '"');
  d.plan.cluster = spec.name;
  d.plan.insecure = spec.insecure;
  read_joining(d, *found, spec);
}

void host(draft& d, const std::string& class_name, const value& item) {
  if (!item.is_scalar())
    return d.complain(item.where,
                      "placement: \"" + class_name + "\" wants names of components, not " + item.describe());
  auto* c = d.find(item.scalar);
  if (c == nullptr)
    return d.complain(item.where,
                      "placement: \"" + class_name + "\" hosts \"" + item.scalar + "\", which does not exist",
                      did_you_mean(item.scalar, d.names()));
  if (contains(c->plan.classes, class_name))
    return d.complain(item.where, "placement: \"" + class_name + "\" names \"" + item.scalar + "\" twice");
  c->plan.classes.push_back(class_name);
}

/// True if the file has a placement to hold components against.
auto read_placement(draft& d, const value& root) -> bool {
  const auto* found = map_under(d, root, "placement", "node classes");
  if (found == nullptr || found->members.empty()) return false;
  for (const auto& m : found->members) {
    if (!is_valid_name(m.key))
      d.complain(m.where,
                 "placement: the class \"" + m.key + "\" wants letters, digits and _ . - only, 128 at most");
    d.plan.classes.push_back(m.key);
    if (m.content.is_scalar())
      host(d, m.key, m.content);
    else if (m.content.is_sequence())
      for (const auto& item : m.content.items) host(d, m.key, item);
    else
      d.complain(m.content.where,
                 "placement: \"" + m.key + "\" wants a list of components, not " + m.content.describe());
  }
  for (const auto& c : d.components)
    if (c.plan.classes.empty())
      d.complain(c.plan.where, c.owner() + ": is placed nowhere", "name it under a class of \"placement\"");
  return true;
}

void check_classes(draft& d, const std::string& owner, const value& written, const node_address& node) {
  const auto* as = written.find("as");
  for (std::size_t i = 0; i < node.classes.size(); ++i) {
    if (contains(d.plan.classes, node.classes[i])) continue;
    const auto& where = as->is_sequence() && i < as->items.size() ? as->items[i].where : as->where;
    d.complain(where,
               owner + ": \"as\" names the class \"" + node.classes[i]
                   + "\", which \"placement\" does not have",
               did_you_mean(node.classes[i], d.plan.classes));
  }
}

void read_node(draft& d, const value::member& m) {
  const auto owner = "node \"" + m.key + '"';
  if (!is_valid_name(m.key))
    d.complain(m.where, owner + ": a name wants letters, digits and _ . - only, 128 at most");
  if (!m.content.is_map())
    return d.complain(m.content.where, owner + ": wants {listen: host:port}, not " + m.content.describe());
  auto written = m.content;
  written.where = m.where;
  const auto spec = config::read_settings<node_spec>(written, owner, d.problems);
  auto node = node_address{m.key, {}, 0, spec.as};
  check_classes(d, owner, written, node);
  const auto* listen = written.find("listen");
  if (listen == nullptr || !listen->is_scalar()) return;
  const auto address = parse_host_port(spec.listen);
  if (!address) return d.complain(listen->where, owner + ": \"listen\" " + address.failure().what);
  node.host = address->host;
  node.port = address->port;
  check_exposure(d, owner, listen->where, node.host);
  for (const auto& other : d.plan.nodes)
    if (other.port == node.port && is_same_host(other.host, node.host))
      d.complain(listen->where, owner + ": listens on " + spec.listen + " like node \"" + other.name + '"');
  d.plan.nodes.push_back(std::move(node));
}

/// What is about several nodes, in a topology that is one process.
void refuse_nodes(draft& d, const value& root) {
  constexpr auto why = std::string_view{" does nothing here: without \"placement\" all runs in one process"};
  const auto refuse = [&](const std::string& owner, const value* written, const char* key) {
    const auto is_there = [&](const config::diagnostic& p) {
      return p.where.file == written->where.file && p.where.line == written->where.line
             && p.where.column == written->where.column;
    };
    // What could not even be read was reported.
    if (written == nullptr || std::any_of(d.problems.begin(), d.problems.end(), is_there)) return;
    d.complain(written->where, owner + '"' + key + '"' + std::string{why});
  };
  const auto* nodes = root.find("nodes");
  if (nodes != nullptr && !nodes->members.empty()) refuse({}, nodes, "nodes");
  const auto* cluster = root.find("cluster");
  for (const auto* key : {"listen", "advertise", "seeds", "zone", "heartbeat", "down_after", "tls", "allow", "insecure"})
    if (cluster != nullptr) refuse("cluster: ", cluster->find(key), key);
  for (const auto& c : d.components)
    if (instances_of(c.plan) == 1 && c.written.find("instances") == nullptr) refuse(c.owner() + ": ", c.written.find("balance"), "balance");
  for (const auto& c : d.components)
    if (replicas_of(c.plan) > 1) refuse(c.owner() + ": ", c.written.find("replicas"), "replicas");
}

/// Whether a sender finds an address of some node that may host `receiver`.
auto is_reachable(const draft& d, const component_plan& receiver) -> bool {
  if (d.plan.joining.listen) return true; // whoever joins with its class has one
  return std::any_of(d.plan.nodes.begin(), d.plan.nodes.end(), [&](const node_address& node) {
    return node.classes.empty() || share_a_class(node.classes, receiver.classes);
  });
}

void check_reach(draft& d, const component_plan& sender, const draft_component& receiver) {
  const auto is_remote = [&](const std::string& c) { return !contains(receiver.plan.classes, c); };
  const auto away = std::find_if(sender.classes.begin(), sender.classes.end(), is_remote);
  if (receiver.plan.classes.empty() || away == sender.classes.end() || is_reachable(d, receiver.plan)) return;
  const auto is_one = receiver.plan.classes.size() == 1;
  d.complain(receiver.plan.where,
             receiver.owner() + ": \"" + sender.name + "\" sends to it from class \"" + *away
                 + "\", but no node of class " + list_names(receiver.plan.classes) + " has an address",
             "nodes: { NAME: { listen: host:port, as: " + (is_one ? receiver.plan.classes.front() : "CLASS")
                 + " } } names one; with cluster: { listen: host:port } nodes join by themselves");
}

} // namespace

void place_components(draft& d, const value& root) {
  read_cluster(d, root);
  const auto is_placed = read_placement(d, root);
  if (const auto* nodes = map_under(d, root, "nodes", "nodes"))
    for (const auto& m : nodes->members) read_node(d, m);
  add_letter_collectors(d); // they are where their components are
  if (!is_placed) return refuse_nodes(d, root);
  check_allowed_classes(d, root);
  for (const auto& receiver : d.components)
    for (const auto& name : receiver.plan.from) check_reach(d, d.find(name)->plan, receiver);
}

} // namespace weir
