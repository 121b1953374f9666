/// Messages as clients send them one by one, whichever way they come.
#pragma once

#include "actors/collectors/network/peer.hpp"
#include "actors/collectors/network/session.hpp"

#include <sys/socket.h>

#include <optional>
#include <string_view>

namespace weir {

struct received_message {
  std::string_view bytes; ///< line_padding readable bytes behind it
  bool is_cut = false;    ///< it went on, and the rest is left out
  const client_peer& from;
  std::optional<ucred> sender = {}; ///< who is at the other end of a unix socket, as the kernel says
};

/// The source of a client_server, as far as such messages go.
class message_taker {
public:
  /// Puts what it is, and says so to the server: client_server::note_put().
  virtual void take(const received_message& message, client_turn& turn) = 0;

protected:
  ~message_taker() = default;
};

} // namespace weir
