/// A sender's links to the actors of one component: what to send, decided by what arrives.
//
// A pure state machine around one outlet. A link that lost a message is given up and opened anew; what it
// had in flight goes again. Messages to send gather until take_outgoing().
#pragma once

#include "runtime/flow/fan_out.hpp"
#include "runtime/flow/link.hpp"
#include "runtime/flow/link_messages.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// What feedback over a link brought.
struct link_news {
  std::size_t outlet = 0;
  std::vector<chunk_ptr> acked;  ///< that had no ack from this outlet before
  std::vector<id_range> settled; ///< stored by all sinks behind this outlet
};

class sender_links {
public:
  using id_source = std::function<std::uint64_t()>;

  /// A running actor of the component, with the owner's number for its handle.
  struct receiver {
    std::uint64_t handle = 0;
    std::string address;
    auto operator==(const receiver&) const -> bool = default;
  };

  /// `address` is the owner's; `index` its outlet for the component; `fresh_id` gives ids for links.
  sender_links(std::string address, std::size_t index, id_source fresh_id);

  /// Opens links to new handles and gives up those that are gone; returns whether there were new ones.
  auto update(fan_out& flow, const std::vector<receiver>& there) -> bool;
  /// Nothing if the link is none of these.
  auto on_feedback(fan_out& flow, const link_feedback& note) -> std::optional<link_news>;
  void on_reopen(fan_out& flow, const reopen_link& note);
  void on_down(fan_out& flow, std::uint64_t handle);
  /// Sends what the outlet gives out now. Chunks that count as acked by that, since no more copies can be had.
  auto flush(fan_out& flow, monotonic_time now) -> link_news;
  /// Asks on every link whether all messages arrived: the last one may be lost, or the first grant.
  void probe();
  /// Nothing will ever come again. Links that are opened later are closed at once, so that a restarted
  /// receiver learns it.
  void close();
  /// Closes all links; more may be opened later. What they had under way waits again.
  void leave(fan_out& flow);
  /// The receiver knows that nothing more will come.
  void on_closed(fan_out& flow, const close_link& note);
  auto is_closing() const -> bool { return finished_; }
  auto has_receiver() const -> bool { return !links_.empty(); }
  /// Whether all receivers know, or are gone.
  auto is_closed() const -> bool { return finished_ && links_.empty(); }

  /// Its outlet is another one of the owner's by now.
  void move_to(std::size_t index) { index_ = index; }

  auto take_outgoing() -> std::vector<outgoing> { return std::exchange(outbox_, {}); }

private:
  struct link {
    std::uint64_t id = 0;
    receiver to;
    link_numbers numbers;
  };
  auto find(std::uint64_t id) -> link*;
  void open(fan_out& flow, const receiver& to);
  void drop(fan_out& flow, std::uint64_t id);
  void reopen(fan_out& flow, std::uint64_t id);
  /// Closes the links whose receivers leave and have acked all they had.
  void let_go(fan_out& flow);

  std::string address_;
  std::size_t index_;
  id_source fresh_id_;
  bool finished_ = false;
  std::vector<link> links_;
  std::vector<outgoing> outbox_;
};

} // namespace weir
