/// Settings of the store `redis`.
#pragma once

#include "actors/sinks/messages/message_batch.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/network/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct redis_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  stream:
    type: redis
    from: web
    endpoints: ["redis-1:6379", "redis-2:6379"]   # a server, and who takes over for it
    auth: { user: weir, password: changeme }      # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    stream: "logs:{tag}"
    max_length: 1000000
    replicas: 1
)"};

  network_settings network;
  std::string stream = "logs:{tag}";
  std::string time_zone = "UTC";
  std::string field = "event";
  std::uint64_t max_length = 0;
  std::uint32_t database = 0;
  std::uint32_t replicas = 0;
  format_settings format;
  std::string ledger;
};

inline constexpr auto redis_port = std::uint16_t{6379};

template <class Visitor> void describe(Visitor& v, redis_settings& s) {
  describe_network(v, s.network,
                   "host:port (6379 if none is given) of a server, and of those that may take over: the first that takes writes is used.");
  v.field("stream", s.stream,
          "The stream (key) of an event; {tag}, {node}, {component} and strftime of the event time. What is no letter, digit, ., _ "
          "or - in a tag becomes _.");
  describe_name_zone(v, s.time_zone, "stream");
  v.field("field", s.field, "The field of a stream's entry that has the event.");
  describe(v, s.format);
  v.field("max_length", s.max_length, "About how many entries a stream keeps, the latest ones (MAXLEN ~); 0: all.");
  v.field("database", s.database, "Its number.");
  v.field("replicas", s.replicas, "How many replicas have what counts as stored (WAIT), so that a failover to one of them loses nothing.");
  v.field("ledger", s.ledger,
          "Under what name the sink remembers what it has stored, in keys weir:ledger:NAME:...; sinks of that name share the "
          "memory, also those of other systems. Empty: its own name.");
}

auto rules_of(const redis_settings& s) -> message_rules;
void validate(const redis_settings& s, config::settings_reader& reader);

} // namespace weir
