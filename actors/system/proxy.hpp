/// Stands here for an actor of another node: what is sent to it goes over the wire.
#pragma once

#include "actors/system/node_wire.hpp"

#include <memory>

namespace weir {

/// Ends when the other does, or the connection: whoever monitors it learns of it as of any actor.
class proxy final : public caf::event_based_actor {
public:
  /// `number`: the other node's, of the actor.
  proxy(caf::actor_config& config, std::shared_ptr<node_wire> wire, std::uint32_t number);

  /// On the sender's thread: messages that are frames are sent, all others are for the proxy itself.
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* on) override;
  auto make_behavior() -> caf::behavior override;
  auto name() const -> const char* override { return "proxy"; }

private:
  const std::shared_ptr<node_wire> wire_;
  const std::uint32_t number_;
};

} // namespace weir
