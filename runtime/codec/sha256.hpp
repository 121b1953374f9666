/// SHA-256 of a byte string, for names that follow from what they stand for.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace weir {

using sha256_bytes = std::array<unsigned char, 32>;

auto sha256_of(std::string_view bytes) -> sha256_bytes;
/// HMAC-SHA-256 of RFC 2104: only who has the key can tell what `bytes` may have been.
auto hmac_sha256_of(std::string_view key, std::string_view bytes) -> sha256_bytes;
auto hex_digits_of(const sha256_bytes& digest) -> std::string;
/// Lower-case hex digits.
auto sha256_hex(std::string_view bytes) -> std::string;

} // namespace weir
