/// Settings of the store `syslog`.
#pragma once

#include "actors/sinks/network/settings.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class syslog_protocol { tcp, udp, relp };
enum class syslog_framing { octet_counting, line_feed };
enum class syslog_too_long { refuse, cut };

constexpr auto names_of(syslog_protocol*) {
  return std::array<std::pair<std::string_view, syslog_protocol>, 3>{
      {{"tcp", syslog_protocol::tcp}, {"udp", syslog_protocol::udp}, {"relp", syslog_protocol::relp}}};
}
constexpr auto names_of(syslog_framing*) {
  return std::array<std::pair<std::string_view, syslog_framing>, 2>{
      {{"octet_counting", syslog_framing::octet_counting}, {"line_feed", syslog_framing::line_feed}}};
}
constexpr auto names_of(syslog_too_long*) {
  return std::array<std::pair<std::string_view, syslog_too_long>, 2>{{{"refuse", syslog_too_long::refuse}, {"cut", syslog_too_long::cut}}};
}

struct syslog_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  apps: { type: tail, path: /var/log/apps/*.log, tag: apps, parse: { format: json } }
destination_aggregators:
  local: { from: [apps], buffer: { path: weir-data/local } }
sinks:
  center:
    type: syslog
    from: [local]
    endpoints: ["logs-1.example:6514", "logs-2.example:6514"]   # the second stands in for the first
    protocol: relp                       # or tcp, udp
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    facility: local3
    app: "{tag}"
    severity_field: level
    structured_data: { request: http.request, user: user.name }
)"};

  network_settings network;
  syslog_protocol protocol = syslog_protocol::tcp;
  syslog_framing framing = syslog_framing::octet_counting;
  std::string facility = "user";
  std::string severity = "info";
  std::string severity_field = "level";
  std::string host = "{node}";
  std::string host_field = "host";
  std::string app = "{tag}";
  std::string procid_field = "pid";
  std::string msgid_field;
  std::string message_field = "message";
  config::string_map structured_data;
  std::string structured_data_id = "fields@32473";
  byte_count max_message{std::uint64_t{8} << 10};
  syslog_too_long too_long = syslog_too_long::refuse;

  auto default_port() const -> std::uint16_t;
};

template <class Visitor> void describe(Visitor& v, syslog_settings& s) {
  describe_network(v, s.network,
                   "host:port of a receiver, and of those that stand in for it; without a port 514, with TLS 6514, for RELP 2514.");
  v.field("protocol", s.protocol,
          "tcp (RFC 6587, with TLS RFC 5425), udp (RFC 5426) or relp. Only relp has acks: of tcp what a receiver's system had taken "
          "and it had not read is lost when it dies, of udp anything.");
  v.field("framing", s.framing, "Of tcp: octet_counting, or line_feed for receivers that know nothing else; a message is one line then.");
  v.field("facility", s.facility, "kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, local0 to local7, or 0..23.");
  v.field("severity", s.severity, "emerg, alert, crit, err, warning, notice, info, debug, or 0..7: of events that do not say theirs.");
  v.field("severity_field", s.severity_field, "A field that says it, in these words or those of loggers (error, warn, fatal, trace ...); empty: none.");
  v.field("host", s.host, "Of events that do not say theirs; {node}, {component} and {tag}.");
  v.field("host_field", s.host_field, "A field that says it; empty: none.");
  v.field("app", s.app, "The application's name; {tag}, {node} and {component}.");
  v.field("procid_field", s.procid_field, "A field with the number of the process; empty: none.");
  v.field("msgid_field", s.msgid_field, "A field with the kind of message; empty: none.");
  v.field("message_field", s.message_field, "The field that is the message; events without it, or all if it is empty, are sent as JSON.");
  v.field("structured_data", s.structured_data, "Further fields that are sent: names, and paths of fields.");
  v.field("structured_data_id", s.structured_data_id, "What they stand under: a name, @ and a number of an enterprise.");
  v.field("max_message", s.max_message, "The longest message that the receiver takes, header included.");
  v.field("too_long", s.too_long, "What becomes of a longer one: refuse makes it a dead letter, cut sends its beginning.");
}

void validate(const syslog_settings& s, config::settings_reader& reader);

} // namespace weir
