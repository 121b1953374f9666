/// An actor's end towards all its senders: carries messages between CAF and its receiver_links.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/handle_numbers.hpp"
#include "runtime/flow/receiver_links.hpp"

#include <vector>

namespace weir {

/// Lives in the actor's state; the inlet lives longer and keeps what is held across restarts.
class receiver_port {
public:
  receiver_port(caf::event_based_actor* self, inlet& in) : self_(self), links_(in) {}

  void on_open(const open_link& note, const caf::strong_actor_ptr& sender);
  /// The chunks that are new here; the others are taken care of.
  auto on_transfer(const transfer_chunks& note) -> std::vector<chunk_ptr>;
  void on_probe(const probe_link& note, const caf::strong_actor_ptr& sender);
  void on_close(const close_link& note, const caf::strong_actor_ptr& sender);
  void on_down(const caf::actor_addr& who);
  /// Takes nothing more over the links of this sender until it opens a new one.
  void fence(const std::string& sender) { links_.fence(sender); }
  /// Delivers acks and grants that became due.
  void send_feedback();
  /// Whether nothing more is to come. `local`: the addresses of all senders of this node.
  auto is_done(const std::vector<std::string>& local, ending how) -> bool;
  /// Adds who is linked.
  void observe(observation& to) const;

private:
  void send() { send_all(self_, handles_, links_.take_outgoing()); }

  caf::event_based_actor* self_;
  receiver_links links_;
  handle_numbers handles_;
};

} // namespace weir
