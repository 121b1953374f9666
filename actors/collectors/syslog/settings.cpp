#include "actors/collectors/syslog/settings.hpp"

#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/syslog/places.hpp"
#include "actors/collectors/syslog/tag.hpp"
#include "runtime/os/time_zone.hpp"

namespace weir {
namespace {

/// What the places that are given have use for.
struct syslog_needs {
  bool datagrams = false, connections = false, framing = false, tls = false, unix_sockets = false, addresses = false;
};

void note_needs(const syslog_place& at, syslog_needs& of) {
  const auto is_unix = at.place.starts_with("unix");
  of.datagrams = of.datagrams || at.way == syslog_way::datagrams;
  of.connections = of.connections || at.way != syslog_way::datagrams;
  of.framing = of.framing || at.way == syslog_way::stream;
  of.tls = of.tls || at.is_encrypted;
  of.unix_sockets = of.unix_sockets || is_unix;
  of.addresses = of.addresses || !is_unix;
}

void check_syslog_uses(const syslog_source_settings& s, const syslog_needs& of, config::settings_reader& reader) {
  if (of.tls && !s.tls) reader.complain("tls", "tls:// and relp+tls:// want \"tls\" with a certificate and its key");
  if (!of.tls) reader.refuse_useless("tls", "no address is tls:// or relp+tls://");
  if (!of.tls) reader.refuse_useless("handshake_timeout", "no address is tls:// or relp+tls://");
  if (!of.framing) reader.refuse_useless("framing", "no address is tcp://, tls:// or unix-stream:");
  if (!of.datagrams) reader.refuse_useless("receive_buffer", "no address is udp:// or unix:");
  if (!of.unix_sockets) reader.refuse_useless("socket_mode", "no address is a unix socket");
  if (!of.unix_sockets) reader.refuse_useless("credentials_key", "no address is a unix socket");
  if (!of.addresses) reader.refuse_useless("source_address_key", "unix sockets have no addresses");
  for (const auto* key : {"max_connections", "message_timeout"})
    if (!of.connections) reader.refuse_useless(key, "no address takes connections");
}

} // namespace

void validate(const syslog_source_settings& s, config::settings_reader& reader) {
  auto needs = syslog_needs{};
  if (s.listen.empty()) reader.complain("listen", "\"listen\" wants an address, such as udp://0.0.0.0:514");
  for (const auto& text : s.listen)
    if (const auto at = parse_syslog_place(text); at)
      note_needs(*at, needs);
    else
      reader.complain("listen", "\"listen\" " + at.failure().what);
  if (const auto tag = syslog_tag::compile(s.tag); !tag) reader.complain("tag", "\"tag\" " + tag.failure().what);
  if (const auto zone = time_zone::named(s.time_zone); !zone) reader.complain("time_zone", "\"time_zone\": " + zone.failure().what);
  check_syslog_uses(s, needs, reader);
  check_message_limit(s.max_message, reader);
  check_receive_buffer(s.receive_buffer, reader);
  check_connections(s.max_connections, s.message_timeout, reader);
  check_socket_mode(s.socket_mode, reader);
  if (s.handshake_timeout <= duration::zero()) reader.complain("handshake_timeout", "\"handshake_timeout\" wants to be more than 0");
}

} // namespace weir
