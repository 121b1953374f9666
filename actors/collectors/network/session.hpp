/// What the bytes of one connection mean: a protocol's part of a source that others connect to.
#pragma once

#include "actors/collectors/network/connection.hpp"
#include "actors/collectors/source.hpp"

namespace weir {

/// One call of source::read(), as sessions see it.
struct client_turn {
  intake& out;
  std::size_t left = 0; ///< of the budget, in bytes
  monotonic_time now{};

  void spend(std::size_t bytes) { left -= std::min(left, bytes); }
};

/// How far a session came with what has been received.
enum class client_progress : std::uint8_t {
  wants_more, ///< the rest is no whole message
  waits,      ///< for budget, between two messages: take() is called again when there is some
  halted,     ///< for budget, in the middle of a message: its bytes stay where they are until the next call
  at_last,    ///< that was the last message: when all is answered the connection ends, and what still comes is thrown away
  refused,    ///< the client has been told why: the same, but nothing else is answered any more
};

/// Lives as long as its connection. All calls come from the source's thread.
class client_session {
public:
  virtual ~client_session() = default;
  /// The transport is open. Whoever has to say first who it is is admitted later, and has handshake_timeout to get there.
  virtual void open(client_connection& at) { at.admit(); }
  /// Takes what is whole from the front of at.input(), and consumes it. Of who is admitted it is called only while there is
  /// budget, unless the server takes without demand. An error ends the connection: errc::limit, errc::malformed.
  virtual auto take(client_connection& at, client_turn& turn) -> result<client_progress> = 0;
  /// The client sends nothing more, and at.input() is the rest.
  virtual void take_rest(client_connection& /*at*/, client_turn& /*turn*/) {}
  /// What client_server::hold() was told to hold is safe.
  virtual void on_safe(client_connection& /*at*/, std::string_view /*token*/) {}
  /// The time has come that it gave to at.call_at().
  virtual void on_time(client_connection& /*at*/, client_turn& /*turn*/) {}
  /// Its input has ended, or the connection is about to be closed; may come twice.
  virtual void on_end(client_connection& /*at*/) {}
};

} // namespace weir
