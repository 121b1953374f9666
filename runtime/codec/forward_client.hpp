/// The client side of the forward protocol: what to send, and what the answers mean. No sockets.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/compression.hpp"
#include "runtime/codec/forward_handshake.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// One PackedForward message.
struct forward_outgoing {
  std::string_view tag;
  std::string_view entries; ///< whole entries back to back (runtime/event/entry.hpp)
  std::uint64_t count = 0;
  std::string_view chunk; ///< id to be acknowledged; empty: no ack wanted
  compression method = compression::none;
};

/// Appends `[tag, payload, {"size": …, "chunk": …, "compressed": …}]`, the tag and id as str.
auto append_packed_forward(byte_buffer& out, const forward_outgoing& message) -> result<void>;

/// The same message in three parts: this, payload_bytes of payload, and the option.
void append_packed_head(byte_buffer& out, std::string_view tag, std::size_t payload_bytes);
/// Of `message` all but tag and entries.
void append_packed_option(byte_buffer& out, const forward_outgoing& message);

/// The id that one whole root object acknowledges, borrowed from it; the error says what came instead.
auto decode_ack(std::string_view root) -> result<std::string_view>;
/// Whether it is the ack of `chunk`.
auto check_ack(std::string_view root, std::string_view chunk) -> result<void>;

/// A new chunk id: 24 characters of Base64, as other clients send them.
auto make_forward_chunk_id() -> std::string;

struct forward_credentials {
  std::string self_hostname;
  std::string shared_key;
  std::string username;
  std::string password;
};

/// Answers HELO with PING, then judges PONG.
class forward_client_handshake {
public:
  explicit forward_client_handshake(forward_credentials credentials);
  /// Appends the PING that answers the HELO in `root`.
  auto answer_helo(std::string_view root, byte_buffer& out) -> result<void>;
  /// An error if the server refused us, or could not show that it knows the key.
  auto check_pong(std::string_view root) const -> result<void>;
  /// After the HELO: false if the server takes one message a connection.
  auto is_kept_alive() const -> bool { return is_kept_alive_; }

private:
  forward_credentials credentials_;
  std::string salt_;
  std::string nonce_;
  bool is_kept_alive_ = true;
};

} // namespace weir
