#include "actors/system/dialer.hpp"

#include "actors/system/failure.hpp"
#include "actors/system/node_connection.hpp"
#include "runtime/net/connect.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto connect_patience = 1s;

auto connect(caf::event_based_actor* self, const dialling& with, const host_port& at) -> result<caf::actor> {
  WEIR_TRY(auto connected, net::connect_to(at, connect_patience));
  auto how = net::stream_settings{};
  how.peer = to_text(at);
  // Whose name it has to be is known when it says which node it is.
  auto secured = with.tls ? with.tls->current()->connect(std::move(connected), {})
                          : net::make_plain_transport(std::move(connected));
  const auto bytes = std::make_shared<net::stream>(*with.in, std::move(secured), how);
  const auto owner = self->system().spawn(guest_connection);
  const auto wire = std::make_shared<node_wire>(with.commons, bytes, owner);
  caf::anon_send(owner, use_wire{wire, with.cluster, with.answers, with.rights_of});
  bytes->start(wire);
  return owner;
}

auto connect_to_one(caf::event_based_actor* self, const dialling& with, const seed& asked) -> result<caf::actor> {
  WEIR_TRY(const auto places, resolve(asked));
  auto why = std::string{"it leads nowhere"};
  for (const auto& at : places) {
    auto connected = connect(self, with, at);
    if (connected) return connected;
    why = (places.size() > 1 ? to_text(at) + ": " : "") + connected.failure().what;
  }
  return error{errc::unavailable, why};
}

auto answer(result<caf::actor> connected) -> caf::result<caf::actor> {
  if (!connected) return failure_reason(failure::retry, connected.failure().what);
  return std::move(*connected);
}

} // namespace

auto dialer(caf::event_based_actor* self, dialling with) -> caf::behavior {
  return {
      [self, with](dial_atom, const std::string& host, std::uint16_t port) {
        return answer(connect(self, with, {host, port}));
      },
  };
}

auto introducer(caf::event_based_actor* self, dialling with) -> caf::behavior {
  return {
      [self, with](introduce_atom, const seed& asked) { return answer(connect_to_one(self, with, asked)); },
  };
}

} // namespace weir
