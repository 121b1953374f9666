#include "actors/system/dialer.hpp"

#include "actors/system/failure.hpp"

#include <caf/io/all.hpp>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_ms = 1000;
constexpr auto connect_timeout = 5s;

/// Whether the socket is connected to itself: that happens where nobody listens on a port of this host that
/// outgoing connections get, too.
auto is_own_end(int fd) -> bool {
  auto here = sockaddr_storage{};
  auto there = sockaddr_storage{};
  auto here_size = socklen_t{sizeof here};
  auto there_size = socklen_t{sizeof there};
  return getsockname(fd, reinterpret_cast<sockaddr*>(&here), &here_size) == 0
         && getpeername(fd, reinterpret_cast<sockaddr*>(&there), &there_size) == 0 && here_size == there_size
         && std::memcmp(&here, &there, here_size) == 0;
}

auto probe_address(const addrinfo& at) -> std::string {
  const auto fd = socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return describe_errno(errno);
  auto failed = connect(fd, at.ai_addr, at.ai_addrlen) == 0 ? 0 : errno;
  if (failed == EINPROGRESS) {
    auto waits = pollfd{fd, POLLOUT, 0};
    auto size = socklen_t{sizeof failed};
    if (::poll(&waits, 1, probe_ms) != 1)
      failed = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
      failed = errno;
  }
  if (failed == 0 && is_own_end(fd)) failed = ECONNREFUSED;
  close(fd);
  return failed == 0 ? std::string{} : describe_errno(failed);
}

auto same_node_id(const caf::actor_system& system) -> caf::error {
  return failure_reason(failure::retry,
                        "it has the same CAF node id as this node (" + to_string(system.node())
                            + "): refused; give the processes different pids, they are likely both pid 1 of "
                              "containers on one host");
}

} // namespace

auto probe_port(const std::string& host, std::uint16_t port) -> std::string {
  auto wanted = addrinfo{};
  wanted.ai_socktype = SOCK_STREAM;
  auto* found = static_cast<addrinfo*>(nullptr);
  if (const auto code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found); code != 0)
    return gai_strerror(code);
  const auto owner = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>{found, freeaddrinfo};
  auto problem = std::string{"no address"};
  for (const auto* at = found; at != nullptr && !problem.empty(); at = at->ai_next)
    problem = probe_address(*at);
  return problem;
}

auto dialer(caf::event_based_actor* self) -> caf::behavior {
  return {
      [self](dial_atom, const std::string& host, std::uint16_t port) -> caf::result<caf::actor> {
        if (const auto problem = probe_port(host, port); !problem.empty())
          return failure_reason(failure::retry, problem);
        auto promise = self->make_response_promise<caf::actor>();
        self->request(self->system().middleman().actor_handle(), connect_timeout, caf::connect_atom::value,
                      host, port)
            .then(
                [self, promise](const caf::node_id& node, caf::strong_actor_ptr& gate,
                                const std::set<std::string>&) mutable {
                  if (node == self->system().node())
                    promise.deliver(same_node_id(self->system()));
                  else if (!gate)
                    promise.deliver(failure_reason(failure::retry, "nothing is published there"));
                  else
                    promise.deliver(caf::actor_cast<caf::actor>(gate));
                },
                [self, promise](caf::error& e) mutable {
                  // CAF takes a peer of its own id for itself and then finds no such port here.
                  if (e == caf::sec::no_actor_published_at_port)
                    promise.deliver(same_node_id(self->system()));
                  else
                    promise.deliver(std::move(e));
                });
        return promise;
      },
  };
}

} // namespace weir
