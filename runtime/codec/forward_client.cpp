#include "runtime/codec/forward_client.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/codec/base64.hpp"
#include "runtime/event/msgpack.hpp"

namespace weir {
void append_packed_head(byte_buffer& out, std::string_view tag, std::size_t payload_bytes) {
  auto write = msgpack_writer{out};
  write.array(3);
  write.str(tag);
  write.bin_head(payload_bytes);
}

void append_packed_option(byte_buffer& out, const forward_outgoing& message) {
  auto write = msgpack_writer{out};
  write.map(1 + (message.chunk.empty() ? 0 : 1) + (message.method == compression::none ? 0 : 1));
  write.str("size");
  write.unsigned_integer(message.count);
  if (!message.chunk.empty()) {
    write.str("chunk");
    write.str(message.chunk);
  }
  if (message.method == compression::none) return;
  write.str("compressed");
  write.str(message.method == compression::gzip ? "gzip" : "zstd");
}

auto append_packed_forward(byte_buffer& out, const forward_outgoing& message) -> result<void> {
  auto packed = byte_buffer{};
  auto payload = message.entries;
  if (message.method != compression::none) {
    WEIR_CHECK(compress(message.method, message.entries, packed));
    payload = packed.view();
  }
  append_packed_head(out, message.tag, payload.size());
  out.append(payload);
  append_packed_option(out, message);
  return {};
}

auto decode_ack(std::string_view root) -> result<std::string_view> {
  const auto value = find_field(root, "ack");
  auto id = std::string_view{};
  if (msgpack_reader{value}.str_or_bin(id)) return id;
  return error{errc::malformed, decode_helo(root) ? "the server wants a login with a shared key" : "the answer is no ack"};
}

auto check_ack(std::string_view root, std::string_view chunk) -> result<void> {
  WEIR_TRY(const auto id, decode_ack(root));
  if (id != chunk) return error{errc::malformed, "the ack is for another chunk"};
  return {};
}

auto make_forward_chunk_id() -> std::string { return to_base64(random_salt()); }

forward_client_handshake::forward_client_handshake(forward_credentials credentials)
    : credentials_(std::move(credentials)), salt_(to_base64(random_salt())) {}

auto forward_client_handshake::answer_helo(std::string_view root, byte_buffer& out) -> result<void> {
  WEIR_TRY(auto helo, decode_helo(root));
  nonce_ = helo.nonce;
  is_kept_alive_ = helo.keepalive;
  const auto key = key_digest({salt_, credentials_.self_hostname, nonce_, credentials_.shared_key});
  auto ping = forward_ping{credentials_.self_hostname, salt_, key, {}, {}};
  auto password = std::string{};
  if (!helo.auth.empty()) {
    password = password_digest({helo.auth, credentials_.username, credentials_.password});
    ping.username = credentials_.username;
    ping.password_digest = password;
  }
  append_ping(out, ping);
  return {};
}

auto forward_client_handshake::check_pong(std::string_view root) const -> result<void> {
  WEIR_TRY(const auto pong, decode_pong(root));
  if (!pong.ok)
    return error{errc::rejected, "the server refused: " + std::string{pong.reason.substr(0, whole_characters(pong.reason, 200))}};
  if (pong.hostname == credentials_.self_hostname)
    return error{errc::rejected, "the server has our own host name, \"" + credentials_.self_hostname + '"'};
  const auto wanted = key_digest({salt_, pong.hostname, nonce_, credentials_.shared_key});
  if (!digests_equal(pong.key_digest, wanted))
    return error{errc::rejected, "the server has another shared key"};
  return {};
}

} // namespace weir
