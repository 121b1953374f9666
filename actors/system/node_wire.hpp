/// One connection to another node: frames on one side, local actors and proxies of the remote ones on the other.
//
//  guest (it dialled)                                  host (it listens)
//  a proxy for each member of the host                 a proxy for each actor of the guest that wrote
//  local actors get a number when they first write     members have a number each
//
// No actor: what comes goes on in the io thread, what goes out on the thread of who sends it, so that a chunk waits in
// no mailbox between its sender and its receiver. What is no actor's goes to the connection's owner.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/right.hpp"
#include "actors/system/wire_commons.hpp"
#include "runtime/net/stream.hpp"
#include "runtime/wire/frame_reader.hpp"
#include "runtime/wire/link_guard.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// What the other side may do here: which components of this node a guest may send to, and what it may ask for.
struct guest_rights {
  std::set<std::string, std::less<>> components;
  /// Instead of these, where they may change. Called for each message, by the io thread.
  std::function<bool(const std::string& component)> now = {};
  std::function<bool(right)> may = {}; ///< absent: nothing. Called by the connection's actor

  auto include(const std::string& component) const -> bool {
    return now ? now(component) : components.contains(component);
  }
};

class node_wire final : public net::stream_reader,
                        public wire::frame_taker,
                        public std::enable_shared_from_this<node_wire> {
public:
  /// Of the guest if `owner`, else of the host: its first frame calls `on_hello`, which returns the owner.
  node_wire(std::shared_ptr<wire_commons> commons, std::shared_ptr<net::stream> bytes, caf::actor owner);
  using greeted = std::function<caf::actor(const std::shared_ptr<node_wire>&, const node_hello&)>;
  void expect_hello(greeted on_hello) { on_hello_ = std::move(on_hello); }

  // Any thread:

  void send(const wire::frame& what, net::send_as how = net::send_as::control);
  /// From a local actor to the remote one of this number.
  void send(std::uint32_t to, const caf::strong_actor_ptr& from, wire::routed_message what);
  /// The host's, once: from now on the guest may do what it may.
  void welcome(const node_welcome& answer, guest_rights rights);
  void set_members(const std::vector<peer>& peers);
  /// Says why, and ends it when all has gone that waits.
  void leave(const std::string& why);
  /// Now.
  void close(const std::string& why) { bytes_->close(why); }
  void tell_left_out() { commons_->tell_left_out(); }
  auto peer_text() const -> const std::string& { return bytes_->peer(); }
  /// That what it asked for was not done, at a limited rate.
  void tell_refused(const std::string& node, const std::string& what) {
    commons_->warn("refused", node, "node \"" + node + "\" (" + bytes_->peer() + "): " + what);
  }
  auto heard() const -> monotonic_time { return bytes_->heard(); }

  // The io thread:

  /// Why the other side cannot be this node, by its certificate; empty if it can, or there is no TLS.
  auto doubt_of(const std::string& node) const -> std::string;
  void opened() override { is_opened_ = true; }

  auto room() -> net::read_room override { return reader_.room(); }
  auto take(std::size_t bytes) -> result<void> override;
  void ended(const std::string& why, bool is_own) override;
  auto on_header(const wire::frame_header& header) -> result<void> override;
  auto on_transfer(const wire::routed& begun) -> result<bool> override;
  auto on_frame(wire::frame&& whole) -> result<void> override;

private:
  struct local {
    caf::weak_actor_ptr actor;
    std::string component; ///< of members
  };
  auto may_come(wire::frame_type type) const -> bool;
  auto spend() -> bool;
  auto judge(const wire::routed& note) -> wire::judgement;
  auto judged(const wire::routed& note) -> result<bool>;
  void drop(const wire::routed& note, const wire::judgement& why);
  void deliver(wire::routed&& note);
  auto on(wire::hello&& x) -> result<void>;
  auto on(wire::welcome&& x) -> result<void>;
  auto on(wire::members&& x) -> result<void>;
  auto on(wire::bye&& x) -> result<void>;
  auto on(wire::gone&& x) -> result<void>;
  auto on(wire::routed&& x) -> result<void>;
  template <class T> auto on(T&& other) -> result<void>;
  auto number_of(const caf::strong_actor_ptr& from, bool& is_new) -> std::uint32_t;
  auto take_members(const std::vector<peer>& peers) -> std::vector<wire::member>;
  auto proxies_of(const std::vector<wire::member>& members) -> std::vector<peer>;
  auto proxy_of(std::uint32_t handle) -> caf::actor;
  void on_local_end(caf::actor_id who);
  void tell_owner(caf::message note);
  auto who() const -> std::string;

  const std::shared_ptr<wire_commons> commons_;
  const std::shared_ptr<net::stream> bytes_;
  const bool is_host_;
  wire::frame_reader reader_;  // this and the next seven: of the io thread
  greeted on_hello_;
  std::string node_;           // of the other side, as it says
  std::string bye_;            // why the other side ends it
  bool is_opened_ = false;
  double frames_left_;
  monotonic_time refilled_{};
  std::uint64_t dropped_ = 0;

  mutable std::mutex mutex_;
  caf::actor owner_;
  std::atomic<bool> is_welcome_{false};
  bool is_over_ = false;
  guest_rights rights_;
  wire::link_guard guard_;
  std::uint32_t last_number_ = 0;
  std::unordered_map<caf::actor_id, std::uint32_t> numbers_; // of local actors
  std::unordered_map<std::uint32_t, local> locals_;          // by number
  std::unordered_map<std::uint32_t, caf::actor> proxies_;    // by the other side's number
};

} // namespace weir
