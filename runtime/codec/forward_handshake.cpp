#include "runtime/codec/forward_handshake.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"

#include <msgpack.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <initializer_list>
#include <memory>

namespace weir {
namespace {

auto invalid(std::string what) -> error { return {errc::malformed, std::move(what)}; }

struct free_digest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

auto sha512_hex(std::initializer_list<std::string_view> parts) -> std::string {
  auto context = std::unique_ptr<EVP_MD_CTX, free_digest>{EVP_MD_CTX_new()};
  WEIR_ASSERT(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1);
  for (const auto part : parts) EVP_DigestUpdate(context.get(), part.data(), part.size());
  unsigned char digest[EVP_MAX_MD_SIZE];
  auto size = 0U;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  auto text = std::string{};
  for (auto i = 0U; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

/// Opens `[word, …]` of exactly `wanted` elements.
auto open_array(msgpack_reader& read, std::string_view word, std::uint32_t wanted) -> result<void> {
  auto count = std::uint32_t{0};
  auto found = std::string_view{};
  if (!read.array(count) || count != wanted)
    return invalid(std::string{word} + " wants an array of " + std::to_string(wanted) + " elements");
  if (!read.str_or_bin(found) || found != word)
    return invalid("wanted " + std::string{word} + ", got another message");
  return {};
}

auto read_helo_field(msgpack_reader& read, std::string_view key, forward_helo& out) -> bool {
  auto bytes = std::string_view{};
  if (key == "keepalive") return read.boolean(out.keepalive) || read.skip();
  if (key != "nonce" && key != "auth") return read.skip();
  if (!read.str_or_bin(bytes)) return read.nil();
  (key == "nonce" ? out.nonce : out.auth) = std::string{bytes};
  return true;
}

/// What msgpack-cxx writes to.
struct buffer_stream {
  byte_buffer& out;
  void write(const char* bytes, std::size_t size) { out.append({bytes, size}); }
};

void pack_text(msgpack::packer<buffer_stream>& packer, std::string_view text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

void pack_bytes(msgpack::packer<buffer_stream>& packer, std::string_view bytes) {
  packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

} // namespace

void append_helo(byte_buffer& out, const forward_helo& helo) {
  auto to = buffer_stream{out};
  auto packer = msgpack::packer{to};
  packer.pack_array(2);
  pack_text(packer, "HELO");
  packer.pack_map(3);
  pack_text(packer, "nonce");
  pack_bytes(packer, helo.nonce);
  pack_text(packer, "auth");
  pack_bytes(packer, helo.auth);
  pack_text(packer, "keepalive");
  packer.pack(helo.keepalive);
}

void append_ping(byte_buffer& out, const forward_ping& ping) {
  auto to = buffer_stream{out};
  auto packer = msgpack::packer{to};
  packer.pack_array(6);
  for (const auto text : {std::string_view{"PING"}, ping.hostname, ping.salt, ping.key_digest, ping.username,
                          ping.password_digest})
    pack_text(packer, text);
}

void append_pong(byte_buffer& out, const forward_pong& pong) {
  auto to = buffer_stream{out};
  auto packer = msgpack::packer{to};
  packer.pack_array(5);
  pack_text(packer, "PONG");
  packer.pack(pong.ok);
  for (const auto text :
       {std::string_view{pong.reason}, std::string_view{pong.hostname}, std::string_view{pong.key_digest}})
    pack_text(packer, text);
}

auto decode_helo(std::string_view root) -> result<forward_helo> {
  auto out = forward_helo{};
  auto read = msgpack_reader{root};
  WEIR_CHECK(open_array(read, "HELO", 2));
  if (read.nil()) return out;
  auto count = std::uint32_t{0};
  if (!read.map(count)) return invalid("HELO wants a map of options");
  for (std::uint32_t i = 0; i < count; ++i) {
    auto key = std::string_view{};
    if (!read.str_or_bin(key) || !read_helo_field(read, key, out))
      return invalid("HELO has an unreadable option");
  }
  return out;
}

auto decode_ping(std::string_view root) -> result<forward_ping> {
  auto out = forward_ping{};
  auto read = msgpack_reader{root};
  WEIR_CHECK(open_array(read, "PING", 6));
  for (auto* field : {&out.hostname, &out.salt, &out.key_digest, &out.username, &out.password_digest})
    if (!read.str_or_bin(*field) && !read.nil()) return invalid("PING wants strings");
  return out;
}

auto decode_pong(std::string_view root) -> result<forward_pong> {
  auto out = forward_pong{};
  auto read = msgpack_reader{root};
  WEIR_CHECK(open_array(read, "PONG", 5));
  if (!read.boolean(out.ok)) return invalid("PONG wants true or false");
  for (auto* field : {&out.reason, &out.hostname, &out.key_digest})
    if (!read.str_or_bin(*field)) return invalid("PONG wants strings");
  return out;
}

auto key_digest(const key_digest_parts& parts) -> std::string {
  return sha512_hex({parts.salt, parts.hostname, parts.nonce, parts.shared_key});
}

auto password_digest(const password_digest_parts& parts) -> std::string {
  return sha512_hex({parts.auth, parts.username, parts.password});
}

auto digests_equal(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

auto random_salt() -> std::string {
  auto salt = std::string(16, '\0');
  WEIR_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) == 1);
  return salt;
}

} // namespace weir
