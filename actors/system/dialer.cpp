#include "actors/system/dialer.hpp"

#include "actors/system/failure.hpp"
#include "actors/system/node_connection.hpp"
#include "runtime/net/connect.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto connect_patience = 1s;

} // namespace

auto dialer(caf::event_based_actor* self, net::io_thread* in, std::shared_ptr<wire_commons> commons)
    -> caf::behavior {
  return {
      [self, in, commons](dial_atom, const std::string& host, std::uint16_t port) -> caf::result<caf::actor> {
        const auto at = host_port{host, port};
        auto connected = net::connect_to(at, connect_patience);
        if (!connected) return failure_reason(failure::retry, connected.failure().what);
        auto how = net::stream_settings{};
        how.peer = to_text(at);
        const auto bytes = std::make_shared<net::stream>(*in, net::make_plain_transport(std::move(*connected)), how);
        const auto owner = self->system().spawn(guest_connection);
        const auto wire = std::make_shared<node_wire>(commons, bytes, owner);
        caf::anon_send(owner, use_wire{wire});
        bytes->start(wire);
        return owner;
      },
  };
}

} // namespace weir
