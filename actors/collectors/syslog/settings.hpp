/// Settings of the source `syslog`.
#pragma once

#include "actors/collectors/network/tls_settings.hpp"
#include "runtime/codec/stream_framer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct syslog_source_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  network:
    type: syslog
    listen: ["udp://0.0.0.0:514", "tcp://0.0.0.0:514", "relp://0.0.0.0:2514"]
    tag: "syslog.{facility}"
    time_zone: Europe/Berlin             # of times that name none
    source_address_key: source_address
destination_aggregators:
  local: { from: [network], buffer: { path: weir-data/local } }
sinks:
  archive: { type: file, from: [local], path: "/srv/logs/{tag}-%Y-%m-%d.jsonl" }
)"};

  std::vector<std::string> listen;
  std::string tag = "syslog";
  stream_framing framing = stream_framing::automatic;
  byte_count max_message{std::uint64_t{64} << 10};
  std::string time_zone = "local";
  std::string source_address_key;
  std::string credentials_key = "credentials";
  byte_count receive_buffer{std::uint64_t{64} << 20};
  std::string socket_mode = "0666";
  std::uint32_t max_connections = 1024;
  duration handshake_timeout = std::chrono::seconds{10};
  duration message_timeout = std::chrono::minutes{1};
  std::optional<server_tls> tls;
};

template <class Visitor> void describe(Visitor& v, syslog_source_settings& s) {
  v.required("listen", s.listen,
             "One or several of udp://host:port, tcp://, tls://, relp://, relp+tls://, unix:/path (datagrams, such as /dev/log) and "
             "unix-stream:/path.");
  v.field("tag", s.tag, "Tag of the events; {facility}, {severity}, {host} and {ident} are those of the message.");
  v.field("framing", s.framing,
          "How messages follow one another on tcp, tls and unix-stream: auto tells octet counting, LF and NUL apart for each message.");
  v.field("max_message", s.max_message, "Of a longer message the beginning is taken, and the record marked with truncated: true.");
  v.field("time_zone", s.time_zone, "Of times that name none: local, UTC, +02:00 or Europe/Berlin.");
  v.field("source_address_key", s.source_address_key, "Put the sender's address into each record under this key.");
  v.field("credentials_key", s.credentials_key,
          "Put what the kernel says of the sender at a unix socket (pid, uid, gid) into each record under this key; empty: leave it out.");
  v.field("receive_buffer", s.receive_buffer, "What the kernel is to hold of datagrams, for each udp:// and unix: address.");
  v.field("socket_mode", s.socket_mode, "Permissions of unix sockets, octal.");
  v.field("max_connections", s.max_connections,
          "At the limit the longest idle one gives way, if a minute idle; else new ones are closed at once.");
  v.field("handshake_timeout", s.handshake_timeout, "Close connections that have not agreed on TLS by then.");
  v.field("message_timeout", s.message_timeout,
          "Close connections that stand still for so long in the middle of a message; 5s while others wait for memory.");
  v.field("tls", s.tls, "Certificates for tls:// and relp+tls://.");
}

void validate(const syslog_source_settings& s, config::settings_reader& reader);

} // namespace weir
