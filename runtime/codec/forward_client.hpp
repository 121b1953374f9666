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

/// Whether one whole root object is the ack of `chunk`; the error says what came instead.
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

private:
  forward_credentials credentials_;
  std::string salt_;
  std::string nonce_;
};

} // namespace weir
