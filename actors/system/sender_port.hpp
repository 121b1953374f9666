/// An actor's end towards one downstream component: carries messages between CAF and its sender_links.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/handle_numbers.hpp"
#include "runtime/flow/sender_links.hpp"

#include <string>
#include <vector>

namespace weir {

/// Lives in the actor's state; the fan_out lives longer and keeps what is unacked across restarts.
class sender_port {
public:
  /// `address` is the owner's; `component` the downstream one that outlet `index` feeds.
  sender_port(caf::event_based_actor* self, std::string address, std::string component, std::size_t index);

  auto component() const -> const std::string& { return component_; }

  /// Opens links to new handles and gives up those that are gone.
  void update(fan_out& flow, const std::vector<peer>& peers);
  /// Nothing if the link is none of this port's.
  auto on_feedback(fan_out& flow, const link_feedback& note) -> std::optional<link_news>;
  void on_reopen(fan_out& flow, const reopen_link& note);
  void on_down(fan_out& flow, const caf::actor_addr& who);
  /// Sends what the outlet gives out now.
  void flush(fan_out& flow, monotonic_time now);
  /// Asks on every link whether all messages arrived.
  void probe();
  /// Tells all receivers that nothing will ever come again; they confirm it.
  void close();
  void on_closed(fan_out& flow, const close_link& note) { links_.on_closed(flow, note); }
  auto is_closed() const -> bool { return links_.is_closed(); }

  /// Adds what is wrong with it.
  void observe(observation& to) const;

private:
  void send() { send_all(self_, handles_, links_.take_outgoing()); }

  caf::event_based_actor* self_;
  std::string component_;
  sender_links links_;
  handle_numbers handles_;
};

} // namespace weir
