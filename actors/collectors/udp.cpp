#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/plain_source.hpp"
#include "runtime/net/address.hpp"

#include <algorithm>

namespace weir {
namespace {

class udp_source final : public plain_source {
public:
  struct settings {
    std::vector<std::string> listen;
    std::string tag = "udp";
    byte_count max_message{64 << 10};
    std::string source_address_key;
    byte_count receive_buffer{std::uint64_t{64} << 20};
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + s.listen.size(), false}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    for (const auto& place : s.listen) made.held.push_back({claim::kind::address, "udp://" + place, "listen"});
    return made;
  }
  static auto clients(const settings&) -> client_promise { return plain_promise(); }

  udp_source(const settings& s, const plugin_context& context) : plain_source(plain_settings(s), context) {}

private:
  static auto plain_settings(const settings& s) -> plain_source_settings {
    auto made = plain_source_settings{s.tag, s.source_address_key, plain_framing::lf, s.max_message.value};
    for (const auto& place : s.listen) made.datagrams.places.push_back("udp://" + place);
    made.datagrams.receive_buffer_bytes = s.receive_buffer.value;
    made.datagrams.message_bytes_max = std::min<std::size_t>(s.max_message.value, datagram_settings::largest);
    return made;
  }
};

template <class Visitor> void describe(Visitor& v, udp_source::settings& s) {
  v.required("listen", s.listen, "host:port, one or several.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("max_message", s.max_message, "Of a longer datagram the beginning is taken, and the record marked with truncated: true.");
  v.field("source_address_key", s.source_address_key, "Put the sender's address into each record under this key.");
  v.field("receive_buffer", s.receive_buffer, "What the kernel is to hold of datagrams, for each address.");
}

void validate(const udp_source::settings& s, config::settings_reader& reader) {
  if (s.listen.empty()) reader.complain("listen", "\"listen\" wants an address, such as 0.0.0.0:5170");
  for (const auto& text : s.listen)
    if (const auto at = parse_endpoint(text); !at || !at->path.empty())
      reader.complain("listen", "\"listen\" wants host:port, not \"" + text + '"');
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
  check_message_limit(s.max_message, reader);
  check_receive_buffer(s.receive_buffer, reader);
}

const register_source<udp_source> registered_udp{"udp", "Receives datagrams over UDP, each of them an event."};

} // namespace
} // namespace weir
