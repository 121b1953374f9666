/// Settings of the forward store.
#pragma once

#include "actors/sinks/network/settings.hpp"
#include "config/settings.hpp"
#include "runtime/codec/compression.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct forward_receiver {
  std::string at;
  std::uint32_t weight = 1;
  bool standby = false;
};

struct forward_store_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  apps: { type: tail, path: /var/log/apps/*.log, tag: apps, parse: { format: json } }
destination_aggregators:
  local: { from: [apps], buffer: { path: weir-data/local } }
sinks:
  center:
    type: forward
    from: [local]
    servers:
      - { at: "logs-1.example:24224", weight: 2 }
      - { at: "logs-2.example:24224" }
      - { at: "logs-3.example:24224", standby: true }
    shared_key: changeme                 # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    compress: gzip
    ack_timeout: 30s
)"};

  network_settings network;
  std::vector<forward_receiver> servers;
  std::string tag = "{tag}";
  compression compress = compression::none;
  bool require_ack = true;
  std::optional<duration> ack_timeout;
  config::secret shared_key;
  bool empty_shared_key = false;
  std::string self_hostname;
  bool keepalive = true;
  bool time_as_integer = false;
  byte_count max_message{std::uint64_t{1} << 20};
  std::string ledger;

  auto logs_in() const -> bool { return empty_shared_key || !shared_key.value.empty(); }
  auto ack_patience() const -> duration { return ack_timeout.value_or(network.timeout.request); }
  /// Of `endpoints` or `servers`.
  auto receivers() const -> std::vector<forward_receiver>;
};

template <class Visitor> void describe(Visitor& v, forward_receiver& s) {
  v.required("at", s.at, "host:port or unix:/path.");
  v.field("weight", s.weight, "Its share, beside those of the others; 0: nothing is sent there.");
  v.field("standby", s.standby, "It stands in for others that are left out, and for nobody else.");
}

template <class Visitor> void describe(Visitor& v, forward_store_settings& s) {
  describe_network(v, s.network,
                   "host:port or unix:/path of one receiver or several, which take turns. One that fails is left out for a while, "
                   "longer each time, and then tried again. \"servers\" in its place tells more of each.");
  v.field("servers", s.servers, "The same with weights and standbys: {at, weight, standby} each.");
  v.field("tag", s.tag, "The tag to send; {tag} is the event's own, {node} and {component} are these.");
  v.field("compress", s.compress, "none, gzip or zstd; Fluentd, Fluent Bit and Weir know gzip, newer ones zstd.");
  v.field("require_ack", s.require_ack,
          "Each message has an id, and counts as stored when the receiver has acknowledged it. false: when this system has "
          "taken it; what is under way when a connection or a receiver ends is lost.");
  v.field("ack_timeout", s.ack_timeout,
          "A receiver that takes and acknowledges nothing for so long has failed: what it may have is sent again, under the same "
          "id. Default: \"timeout: request\".");
  v.field("shared_key", s.shared_key, "The key that both sides show to know; empty: there is no login.");
  v.field("empty_shared_key", s.empty_shared_key, "Log in with a user alone and no key.");
  v.field("self_hostname", s.self_hostname,
          "How this side calls itself when it logs in, and no receiver may be called; default: COMPONENT.NODE.");
  v.field("keepalive", s.keepalive, "false: a connection for each message.");
  v.field("time_as_integer", s.time_as_integer, "Times in whole seconds, for receivers that know no others.");
  v.field("max_message", s.max_message, "Events of one tag and chunk that are more than this are several messages.");
  v.field("ledger", s.ledger,
          "The file that remembers what was acknowledged: after a restart a collector goes on behind it, and what comes again "
          "for no need is not sent again. Empty: none, and a disk buffer before the sink does most of that. With it there is one "
          "writer.");
}

void validate(const forward_receiver& s, config::settings_reader& reader);
void validate(const forward_store_settings& s, config::settings_reader& reader);

} // namespace weir
