/// A connection on which messages come one after another and nothing is answered: lines, or sizes and bytes.
#pragma once

#include "actors/collectors/network/message.hpp"
#include "runtime/codec/stream_framer.hpp"

namespace weir {

class framed_session final : public client_session {
public:
  framed_session(message_taker& to, stream_framer framer) : to_(to), framer_(framer) {}

  void open(client_connection& at) override;
  auto take(client_connection& at, client_turn& turn) -> result<client_progress> override;
  void take_rest(client_connection& at, client_turn& turn) override;

private:
  void give(const framed_message& message, const client_connection& at, client_turn& turn);

  message_taker& to_;
  stream_framer framer_;
  std::optional<ucred> sender_;
};

/// Who has opened the other end of a unix socket; nothing of others.
auto peer_of_unix_socket(int fd) -> std::optional<ucred>;

} // namespace weir
