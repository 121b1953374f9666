/// Settings of the store `mqtt`.
#pragma once

#include "actors/sinks/messages/message_batch.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/network/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct mqtt_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  sensors: { type: tail, path: /var/log/sensors/*.log, tag: sensors, parse: { format: json } }
destination_aggregators:
  local: { from: [sensors], buffer: { path: weir-data/local } }
sinks:
  broker:
    type: mqtt
    from: [local]
    endpoints: ["broker-1.example:8883"]
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    topic: "logs/{tag}"
)"};

  network_settings network;
  std::string topic = "logs/{tag}";
  std::string time_zone = "UTC";
  std::string client_id;
  duration keepalive = std::chrono::seconds{60};
  std::uint32_t inflight = 100;
  bool retain = false;
  byte_count max_message{std::uint64_t{1} << 20};
  format_settings format;

  auto default_port() const -> std::uint16_t { return network.tls ? 8883 : 1883; }
};

template <class Visitor> void describe(Visitor& v, mqtt_settings& s) {
  describe_network(v, s.network, "host:port (1883 if none is given, 8883 with TLS) of a broker, and of those that stand in for it.");
  v.field("topic", s.topic,
          "The topic of an event; {tag}, {node}, {component} and strftime of the event time. What is no letter, digit, ., _ or - in a "
          "tag becomes _.");
  describe_name_zone(v, s.time_zone, "topic");
  v.field("client_id", s.client_id, "How this side calls itself, for brokers that want to know; one connection at a time may. Empty: the broker gives a name.");
  v.field("keepalive", s.keepalive, "How long the broker waits for a sign of life, and half of how long this side does before it asks for one; 0: for ever.");
  v.field("inflight", s.inflight, "How many messages may be without an ack.");
  v.field("retain", s.retain, "Whether the broker keeps the latest message of each topic for those who come later.");
  v.field("max_message", s.max_message, "The longest message that the broker takes; a longer one is a dead letter, as a broker would only hang up.");
  describe(v, s.format);
}

auto rules_of(const mqtt_settings& s) -> message_rules;
void validate(const mqtt_settings& s, config::settings_reader& reader);

} // namespace weir
