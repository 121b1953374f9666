/// A receiver's links to all its senders: what to answer, decided by what arrives.
//
// A pure state machine around one inlet, which lives longer and keeps what is held across restarts.
// Messages to send gather until take_outgoing().
#pragma once

#include "runtime/flow/inlet.hpp"
#include "runtime/flow/link.hpp"
#include "runtime/flow/link_messages.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir {

/// When a receiver is done.
enum class ending {
  never,            ///< senders come and go
  with_its_senders, ///< --once: when all that came are done for good, and those of this node came
  drained,          ///< when those of this node are; the others are told to go elsewhere
};

/// What became of a transfer.
struct transfer_result {
  std::vector<chunk_ptr> fresh; ///< new here; the others are taken care of
  std::vector<chunk_id> again;  ///< known here, and to be passed on: it may have been a copy before
  bool lost = false;            ///< a message before it is missing: the link is opened anew
  bool damaged = false;         ///< a chunk is: the link is opened anew
  std::string sender;           ///< if lost or damaged
};

class receiver_links {
public:
  static constexpr auto links_of_one_max = std::size_t{64};
  static constexpr auto links_max = std::size_t{16} << 10;

  /// Closes the links an earlier instance left in `in`: their senders open new ones.
  explicit receiver_links(inlet& in) : in_(in) { in.close_all(); }

  /// Refuses those of an actor that has `links_of_one_max`, and all while there are `links_max`; who is refused
  /// tries again with its probes. Returns a sentence for the log, of the refusals 1, 2, 4, 8, …
  /// `is_one_of_us`: it belongs to the same component and gives copies; nobody waits for it to be done.
  auto on_open(const open_link& note, std::uint64_t handle, bool is_one_of_us = false) -> std::string;
  auto has(std::uint64_t id) const -> bool { return links_.contains(id); }
  auto on_transfer(const transfer_chunks& note) -> transfer_result;
  void on_probe(const probe_link& note, std::uint64_t handle);
  void on_close(const close_link& note, std::uint64_t handle);
  void on_down(std::uint64_t handle);
  /// Sends acks and grants that became due.
  void send_feedback();
  /// Whether nothing more is to come. `local`: the addresses of all senders of this node.
  auto is_done(const std::vector<std::string>& local, ending how) -> bool;

  /// Addresses of those who are linked now, in order, at most so many.
  auto senders(std::size_t most) const -> std::vector<std::string>;
  auto links() const -> std::size_t { return links_.size(); }
  /// Grows whenever somebody comes or goes.
  auto changes() const -> std::uint64_t { return changes_; }

  auto take_outgoing() -> std::vector<outgoing> { return std::exchange(outbox_, {}); }

private:
  struct link {
    std::uint64_t sender = 0;
    std::string address;
    link_numbers numbers;
  };
  void drop_links_of(const std::string& sender);
  void send(std::uint64_t id, link& to, feedback&& due);
  void reopen(std::uint64_t id);
  void leave();
  auto has_room_for(std::uint64_t handle) const -> bool;
  using links_by_id = std::unordered_map<std::uint64_t, link>;
  auto drop(links_by_id::iterator at) -> links_by_id::iterator;

  inlet& in_;
  bool leaving_ = false;
  links_by_id links_;
  std::set<std::string> senders_; // of links_; each has one
  std::uint64_t changes_ = 0;
  std::set<std::string> unfinished_; // addresses of senders that came and may send more
  std::set<std::string> finished_;   // those that closed for good
  std::vector<outgoing> outbox_;
  std::uint64_t refused_ = 0;
};

} // namespace weir
