/// Trust in one authority that is known by the SHA-256 of its certificate alone, as servers print it when they are set up.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace weir {

using certificate_hash = std::array<unsigned char, 32>;

/// Hex digits, with or without colons between the bytes; nothing if it is no SHA-256.
auto parse_certificate_hash(std::string_view text) -> std::optional<certificate_hash>;

/// Has connections of the OpenSSL `SSL_CTX` trust nobody but an authority with this hash whose certificate the server sends
/// along. `wanted` lives as long as the context.
void trust_only(void* ssl_context, const certificate_hash& wanted);

} // namespace weir
