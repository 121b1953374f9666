#include "tests/bench/bare/bare.hpp"
#include "tests/bench/bare/pack.hpp"
#include "tests/support/sockets.hpp"

#include <array>
#include <cerrno>
#include <memory>

namespace weir::bench {

namespace {

constexpr auto batch = std::size_t{64};
constexpr auto datagram_bytes = std::size_t{2048};
constexpr auto receive_buffer_bytes = 64 << 20;

auto open_receiver(std::uint16_t port) -> test::socket_handle {
  auto socket = test::socket_handle{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto at = test::loopback(port);
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  const auto patience = timeval{60, 0};
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return test::socket_handle{};
  return socket;
}

/// `<PRI>Mmm dd hh:mm:ss HOST IDENT[PID]: TEXT` as a map of five strings; the time is left as text.
auto pack_syslog(std::string_view text, packer& out) -> bool {
  const auto pri = text.find('>');
  if (pri == std::string_view::npos || text.size() < pri + 17) return false;
  const auto host = text.substr(pri + 17);
  const auto ident = host.find(' ');
  const auto pid = host.find('[', ident);
  const auto end = host.find("]: ", pid);
  if (end == std::string_view::npos) return false;
  out.byte(0x85);
  out.str("pri"), out.str(text.substr(1, pri - 1));
  out.str("host"), out.str(host.substr(0, ident));
  out.str("ident"), out.str(host.substr(ident + 1, pid - ident - 1));
  out.str("pid"), out.str(host.substr(pid + 1, end - pid - 1));
  out.str("message"), out.str(host.substr(end + 3));
  return true;
}

} // namespace

auto bare_syslog(std::uint16_t port, std::uint64_t events) -> result<counted> {
  const auto socket = open_receiver(port);
  if (!socket.is_open()) return error_from_errno("cannot listen on port " + std::to_string(port), errno);
  const auto bytes = std::make_unique<char[]>(batch * datagram_bytes);
  auto places = std::array<iovec, batch>{};
  auto heads = std::array<mmsghdr, batch>{};
  for (std::size_t i = 0; i < batch; ++i) {
    places[i] = {bytes.get() + i * datagram_bytes, datagram_bytes};
    heads[i].msg_hdr.msg_iov = &places[i];
    heads[i].msg_hdr.msg_iovlen = 1;
  }
  auto seen = counted{};
  const auto space = std::make_unique<char[]>(batch * pack_bytes_max(datagram_bytes));
  while (seen.events < events) {
    const auto got = ::recvmmsg(socket.descriptor(), heads.data(), batch, MSG_WAITFORONE, nullptr);
    if (got <= 0) return error_from_errno("cannot receive", errno);
    auto out = packer{space.get()};
    for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
      const auto text = std::string_view{static_cast<const char*>(places[i].iov_base), heads[i].msg_len};
      if (!pack_syslog(text, out)) return error{errc::malformed, "a datagram that is no syslog"};
      ++seen.events;
      seen.bytes += text.size();
    }
  }
  return seen;
}

} // namespace weir::bench
