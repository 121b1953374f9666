#include "topology/entrance.hpp"

namespace weir {
namespace {

/// Why who says this is not who it says, or may not be what it says; empty if it is and may.
auto doubt_at(const entrance& at, const node_wire& wire, const node_hello& hello) -> std::string {
  if (auto why = wire.doubt_of(hello.node); !why.empty()) return why;
  return why_not_as(*at.plan->get(), hello.node, hello.classes);
}

void take_in(const std::shared_ptr<const entrance>& at, const std::shared_ptr<net::stranger>& who) {
  const auto wire = std::make_shared<node_wire>(at->wires, who->bytes(), caf::actor{});
  wire->expect_hello([at, who](const std::shared_ptr<node_wire>& it, const node_hello& hello) {
    const auto doubt = doubt_at(*at, *it, hello);
    if (doubt.empty() && refusal_of(at->me, hello).empty()) who->admit();
    if (!doubt.empty()) it->tell_refused(hello.node, "it is refused: " + doubt);
    auto rights = guest_rights{{}, rights_now(at->plan, hello.node, hello.classes), may_now(at->plan, hello.node, hello.classes)};
    auto admitted = hello;
    admitted.serves = hello.serves && may_serve_as(*at->plan->get(), hello.node, hello.classes);
    auto settings = host_connection_settings{std::move(admitted), at->gate,      std::move(rights), at->answers,
                                             at->cluster,         at->down_after, at->me.node,       doubt};
    return at->wires->system.spawn(host_connection, it, std::move(settings));
  });
  who->bytes()->start(wire);
}

} // namespace

auto open_entrance(net::io_thread& network, const host_port& at, net::listener_settings how, entrance leads_to)
    -> result<std::unique_ptr<net::listener>> {
  how.told_as = "nodes";
  const auto to = std::make_shared<const entrance>(std::move(leads_to));
  auto opened = net::listener::open(network, at, how, [to](const auto& who) { take_in(to, who); });
  if (opened) return opened;
  return error{errc::failed, "cannot let other nodes in: " + opened.failure().what};
}

} // namespace weir
