/// An actor's end towards all its senders: turns messages into calls on an inlet and back.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/flow/inlet.hpp"
#include "runtime/flow/link.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// When a receiver is done.
enum class ending {
  never,            ///< senders come and go
  with_its_senders, ///< --once: when all that came are done for good
  drained,          ///< when those of this node are; the others are told to go elsewhere
};

/// Lives in the actor's state; the inlet lives longer and keeps what is held across restarts.
class receiver_port {
public:
  /// Closes the links an earlier instance left in `in`: their senders open new ones.
  receiver_port(caf::event_based_actor* self, inlet& in);

  void on_open(const open_link& note, const caf::strong_actor_ptr& sender);
  /// The chunks that are new here; the others are taken care of.
  auto on_transfer(const transfer_chunks& note) -> std::vector<chunk_ptr>;
  void on_probe(const probe_link& note, const caf::strong_actor_ptr& sender);
  void on_close(const close_link& note);
  void on_down(const caf::actor_addr& who);
  /// Delivers acks and grants that became due.
  void send_feedback();
  /// Whether nothing more is to come; `expected` senders of this node are known to come.
  auto is_done(std::size_t expected, ending how) -> bool;

private:
  struct link {
    caf::actor sender;
    std::string address;
    link_numbers numbers;
  };
  void send(std::uint64_t id, link& to, feedback&& due);
  void reopen(std::uint64_t id);
  void leave();

  caf::event_based_actor* self_;
  inlet& in_;
  bool leaving_ = false;
  std::unordered_map<std::uint64_t, link> links_;
  std::set<std::string> seen_;     // addresses of all senders that ever opened
  std::set<std::string> finished_; // those that closed for good
};

} // namespace weir
