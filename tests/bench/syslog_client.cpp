#include "tests/bench/syslog_client.hpp"

#include "tests/support/sockets.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

namespace weir::bench {

namespace {

using steady = std::chrono::steady_clock;

constexpr auto at_once = std::size_t{50};

void pause_until(steady::time_point when) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(when - steady::now()).count();
  const auto pause = timespec{left / 1'000'000'000, left % 1'000'000'000};
  if (left > 0) ::ppoll(nullptr, 0, &pause, nullptr);
}

auto message_of(std::uint64_t number) -> std::string {
  const auto n = std::to_string(number);
  return "<" + std::to_string(number % 192) + ">Nov 22 11:00:" + std::to_string(10 + number % 50)
         + " web-7 sshd[" + std::to_string(1000 + number % 9000) + "]: Accepted publickey for user" + n
         + " from 10.1.2.3 port 51234 ssh2: ED25519 SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
}

auto send_batch(int socket, std::uint64_t first, std::size_t count) -> result<void> {
  auto texts = std::array<std::string, at_once>{};
  auto places = std::array<iovec, at_once>{};
  auto heads = std::array<mmsghdr, at_once>{};
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = message_of(first + i);
    places[i] = {texts[i].data(), texts[i].size()};
    heads[i].msg_hdr.msg_iov = &places[i];
    heads[i].msg_hdr.msg_iovlen = 1;
  }
  for (std::size_t sent = 0; sent < count;) {
    const auto now = ::sendmmsg(socket, heads.data() + sent, static_cast<unsigned>(count - sent), 0);
    if (now < 0) return error_from_errno("cannot send datagrams", errno);
    sent += static_cast<std::size_t>(now);
  }
  return {};
}

/// Bytes that wait at the UDP port, as /proc/net/udp has them: `sl: local:port remote:port st tx:rx ...`, in hexadecimal. Nothing:
/// nobody has the port.
auto waiting_at(std::uint16_t port) -> std::optional<std::uint64_t> {
  auto table = std::ifstream{"/proc/net/udp"};
  for (auto line = std::string{}; std::getline(table, line);) {
    auto local = 0U;
    auto waiting = 0UL;
    if (std::sscanf(line.c_str(), "%*d: %*8x:%4x %*8x:%*4x %*2x %*8x:%8lx", &local, &waiting) == 2 && local == port) return waiting;
  }
  return std::nullopt;
}

template <class Condition> auto wait_for(Condition holds, const char* what) -> result<void> {
  constexpr auto patience = std::chrono::seconds{20};
  const auto give_up = steady::now() + patience;
  while (!holds()) {
    if (steady::now() > give_up) return error{errc::unavailable, what};
    pause_until(steady::now() + std::chrono::milliseconds{1});
  }
  return {};
}

} // namespace

auto send_syslog_load(const syslog_load& load) -> result<void> {
  const auto socket = test::socket_handle{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto to = test::loopback(load.port);
  if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return error_from_errno("cannot connect", errno);
  const auto begin = steady::now();
  for (std::uint64_t sent = 0; sent < load.events;) {
    const auto count = std::min<std::uint64_t>(at_once, load.events - sent);
    pause_until(begin + std::chrono::nanoseconds{sent * 1'000'000'000 / load.events_per_second});
    WEIR_CHECK(send_batch(socket.descriptor(), sent, count));
    sent += count;
  }
  return wait_for([&] { return waiting_at(load.port).value_or(0) == 0; }, "the receiver leaves datagrams where they are");
}

auto wait_for_datagram_port(std::uint16_t port) -> result<void> {
  return wait_for([&] { return waiting_at(port).has_value(); }, "nobody receives datagrams");
}

} // namespace weir::bench
