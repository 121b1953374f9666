/// The sending end of a hop: keeps every chunk until it is acked, sends only against credit.
//
// A pure state machine; time comes in as an argument. Chunks wait in the order they were pushed. What a
// peer had in flight when it went down waits again, in its old place, and goes to whoever has credit; or, with
// `unsure_for`, stays with its address: that one alone knows whether it has stored it.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/flow/balancer.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir {

struct outlet_settings {
  std::string component; ///< whose actors its peers are; tells outlets apart that come and go
  balance_policy policy = balance_policy::round_robin;
  std::uint64_t transfer_bytes_max = 1 << 20; ///< of one message; a larger chunk travels alone
  std::chrono::nanoseconds linger{0};         ///< how long a small transfer waits for company while
                                              ///< its peer still has something in flight
  tag_pattern match;                          ///< what its peers take: the rest of a chunk stays here
  std::uint32_t copies = 1;                   ///< nodes that have to have a chunk before it is acked
  bool waits_for_copies = true;               ///< while there are fewer nodes; else fewer are enough
  /// Nodes of one zone fail together: copies go to other zones where they can. Absent: no zones.
  std::function<std::string(const std::string& node)> zone_of = {};
  /// How long a chunk waits for the peer that may have it and is away, before it goes to another one; 0: not at all. Not of
  /// chunks of which copies are wanted.
  duration unsure_for{0};
};

/// What an address may have that is away, or has just come back.
struct unsure_chunks {
  std::string address;
  std::optional<monotonic_time> since; ///< none: since now
  std::uint64_t events = 0;
};

/// Chunks for one peer, in one message.
struct transfer {
  peer_id peer = 0;
  std::vector<chunk_ptr> chunks;
  std::uint64_t bytes = 0; ///< their footprint
};

class outlet {
public:
  explicit outlet(outlet_settings settings) : settings_(std::move(settings)) {}

  void push(chunk_ptr c, monotonic_time now);
  /// What its peers have of streams that are read again: that is left out of what is pushed from now on.
  void leave_out(position_index known) { known_ = std::move(known); }
  /// One that its owner passes on itself, as `holder`: others get `copies` of it, but not the nodes that have one. It is acked
  /// when these are. Where copies are wanted.
  void push_held(chunk_ptr c, const std::string& holder, std::vector<std::string> nodes_with, std::uint32_t copies,
                 monotonic_time now);
  /// One that goes to this address alone, as that has it, there or not.
  void push_to(const std::string& address, chunk_ptr c, monotonic_time now);
  void peer_up(peer_id peer, std::string address);
  void peer_down(peer_id peer);
  /// All of them: the owner starts anew and will open links to whoever is there.
  void drop_peers();
  /// The peer wants nothing new, but will ack what it has.
  void revoke(peer_id peer);
  void grant(peer_id peer, std::uint64_t bytes);
  /// Returns the chunks that were not acked before, of notices those that nobody has to ack any more; acks of unknown ids
  /// are late ones and harmless. `from`: whose acks they are; 0: of somebody who is no peer any more.
  auto ack(const std::vector<chunk_id>& ids, peer_id from = 0) -> std::vector<chunk_ptr>;
  /// What is to be sent now.
  auto poll(monotonic_time now) -> std::vector<transfer>;
  /// What became acked in poll(), since fewer copies are enough now.
  auto take_acked() -> std::vector<chunk_ptr> { return std::exchange(acked_short_, {}); }
  /// Chunks that went, or are acked, with fewer copies than wanted.
  auto short_chunks() const -> std::uint64_t { return short_chunks_; }
  /// There are fewer nodes than it wants copies.
  auto lacks_nodes() const -> bool;
  /// Of those who are waited for, with `unsure_for`.
  auto unsure() const -> std::vector<unsure_chunks>;
  auto has_unsure(const std::string& address) const -> bool { return unsure_.contains(address); }
  /// Events that were given to others when that had lasted too long, ever.
  auto sent_unsure() const -> std::uint64_t { return sent_unsure_; }
  /// The same since the last call, by address.
  auto take_given_up() -> std::vector<unsure_chunks> { return std::exchange(given_up_, {}); }
  /// When poll() has something to do even if nothing else happens.
  auto deadline() const -> std::optional<monotonic_time>;

  /// Credit that nothing waits for: how much more may be pushed and sent at once. Never negative.
  auto room_bytes() const -> std::uint64_t;
  /// A peer has credit and nothing in flight: whatever there is should go now.
  auto is_hungry() const -> bool;
  /// A peer wants nothing new and has acked all it had.
  auto is_left() const -> bool;
  auto waiting_bytes() const -> std::uint64_t { return waiting_bytes_; }
  auto unsure_bytes() const -> std::uint64_t { return unsure_bytes_; }
  auto in_flight_bytes() const -> std::uint64_t;
  auto credit_bytes() const -> std::uint64_t;
  auto unacked_chunks() const -> std::size_t { return chunks_.size(); }
  auto peers() const -> const std::vector<peer_state>& { return peers_; }
  auto component() const -> const std::string& { return settings_.component; }
  auto settings() const -> const outlet_settings& { return settings_; }
  /// That are there and want something.
  auto nodes_there() const -> std::size_t;
  /// What is pushed from now on goes by these.
  void set(outlet_settings settings);
  /// How many were pushed, ever, and how many of these, from the first on, were acked.
  auto pushed() const -> std::uint64_t { return next_ticket_ - 1; }
  auto acked() const -> std::uint64_t { return chunks_.empty() ? pushed() : chunks_.begin()->first - 1; }
  /// Of what is not acked.
  auto unacked_events() const -> std::uint64_t;
  auto unacked() const -> std::vector<chunk_ptr>;

private:
  using ticket = std::uint64_t;
  struct entry {
    chunk_ptr content;
    std::uint64_t bytes = 0;
    std::uint64_t stream = 0;
    peer_id peer = 0; ///< 0: waiting, for anybody or for whom it was sent to before
    monotonic_time since;
    std::vector<peer_id> others = {}; ///< who else has to ack it: of a notice all, of others those with a copy
    std::vector<std::string> has = {}; ///< nodes that have acked it, where copies are wanted
    std::string holder = {};          ///< address of `peer`, the same
    std::uint32_t lacks = 0;          ///< copies that are to be sent yet
    bool is_taken = false;            ///< `peer` has acked it, and copies are waited for
  };

  auto find(peer_id peer) -> peer_state*;
  auto should_linger(const peer_state& peer, const entry& first, monotonic_time now) const -> bool;
  auto receiver_of(const entry& e) -> peer_state*;
  auto is_copied() const -> bool { return settings_.copies > 1; }
  auto has_copy(const entry& e, const std::string& node) -> bool;
  auto copy_peer(const entry& e) -> peer_state*;
  auto can_copy(const entry& e, const peer_state& holder) -> bool;
  void send_copies(ticket number, entry& e, peer_state& holder, std::vector<transfer>& out);
  void send_missing_copies(std::vector<transfer>& out);
  void lose_copy(ticket number, entry& e, peer_id peer);
  auto take_copy_ack(entry& e, peer_id from) -> bool;
  /// Whether another peer has something of its stream that it has not acked.
  auto is_with_another(const entry& e, peer_id peer) const -> bool;
  void forget_in_flight(const entry& e);
  void assign(entry& e, peer_state& peer, std::vector<transfer>& out);
  void send(const chunk_ptr& c, std::uint64_t bytes, peer_state& peer, std::vector<transfer>& out);
  /// Whether that was the last ack that was missing.
  auto take_ack(entry& e, peer_id from) -> bool;
  void wait_again(ticket number, entry& e);
  auto add(chunk_ptr c, monotonic_time now) -> std::pair<const ticket, entry>&;
  /// What an address may have and has not acked.
  struct unsure_entries {
    std::set<ticket> all;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::optional<monotonic_time> since;
  };
  using unsure_by_address = std::map<std::string, unsure_entries>;
  auto waits_for_sure(const entry& e) const -> bool {
    return settings_.unsure_for > duration{0} && !is_copied() && !e.content->is_notice;
  }
  void be_unsure(ticket number, entry& e, const std::string& address);
  void take_unsure(ticket number, const entry& e);
  void send_unsure_again(monotonic_time now, std::vector<transfer>& out);
  void give_up_unsure(unsure_by_address::iterator at);
  void send_to(peer_state& peer, unsure_entries& what, std::vector<transfer>& out);

  outlet_settings settings_;
  std::optional<position_index> known_; ///< by its peers
  std::map<ticket, entry> chunks_; // all that is not acked, in order
  std::map<chunk_id, ticket> by_id_;
  std::map<ticket, entry*> waiting_;
  std::vector<peer_state> peers_;
  std::map<std::pair<std::uint64_t, peer_id>, std::size_t> streams_; ///< in flight, by stream and peer; without notices
  std::uint64_t waiting_bytes_ = 0;
  ticket next_ticket_ = 1;
  std::optional<monotonic_time> linger_until_;
  std::set<ticket> lacking_; // entries that lack copies
  std::vector<chunk_ptr> acked_short_;
  std::uint64_t short_chunks_ = 0;
  unsure_by_address unsure_;
  std::uint64_t unsure_bytes_ = 0;
  std::uint64_t sent_unsure_ = 0;
  std::vector<unsure_chunks> given_up_;
};

/// Of each address that is waited for: "120 events wait for store-1/sink/archive, which may have them, for 40s".
auto unsure_texts(const outlet& of, monotonic_time now) -> std::vector<std::string>;

/// Of one that lacks nodes: "core wants 2 nodes for each chunk and 1 is there: it waits".
auto lack_text(const outlet& of) -> std::string;

} // namespace weir
