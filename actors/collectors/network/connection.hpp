/// One client of a source: its bytes in both directions.
#pragma once

#include "actors/collectors/network/peer.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/net/transport.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

class client_session;

enum class client_phase : std::uint8_t {
  opening,     ///< the transport's handshake
  handshake,   ///< who it is, is not known yet
  established, ///< messages
  half_closed, ///< the client sends no more, but waits for answers
  draining,    ///< nothing is wanted any more; what still comes is thrown away until the client closes
};

class client_connection {
public:
  client_connection(std::uint64_t number, std::unique_ptr<net::transport> bytes, client_peer peer);
  ~client_connection();

  // For its session.
  /// Who it is, is known now: it is not asked to give way any more.
  void admit() { phase = client_phase::established; }
  /// What has come and was not consumed; line_padding bytes behind it are readable. Valid until consume(), unless the session
  /// is halted.
  auto input() const -> std::string_view { return in_.view_from(begin_); }
  void consume(std::size_t bytes);
  /// The message in front has so many bytes, as far as known: as much is received, and no more.
  void expect(std::uint64_t message_bytes) { expected_bytes_ = message_bytes; }
  /// Sends, or keeps for later what the socket does not take; false if the client does not read and too
  /// much is kept already: then nothing of it is sent.
  auto answer(std::string_view bytes) -> bool;
  /// The same without a bound, for answers whose number is bounded by what was asked.
  void answer_all(std::string_view bytes);
  /// client_session::on_time() is to be called then, instead of when it was said last.
  void call_at(std::optional<monotonic_time> when) { call_at_ = when; }
  auto call_at() const -> std::optional<monotonic_time> { return call_at_; }
  auto peer() const -> const client_peer& { return peer_; }
  auto number() const -> std::uint64_t { return number_; }
  auto is_peer_gone() const -> bool { return is_broken_ || bytes_->is_peer_gone(); }
  /// Whether the client had all answers up to now when it was last heard of.
  auto has_peer_all() const -> bool {
    return is_answerable_ && out_.empty() && !is_broken_ && bytes_->has_peer_all();
  }
  auto certificate_name() const -> std::string { return bytes_->certificate_name(); }

  // For its server.
  /// Goes on with the transport's handshake; nothing can be received or sent before it is done.
  auto open() -> net::io_outcome;
  /// Receives once, at most `room_max` bytes. An idle connection has no buffer: it takes `spare`, and
  /// give_back() returns it.
  auto receive(byte_buffer& spare, std::size_t room_max) -> net::io_status;
  void give_back(byte_buffer& spare);
  /// Receives and forgets.
  auto discard() -> net::io_status;
  auto buffered() const -> std::size_t { return in_.size() - begin_; }
  void forget_input() { consume(buffered()); }
  /// Sends what is kept; false if the client takes nothing any more.
  auto flush() -> bool;
  auto has_output() const -> bool { return !out_.empty(); }
  /// From now on answers are dropped; what the client has sent may still be read.
  void stop_answering();
  auto is_answerable() const -> bool { return is_answerable_; }
  auto has_more_than(std::size_t bytes) const -> bool { return bytes_->waiting_bytes() > bytes; }
  /// Whether the transport has to send before it can receive more.
  auto is_turned() const -> bool { return is_turned_; }
  /// Whether some of it was consumed since the last call.
  auto take_is_ahead() -> bool { return std::exchange(is_ahead_, false); }
  void finish() { bytes_->finish(); }
  auto fd() const -> int { return bytes_->fd(); }

  std::unique_ptr<client_session> session;
  client_phase phase = client_phase::opening;
  std::uint32_t interest = 0; ///< what epoll watches
  bool is_watched = false;
  std::size_t counted = 0; ///< of buffered(), in the sum over all connections
  bool is_paused = false;  ///< not watched, because it waits for room
  bool has_slot = false;   ///< see client_room
  monotonic_time progress_at{};   ///< see client_room
  std::size_t progress_bytes = 0; ///< buffered() at that time
  std::uint32_t unacknowledged = 0;  ///< answers that are held
  bool is_last_message_seen = false; ///< it is to end when all is answered
  bool is_queued = false;            ///< has something that waits for budget
  bool is_halted = false;            ///< the same, in the middle of a message
  std::optional<monotonic_time> wakes_at; ///< there is a timer for call_at()

private:
  auto note(const net::io_outcome& outcome) -> net::io_status;

  std::uint64_t number_;
  std::unique_ptr<net::transport> bytes_;
  client_peer peer_;
  byte_buffer in_;
  std::size_t begin_ = 0; ///< of what is not consumed
  std::uint64_t expected_bytes_ = 0;
  std::optional<monotonic_time> call_at_;
  std::string out_;
  bool is_answerable_ = true;
  bool is_broken_ = false; ///< an error has come, which the system tells only once
  bool is_turned_ = false;
  bool is_ahead_ = false;
};

} // namespace weir
