/// One connection of a RELP client: each message is answered when it is safe.
//
//  open     "200 OK" with what this side offers
//  syslog   "200 OK" as soon as the event is safe, in the order of the messages
//  close    an empty answer when all before it is answered, then "0 serverclose 0", then the end
#pragma once

#include "actors/collectors/network/message.hpp"
#include "actors/collectors/network/server.hpp"
#include "runtime/codec/relp.hpp"

namespace weir {

class relp_session final : public client_session {
public:
  relp_session(client_server& server, message_taker& to, std::size_t message_bytes_max)
      : server_(server), to_(to), message_bytes_max_(message_bytes_max) {}

  auto take(client_connection& at, client_turn& turn) -> result<client_progress> override;
  void on_safe(client_connection& at, std::string_view token) override;

private:
  auto take_frame(client_connection& at, client_turn& turn) -> result<client_progress>;
  auto on_frame(client_connection& at, const relp_head& head, std::string_view data, client_turn& turn) -> result<client_progress>;
  auto on_open(client_connection& at, std::uint32_t number, std::string_view offers) -> result<client_progress>;
  auto take_cut(client_connection& at, const relp_head& head, std::string_view data, client_turn& turn) -> result<client_progress>;
  auto skip(client_connection& at, client_turn& turn) -> client_progress;
  void hold(client_connection& at, std::uint32_t number);

  client_server& server_;
  message_taker& to_;
  std::size_t message_bytes_max_;
  bool is_open_ = false;
  std::uint32_t cut_number_ = 0;   ///< of the message whose rest is skipped
  std::uint64_t skip_bytes_ = 0;   ///< of it, with its end
};

} // namespace weir
