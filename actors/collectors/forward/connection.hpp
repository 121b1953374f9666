/// One client of the forward source: its bytes in both directions, cut into root objects.
#pragma once

#include "actors/collectors/forward/access.hpp"
#include "actors/collectors/forward/window.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/forward_json.hpp"
#include "runtime/event/msgpack_skipper.hpp"
#include "runtime/net/transport.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

enum class forward_phase : std::uint8_t {
  opening,     ///< the transport's handshake
  handshake,   ///< HELO is sent, PING is awaited
  established, ///< messages
  half_closed, ///< the client sends no more, but waits for acks
  draining,    ///< nothing is wanted any more; what still comes is thrown away until the client closes
};

class forward_connection {
public:
  /// `sniffs_json`: a first byte of { or [ means JSON for good.
  forward_connection(std::unique_ptr<net::transport> bytes, forward_peer peer, bool sniffs_json);

  /// Goes on with the transport's handshake; nothing can be received or sent before it is done.
  auto open() -> net::io_outcome;
  /// Receives once, at most `room_max` bytes. An idle connection has no buffer: it takes `spare`, and
  /// give_back() returns it.
  auto receive(byte_buffer& spare, std::size_t room_max) -> net::io_status;
  void give_back(byte_buffer& spare);
  /// Receives and forgets.
  auto discard() -> net::io_status;

  /// The next whole root object as msgpack, if it is there; valid until consume(). The size of a root
  /// object is bounded before its bytes are stored. errc::malformed or errc::limit end the connection.
  auto next_root(std::size_t bytes_max) -> result<std::optional<std::string_view>>;
  /// Bytes of the current root object on the wire.
  auto root_bytes() const -> std::size_t { return root_bytes_; }
  void consume();
  auto buffered() const -> std::size_t { return in_.size() - begin_; }
  void forget_input();

  /// Sends, or keeps for later what the socket does not take; false if the client does not read and too
  /// much is kept already: then nothing of it is sent.
  auto answer(std::string_view bytes) -> bool;
  void acknowledge(std::string_view chunk);
  /// Sends what is kept; false if the client takes nothing any more.
  auto flush() -> bool;
  auto has_output() const -> bool { return !out_.empty(); }
  /// From now on answers are dropped; what the client has sent may still be read.
  void stop_answering();
  auto is_answerable() const -> bool { return is_answerable_; }
  auto is_peer_gone() const -> bool { return is_broken_ || bytes_->is_peer_gone(); }
  auto has_more_than(std::size_t bytes) const -> bool { return bytes_->waiting_bytes() > bytes; }
  /// Whether the transport has to send before it can receive more.
  auto is_turned() const -> bool { return is_turned_; }
  /// Whether a whole message was consumed since the last call.
  auto take_is_ahead() -> bool { return std::exchange(is_ahead_, false); }
  /// Whether the client had all answers up to now when it was last heard of.
  auto has_peer_all() const -> bool {
    return is_answerable_ && out_.empty() && !is_broken_ && bytes_->has_peer_all();
  }
  void finish() { bytes_->finish(); }

  auto peer() const -> const forward_peer& { return peer_; }
  auto fd() const -> int { return bytes_->fd(); }

  forward_phase phase = forward_phase::established;
  forward_helo greeted;
  forward_carrier_ptr carrier;
  std::string hostname; ///< as the client calls itself in its PING
  std::uint32_t interest = 0; ///< what epoll watches
  bool is_watched = false;
  std::size_t counted = 0; ///< of buffered(), in the sum over all connections
  bool is_paused = false;  ///< not watched, because it waits for room
  bool has_slot = false;   ///< see forward_room
  monotonic_time progress_at{};   ///< see forward_room
  std::size_t progress_bytes = 0; ///< buffered() at that time
  std::uint32_t unacknowledged = 0;
  std::uint32_t broken_in_a_row = 0; ///< root objects that were no messages
  bool is_last_message_seen = false; ///< with deny_keepalive
  bool is_queued = false;            ///< may have whole messages in its buffer

private:
  auto note(const net::io_outcome& outcome) -> net::io_status;
  void decide_codec();
  auto next_json(std::string_view bytes, std::size_t bytes_max) -> result<std::optional<std::string_view>>;
  auto next_msgpack(std::string_view bytes, std::size_t bytes_max) -> result<std::optional<std::string_view>>;
  void skip_white_space();

  std::unique_ptr<net::transport> bytes_;
  forward_peer peer_;
  byte_buffer in_;
  std::size_t begin_ = 0; ///< of the current root object in in_
  std::size_t root_bytes_ = 0;
  msgpack_skipper skipper_;
  json_document_finder finder_;
  byte_buffer converted_; ///< a JSON document as msgpack
  std::string out_;
  bool sniffs_json_;
  bool is_json_ = false;
  bool is_answerable_ = true;
  bool is_broken_ = false; ///< an error has come, which the system tells only once
  bool is_turned_ = false;
  bool is_ahead_ = false;
};

} // namespace weir
