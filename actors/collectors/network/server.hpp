/// The connections of a source that others connect to, within bounds that hold whoever they are.
//
// A source has one, gives its calls on to it, and makes a client_session of its protocol for each connection. Everything
// happens in the source's calls; nothing blocks. Without demand nothing is read from clients that are admitted, and TCP
// holds them back. What their unfinished messages may hold, and who gives way, says client_room.
//
// What sessions put is covered by positions of this process's own (held_acks::stream) each time read() ends: so an answer
// can wait until all that was put before it is safe. What has an identity that outlives the process is covered by the
// source itself, in client_protocol::cover().
#pragma once

#include "actors/collectors/network/connection.hpp"
#include "actors/collectors/network/held_acks.hpp"
#include "actors/collectors/network/listener.hpp"
#include "actors/collectors/network/refusals.hpp"
#include "actors/collectors/network/room.hpp"
#include "actors/collectors/network/session.hpp"
#include "runtime/net/deadlines.hpp"
#include "runtime/net/tls_files.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace weir {

struct client_door {
  std::string place;         ///< as parse_endpoint() takes it
  bool is_encrypted = false;
  std::size_t protocol = 0;  ///< the source's own: what is spoken there
};

struct client_server_settings {
  std::vector<client_door> doors;
  mode_t socket_mode = 0600;
  std::optional<net::tls_settings> tls; ///< of the doors that are encrypted
  std::size_t connections_max = 1024;
  std::size_t message_bytes_max = std::size_t{64} << 20; ///< what the largest messages may hold together
  duration handshake_timeout = std::chrono::seconds{10};
  duration message_timeout = std::chrono::minutes{1};
  bool keeps_alive = true;           ///< idle peers are probed
  bool takes_without_demand = false; ///< sessions are to answer those whom nothing is taken from
};

/// What a source adds to its server.
class client_protocol {
public:
  /// For who has just connected.
  virtual auto make_session(client_peer& peer, std::size_t protocol) -> std::unique_ptr<client_session> = 0;
  /// Covers what was put and has positions of its own; what else was put is covered next.
  virtual void cover(intake& /*out*/) {}

protected:
  ~client_protocol() = default;
};

class client_server {
public:
  client_server(client_server_settings settings, client_protocol& of, const plugin_context& context);

  // As the source's functions of these names.
  auto listen() -> result<void>;
  auto is_listening() const -> bool { return poll_.is_open(); }
  void resume(const resume_info& known);
  auto read(intake& out, std::size_t budget) -> read_status;
  void acknowledge(std::span<const position_range> safe);
  auto wake_fd() const -> int { return poll_.fd(); }
  auto wake_at() const -> std::optional<monotonic_time>;
  auto summary() const -> std::string;
  void observe(observation& to) const;
  auto is_settled() const -> bool { return acks_.is_all_safe(); }

  // For sessions, during take() and its like.
  /// Events of so many bytes were put.
  void note_put(std::size_t bytes);
  /// session::on_safe() is called with the token when all that was put up to now is safe; at once if it is.
  void hold(client_connection& at, std::string_view token) { hold(at, token, acks_.next_position()); }
  /// The same for what was put up to an earlier acks().next_position().
  void hold(client_connection& at, std::string_view token, std::uint64_t position);
  auto acks() const -> const held_acks& { return acks_; }
  auto refusals() -> client_refusals& { return refusals_; }

  /// Calls `on_ready` whenever there is something to receive, also without budget.
  void watch(int fd, std::function<void(client_turn& turn)> on_ready);
  auto listeners() -> std::vector<client_listener>& { return listeners_; }

private:
  using id = std::uint64_t;

  void poll_sockets(bool& more);
  void on_event(id at, std::uint32_t events);
  void on_client_event(id at, client_connection& c, std::uint32_t events);
  void set_interest(int fd, id at, std::uint32_t events);
  void watch_listeners(bool on);
  void work_off_queue();
  void receive(client_connection& c);
  void receive_some(id at, client_connection* c);
  void process(client_connection& c);
  void queue(client_connection& c, bool is_first);
  void on_end_of_input(client_connection& c);
  void settle(client_connection& c);
  void cover();
  auto may_take_from(const client_connection& c) const -> bool;
  auto is_over() const -> bool;

  // server_clients.cpp: who comes, stays and goes
  void accept_all(std::size_t door);
  void admit(accepted_client accepted, const client_door& door);
  auto wrap(accepted_client& accepted, const client_door& door) -> std::unique_ptr<net::transport>;
  void renew_tls();
  void open(client_connection& c);
  auto lack_of_place() const -> std::string;
  auto take_place() -> bool;
  auto end_late(id at, const std::string& what) -> bool;
  void watch(client_connection& c);
  void unwatch(client_connection& c);
  void after_output(id at);
  void drain(client_connection& c);
  void close(client_connection& c);
  void expire();
  void keep_call(client_connection& c);
  void call_due();
  void look_again(client_connection& c);
  void pause(client_connection& c);
  void resume_paused();
  void close_stalled();
  void give_up(client_connection& c, std::string_view reason, const std::string& what);
  void fail(client_connection& c, const error& why);
  auto find(id at) -> client_connection*;

  client_server_settings settings_;
  client_protocol& protocol_;
  const clock& clock_;
  bool once_;
  bool has_clients_come_;
  std::string component_;
  std::shared_ptr<net::tls_files> tls_;
  monotonic_time renew_tls_at_{};
  owned_fd poll_;
  net::kept_sockets own_doors_; ///< where nobody keeps them for it
  net::kept_sockets& doors_;
  std::vector<client_listener> listeners_; ///< as settings_.doors
  std::vector<std::function<void(client_turn&)>> watched_;
  descriptor_budget::share descriptors_; ///< one for each connection
  client_connections connections_;
  id next_id_;
  net::deadlines<id> deadlines_; ///< of handshakes and of draining
  net::deadlines<id> calls_;     ///< that sessions have asked for
  std::optional<monotonic_time> accept_again_at_; ///< set while out of descriptors
  client_room room_;
  std::vector<id> paused_;   ///< not watched, because too much is held
  monotonic_time look_at_{}; ///< for who has stood still
  client_refusals refusals_;
  byte_buffer spare_; ///< the receive buffer of whoever has something to receive

  client_turn* turn_ = nullptr; ///< during read()
  std::deque<id> queue_;        ///< connections that wait for budget
  held_acks acks_;
  std::size_t uncovered_bytes_ = 0;
};

} // namespace weir
