/// The server side of the forward protocol as a source.
#pragma once

#include "actors/collectors/forward/acks.hpp"
#include "actors/collectors/forward/connection.hpp"
#include "actors/collectors/forward/delivery.hpp"
#include "actors/collectors/forward/listener.hpp"
#include "actors/collectors/forward/refusals.hpp"
#include "actors/collectors/forward/room.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/net/deadlines.hpp"
#include "runtime/net/peer_warnings.hpp"

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace weir {

/// Without demand nothing is read from established connections, and TCP holds the clients back.
class forward_source final : public source {
public:
  using settings = forward_settings;
  static auto tags(const settings& s) -> std::vector<tag_shape>;
  static constexpr bool listens = true;
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;
  /// Each address has a socket for connections and one for heartbeats.
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + 2 * s.listen.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    for (const auto& address : s.listen) made.held.push_back({claim::kind::address, address, "listen"});
    return made;
  }
  forward_source(settings s, const plugin_context& context);

  auto listen() -> result<void> override;
  auto open(const resume_info& resume) -> result<void> override;
  auto read(intake& out, std::size_t budget) -> result<read_status> override;
  void acknowledge(std::span<const position_range> safe) override;
  auto wake_fd() const -> int override { return poll_.fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override;
  auto summary() const -> std::string override;
  void observe(observation& to) const override;
  auto is_settled() const -> bool override;
  /// Clients wait for their acks, so a look is cheap at any rate.
  auto pause() const -> std::chrono::nanoseconds override { return std::chrono::microseconds{500}; }

private:
  using id = std::uint64_t;

  // forward_source.cpp: sockets
  void poll_sockets(bool& more);
  void on_event(id at, std::uint32_t events);
  void accept_all(forward_listener& from);
  void admit(accepted_client accepted);
  void open(id at, forward_connection& c);
  void greet(forward_connection& c);
  auto lack_of_place() const -> std::string;
  auto take_place() -> bool;
  auto end_late(id at, const std::string& what) -> bool;
  void receive(id at, forward_connection& c);
  void receive_some(id at, forward_connection* c);
  void on_end_of_input(id at, forward_connection& c);
  void watch(id at, forward_connection& c);
  void unwatch(forward_connection& c);
  void after_output(id at);
  void drain(id at, forward_connection& c);
  void close(id at);
  void expire();
  void pause(id at, forward_connection& c);
  void resume_paused();
  void close_stalled();
  void give_up(id at, std::string_view reason, const std::string& what);
  void watch_listeners(bool on);
  auto find(id at) -> forward_connection*;
  void settle(id at, forward_connection& c);
  void note_end(forward_connection& c);

  // forward_session.cpp: messages
  void process(id at, forward_connection& c);
  auto on_root(id at, forward_connection& c, std::string_view root) -> bool;
  auto on_ping(id at, forward_connection& c, std::string_view root) -> bool;
  auto on_message(id at, forward_connection& c, std::string_view root) -> bool;
  auto on_broken(id at, forward_connection& c, const error& why) -> bool;
  auto why_never(const forward_message& message, const forward_connection& c) -> const char*;
  void recognise(const forward_connection& c, std::string_view chunk);
  void deliver(id at, forward_connection& c);
  auto finish_message() -> std::uint64_t;
  void note_lost_times(const forward_connection& c);
  void end_message(id at, forward_connection& c, std::string_view chunk, std::uint64_t position);
  void fail(id at, const forward_connection& c, const error& why);
  void work_off_queue();
  void cover();
  void cover_message();

  /// With --once: everybody who came has gone.
  auto is_over() const -> bool;

  settings settings_;
  const clock& clock_;
  bool once_;
  bool has_clients_come_;
  peer_warnings warnings_;
  std::optional<forward_access> access_;
  std::shared_ptr<net::tls_context> tls_; ///< none: plain
  owned_fd poll_;
  net::kept_sockets own_doors_; ///< where nobody keeps them for it
  net::kept_sockets& doors_;
  std::vector<forward_listener> listeners_;
  descriptor_budget::share descriptors_; ///< one for each connection
  forward_connections connections_;
  id next_id_;
  net::deadlines<id> deadlines_;                  ///< of handshakes and of draining
  std::optional<monotonic_time> accept_again_at_; ///< set while out of descriptors
  std::unordered_map<std::string, std::string> hostnames_;
  forward_room room_;
  std::vector<id> paused_; ///< not watched, because too much is held
  monotonic_time look_at_{}; ///< for who has stood still
  forward_refusals refusals_;
  byte_buffer spare_; ///< the receive buffer of whoever has something to receive

  intake* out_ = nullptr; ///< during read()
  std::size_t left_ = 0;  ///< of the budget
  forward_delivery delivery_;
  id delivering_ = 0;    ///< whose message is half put; 0: nobody's
  std::deque<id> queue_; ///< connections with whole messages that had no budget
  forward_acks acks_;
  forward_window window_;
  forward_identity identity_;
  std::uint64_t resent_events_ = 0;
  std::uint64_t lost_times_ = 0; ///< events that have the time of their arrival instead
  // Of the message that delivery_ holds:
  std::string stream_;                       ///< its own, if it rides in chunks
  std::optional<forward_window::verdict> verdict_; ///< nothing if it has no id
  bool has_put_ = false;
  std::size_t uncovered_bytes_ = 0;
};

} // namespace weir
