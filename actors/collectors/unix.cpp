#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/plain_source.hpp"
#include "runtime/net/address.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

enum class unix_kind { stream, datagram };

constexpr auto names_of(unix_kind*) {
  return std::array<std::pair<std::string_view, unix_kind>, 2>{{{"stream", unix_kind::stream}, {"datagram", unix_kind::datagram}}};
}

class unix_source final : public plain_source {
public:
  struct settings {
    std::string path;
    unix_kind kind = unix_kind::stream;
    std::string tag = "unix";
    plain_framing framing = plain_framing::lf;
    byte_count max_message{1 << 20};
    std::string socket_mode = "0600";
    byte_count receive_buffer{std::uint64_t{4} << 20};
    std::uint32_t max_connections = 1024;
    duration message_timeout = std::chrono::minutes{1};
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }
  static auto descriptors(const settings&) -> descriptor_need { return {2, true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    return {.held = {{claim::kind::file, s.path, "path"}, {claim::kind::address, place_of(s), "path"}}};
  }
  static auto clients(const settings&) -> client_promise { return plain_promise(); }

  unix_source(const settings& s, const plugin_context& context) : plain_source(plain_settings(s), context) {}

private:
  static auto place_of(const settings& s) -> std::string { return (s.kind == unix_kind::stream ? "unix:" : "unixgram:") + s.path; }

  static auto plain_settings(const settings& s) -> plain_source_settings {
    auto made = plain_source_settings{s.tag, {}, s.framing, s.max_message.value};
    if (s.kind == unix_kind::stream)
      made.server.doors.push_back({place_of(s)});
    else
      made.datagrams.places.push_back(place_of(s));
    made.server.socket_mode = made.datagrams.socket_mode = socket_mode_of(s.socket_mode);
    made.server.connections_max = s.max_connections;
    made.server.message_timeout = s.message_timeout;
    made.datagrams.receive_buffer_bytes = s.receive_buffer.value;
    made.datagrams.message_bytes_max = std::min<std::size_t>(s.max_message.value, datagram_settings::largest);
    return made;
  }
};

template <class Visitor> void describe(Visitor& v, unix_source::settings& s) {
  v.required("path", s.path, "Where the socket is made; one that nobody listens at any more is replaced.");
  v.field("kind", s.kind, "stream: others connect and send lines; datagram: each datagram is an event.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("framing", s.framing, "How lines of a stream follow one another: each ends with LF (lf) or NUL (nul), or begins with its size and a blank (octets).");
  v.field("max_message", s.max_message, "Of a longer line the beginning is taken, and the record marked with truncated: true.");
  v.field("socket_mode", s.socket_mode, "Permissions of the socket, octal.");
  v.field("receive_buffer", s.receive_buffer, "What the kernel is to hold of datagrams; whoever sends more waits.");
  v.field("max_connections", s.max_connections,
          "At the limit the longest idle one gives way, if a minute idle; else new ones are closed at once.");
  v.field("message_timeout", s.message_timeout,
          "Close connections that stand still for so long in the middle of a line; 5s while others wait for memory.");
}

void validate(const unix_source::settings& s, config::settings_reader& reader) {
  if (const auto at = parse_endpoint("unix:" + s.path); !at || !s.path.starts_with('/'))
    reader.complain("path", "\"path\" wants an absolute path of at most 107 bytes, not \"" + s.path + '"');
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
  if (s.kind == unix_kind::stream) {
    reader.refuse_useless("receive_buffer", "it is for datagrams");
  } else {
    for (const auto* key : {"framing", "max_connections", "message_timeout"}) reader.refuse_useless(key, "a datagram is a line, and nobody connects");
  }
  check_message_limit(s.max_message, reader);
  check_receive_buffer(s.receive_buffer, reader);
  check_connections(s.max_connections, s.message_timeout, reader);
  check_socket_mode(s.socket_mode, reader);
}

const register_source<unix_source> registered_unix{"unix", "Receives lines or datagrams at a unix socket."};

} // namespace
} // namespace weir
