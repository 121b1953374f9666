/// One client of the forward source: greeting, login, messages, acks.
#pragma once

#include "actors/collectors/forward/roots.hpp"
#include "actors/collectors/forward/window.hpp"
#include "actors/collectors/network/session.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_handshake.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

class forward_source;

class forward_session final : public client_session {
public:
  forward_session(forward_source& of, bool sniffs_json);

  void open(client_connection& at) override;
  auto take(client_connection& at, client_turn& turn) -> result<client_progress> override;
  void on_safe(client_connection& at, std::string_view token) override;
  void on_end(client_connection& at) override;

  /// As the client calls itself in its PING.
  auto hostname() const -> const std::string& { return hostname_; }
  auto carrier() const -> const forward_carrier_ptr& { return carrier_; }

private:
  // All of these: wants_more says that the next root object is to be taken.
  auto on_root(client_connection& at, client_turn& turn, std::string_view root) -> result<client_progress>;
  auto on_ping(client_connection& at, std::string_view root) -> result<client_progress>;
  auto on_message(client_connection& at, client_turn& turn, std::string_view root) -> result<client_progress>;
  auto on_broken(client_connection& at, client_turn& turn, const error& why) -> result<client_progress>;
  auto deliver(client_connection& at, client_turn& turn) -> client_progress;
  auto end_message(client_connection& at, client_turn& turn, std::string_view chunk, std::uint64_t position)
      -> client_progress;
  auto why_never(const forward_message& message, const client_peer& peer) const -> const char*;

  forward_source& of_;
  forward_roots roots_;
  forward_carrier_ptr carrier_ = std::make_shared<forward_carrier>();
  forward_helo greeted_;
  std::string hostname_;
  std::uint32_t broken_in_a_row_ = 0; ///< root objects that were no messages
  bool is_delivering_ = false;        ///< its message is half put
};

} // namespace weir
