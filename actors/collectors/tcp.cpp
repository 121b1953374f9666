#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/plain_source.hpp"
#include "actors/collectors/network/tls_settings.hpp"
#include "runtime/net/address.hpp"

#include <algorithm>

namespace weir {
namespace {

class tcp_source final : public plain_source {
public:
  struct settings {
    std::vector<std::string> listen;
    std::string tag = "tcp";
    plain_framing framing = plain_framing::lf;
    byte_count max_message{1 << 20};
    std::string source_address_key;
    std::uint32_t max_connections = 1024;
    duration handshake_timeout = std::chrono::seconds{10};
    duration message_timeout = std::chrono::minutes{1};
    std::optional<server_tls> tls;
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + s.listen.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    for (const auto& place : s.listen) made.held.push_back({claim::kind::address, place, "listen"});
    return made;
  }
  static auto clients(const settings&) -> client_promise { return plain_promise(); }

  tcp_source(const settings& s, const plugin_context& context) : plain_source(plain_settings(s), context) {}

private:
  static auto plain_settings(const settings& s) -> plain_source_settings {
    auto made = plain_source_settings{s.tag, s.source_address_key, s.framing, s.max_message.value};
    for (const auto& place : s.listen) made.server.doors.push_back({place, s.tls.has_value()});
    if (s.tls) made.server.tls = s.tls->files();
    made.server.connections_max = s.max_connections;
    made.server.handshake_timeout = s.handshake_timeout;
    made.server.message_timeout = s.message_timeout;
    return made;
  }
};

template <class Visitor> void describe(Visitor& v, tcp_source::settings& s) {
  v.required("listen", s.listen, "host:port, one or several.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("framing", s.framing, "How lines follow one another: each ends with LF (lf) or NUL (nul), or begins with its size and a blank (octets).");
  v.field("max_message", s.max_message, "Of a longer line the beginning is taken, and the record marked with truncated: true.");
  v.field("source_address_key", s.source_address_key, "Put the client's address into each record under this key.");
  v.field("max_connections", s.max_connections,
          "At the limit the longest idle one gives way, if a minute idle; else new ones are closed at once.");
  v.field("handshake_timeout", s.handshake_timeout, "Close connections that have not agreed on TLS by then.");
  v.field("message_timeout", s.message_timeout,
          "Close connections that stand still for so long in the middle of a line; 5s while others wait for memory.");
  v.field("tls", s.tls, "Certificates; without it connections are not encrypted.");
}

void validate(const tcp_source::settings& s, config::settings_reader& reader) {
  if (s.listen.empty()) reader.complain("listen", "\"listen\" wants an address, such as 0.0.0.0:5170");
  for (const auto& text : s.listen)
    if (const auto at = parse_endpoint(text); !at || !at->path.empty())
      reader.complain("listen", "\"listen\" wants host:port, not \"" + text + '"');
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
  if (!s.tls) reader.refuse_useless("handshake_timeout", "without \"tls\" there is nothing to agree on");
  if (s.handshake_timeout <= duration::zero()) reader.complain("handshake_timeout", "\"handshake_timeout\" wants to be more than 0");
  check_message_limit(s.max_message, reader);
  check_connections(s.max_connections, s.message_timeout, reader);
}

const register_source<tcp_source> registered_tcp{"tcp", "Receives lines over TCP, with or without TLS."};

} // namespace
} // namespace weir
