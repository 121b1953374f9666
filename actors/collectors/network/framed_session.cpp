#include "actors/collectors/network/framed_session.hpp"

namespace weir {

auto peer_of_unix_socket(int fd) -> std::optional<ucred> {
  auto who = ucred{};
  auto bytes = socklen_t{sizeof who};
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &bytes) != 0 || who.pid == 0) return std::nullopt;
  return who;
}

void framed_session::open(client_connection& at) {
  if (!at.peer().is_ip) sender_ = peer_of_unix_socket(at.fd());
  at.admit();
}

auto framed_session::take(client_connection& at, client_turn& turn) -> result<client_progress> {
  for (;;) {
    if (turn.left == 0) return at.input().empty() ? client_progress::wants_more : client_progress::waits;
    WEIR_TRY(const auto next, framer_.next(at.input()));
    if (next.used == 0) return client_progress::wants_more;
    if (next.message) give(*next.message, at, turn);
    turn.spend(next.used);
    at.consume(next.used);
  }
}

void framed_session::take_rest(client_connection& at, client_turn& turn) {
  if (framer_.is_torn(at.input())) turn.out.drop("incomplete message", 1);
  if (const auto message = framer_.last(at.input())) give(*message, at, turn);
}

void framed_session::give(const framed_message& message, const client_connection& at, client_turn& turn) {
  to_.take({message.bytes, message.is_cut, at.peer(), sender_}, turn);
}

} // namespace weir
