/// An actor's end towards one downstream component: turns messages into calls on an outlet and back.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/link.hpp"

#include <string>
#include <vector>

namespace weir {

/// Lives in the actor's state; the fan_out lives longer and keeps what is unacked across restarts.
class sender_port {
public:
  /// `address` is the owner's; `component` the downstream one that outlet `index` feeds.
  sender_port(caf::event_based_actor* self, std::string address, std::string component, std::size_t index);

  auto component() const -> const std::string& { return component_; }
  auto index() const -> std::size_t { return index_; }

  /// Opens links to new handles and gives up those that are gone.
  void update(fan_out& flow, const std::vector<peer>& peers);
  /// True if the link is one of this port's; then `settled` has what the acks settled.
  auto on_feedback(fan_out& flow, const link_feedback& note, std::vector<chunk_ptr>& settled) -> bool;
  void on_reopen(fan_out& flow, const reopen_link& note);
  void on_down(fan_out& flow, const caf::actor_addr& who);
  /// Sends what the outlet gives out now.
  void flush(fan_out& flow, monotonic_time now);
  /// Asks every link that has something in flight whether all of it arrived.
  void probe(fan_out& flow);
  void close(bool finished);

private:
  struct link {
    std::uint64_t id = 0;
    peer to;
    link_numbers numbers;
  };
  auto find(std::uint64_t id) -> link*;
  void open(fan_out& flow, const peer& to);
  void drop(fan_out& flow, std::uint64_t id);

  caf::event_based_actor* self_;
  std::string address_;
  std::string component_;
  std::size_t index_;
  std::vector<link> links_;
};

} // namespace weir
