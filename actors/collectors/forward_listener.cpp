#include "actors/collectors/forward_listener.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto backlog = 1024;
constexpr auto socket_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

auto as_sockaddr(auto& storage) -> sockaddr* { return reinterpret_cast<sockaddr*>(&storage); }

auto unix_address(const std::string& path) -> sockaddr_un {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

/// Removes a socket file that nobody listens on any more.
auto remove_stale(const std::string& path) -> result<void> {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return error{errc::failed, "\"" + path + "\" exists and is no socket"};
  const auto probe = owned_fd{::socket(AF_UNIX, SOCK_STREAM | socket_flags, 0)};
  auto address = unix_address(path);
  const auto refused =
      ::connect(probe.fd(), as_sockaddr(address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (!refused) return error{errc::failed, "\"" + path + "\" is in use by another process"};
  ::unlink(path.c_str());
  return {};
}

auto numeric_text(const sockaddr_storage& address, socklen_t size, std::string& host, std::string& port)
    -> bool {
  char h[NI_MAXHOST];
  char p[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, h, sizeof h, p, sizeof p,
                  NI_NUMERICHOST | NI_NUMERICSERV)
      != 0)
    return false;
  host = h;
  if (host.starts_with("::ffff:")) host.erase(0, 7);
  port = p;
  return true;
}

auto joined(const std::string& host, const std::string& port) -> std::string {
  return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + port;
}

auto peer_of(const sockaddr_storage& address, socklen_t size, const std::string& listener) -> forward_peer {
  auto peer = forward_peer{};
  auto port = std::string{};
  if (address.ss_family == AF_UNIX || !numeric_text(address, size, peer.address, port)) {
    peer.text = listener;
    return peer;
  }
  peer.text = joined(peer.address, port);
  if (const auto network = parse_network(peer.address)) {
    peer.bytes = network->address;
    peer.is_ip = true;
  }
  return peer;
}

struct found_addresses {
  addrinfo* first = nullptr;
  found_addresses() = default;
  found_addresses(const found_addresses&) = delete;
  auto operator=(const found_addresses&) -> found_addresses& = delete;
  ~found_addresses() {
    if (first != nullptr) freeaddrinfo(first);
  }
};

auto bind_stream(const addrinfo& at) -> owned_fd {
  auto socket = owned_fd{::socket(at.ai_family, SOCK_STREAM | socket_flags, 0)};
  const auto on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket.is_open() || ::bind(socket.fd(), at.ai_addr, at.ai_addrlen) != 0
      || ::listen(socket.fd(), backlog) != 0)
    return owned_fd{};
  return socket;
}

} // namespace

forward_listener::~forward_listener() {
  if (stream_.is_open() && !path_.empty()) ::unlink(path_.c_str());
}

auto forward_listener::open(const forward_endpoint& at, mode_t socket_mode) -> result<forward_listener> {
  return at.path.empty() ? open_tcp(at) : open_unix(at.path, socket_mode);
}

auto forward_listener::open_unix(const std::string& path, mode_t mode) -> result<forward_listener> {
  WEIR_CHECK(remove_stale(path));
  auto out = forward_listener{};
  auto socket = owned_fd{::socket(AF_UNIX, SOCK_STREAM | socket_flags, 0)};
  auto address = unix_address(path);
  // The file is made with the descriptor's mode (less the umask), so it is never open to more than it should
  // be.
  ::fchmod(socket.fd(), mode);
  if (::bind(socket.fd(), as_sockaddr(address), sizeof address) != 0)
    return error_from_errno("cannot listen on \"" + path + '"', errno);
  out.stream_ = std::move(socket);
  out.path_ = path;
  out.text_ = "unix:" + path;
  if (::chmod(path.c_str(), mode) != 0 || ::listen(out.stream_.fd(), backlog) != 0)
    return error_from_errno("cannot listen on \"" + path + '"', errno);
  return out;
}

auto forward_listener::open_tcp(const forward_endpoint& at) -> result<forward_listener> {
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  auto found = found_addresses{};
  const auto wanted = joined(at.host, at.port);
  const auto failure =
      getaddrinfo(at.host.empty() ? nullptr : at.host.c_str(), at.port.c_str(), &hints, &found.first);
  if (failure != 0)
    return error{errc::not_found, "cannot resolve \"" + at.host + "\": " + gai_strerror(failure)};
  auto out = forward_listener{};
  out.stream_ = bind_stream(*found.first);
  if (!out.stream_.is_open()) return error_from_errno("cannot listen on " + wanted, errno);
  auto address = sockaddr_storage{};
  auto size = socklen_t{sizeof address};
  auto host = std::string{};
  auto port = std::string{};
  ::getsockname(out.stream_.fd(), as_sockaddr(address), &size);
  numeric_text(address, size, host, port);
  out.text_ = joined(host, port);
  auto heartbeat = owned_fd{::socket(address.ss_family, SOCK_DGRAM | socket_flags, 0)};
  if (heartbeat.is_open() && ::bind(heartbeat.fd(), as_sockaddr(address), size) == 0)
    out.heartbeat_ = std::move(heartbeat);
  return out;
}

auto forward_listener::accept() -> result<std::optional<accepted_socket>> {
  auto address = sockaddr_storage{};
  auto size = socklen_t{sizeof address};
  auto socket = owned_fd{::accept4(stream_.fd(), as_sockaddr(address), &size, socket_flags)};
  if (!socket.is_open()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      return error_from_errno("cannot accept", errno);
    return std::optional<accepted_socket>{};
  }
  const auto on = 1;
  if (path_.empty()) ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::optional{accepted_socket{std::move(socket), peer_of(address, size, text_)}};
}

void forward_listener::answer_heartbeats() {
  constexpr auto most = 64; // the rest waits for the next round
  for (auto i = 0; i < most; ++i) {
    char bytes[128];
    auto address = sockaddr_storage{};
    auto size = socklen_t{sizeof address};
    if (::recvfrom(heartbeat_.fd(), bytes, sizeof bytes, 0, as_sockaddr(address), &size) < 0) return;
    (void)::sendto(heartbeat_.fd(), "", 1, MSG_NOSIGNAL, as_sockaddr(address), size);
  }
}

} // namespace weir
