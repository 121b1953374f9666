#include "actors/collectors/syslog/places.hpp"

#include "runtime/net/address.hpp"

#include <array>

namespace weir {
namespace {

struct syslog_scheme {
  std::string_view name;
  std::string_view instead; ///< of the name, in the place
  syslog_way way;
  bool is_encrypted = false;
};

constexpr auto syslog_schemes = std::array{syslog_scheme{"udp://", "udp://", syslog_way::datagrams},
                                           syslog_scheme{"tcp://", "", syslog_way::stream},
                                           syslog_scheme{"tls://", "", syslog_way::stream, true},
                                           syslog_scheme{"relp://", "", syslog_way::relp},
                                           syslog_scheme{"relp+tls://", "", syslog_way::relp, true},
                                           syslog_scheme{"unix:", "unixgram:", syslog_way::datagrams},
                                           syslog_scheme{"unix-stream:", "unix:", syslog_way::stream}};

} // namespace

auto parse_syslog_place(std::string_view text) -> result<syslog_place> {
  for (const auto& scheme : syslog_schemes) {
    if (!text.starts_with(scheme.name)) continue;
    auto made = syslog_place{scheme.way, scheme.is_encrypted, std::string{scheme.instead} + std::string{text.substr(scheme.name.size())}};
    const auto at = made.way == syslog_way::datagrams ? parse_datagram_endpoint(made.place) : parse_endpoint(made.place);
    const auto is_path = scheme.name.starts_with("unix");
    if (at && at->path.empty() != is_path) return made;
  }
  return error{errc::malformed, "wants udp://host:port, tcp://, tls://, relp://, relp+tls://, unix:/path or unix-stream:/path, not \""
                                    + std::string{text} + '"'};
}

} // namespace weir
