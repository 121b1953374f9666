#include "runtime/codec/sha256.hpp"

#include "runtime/base/assert.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace weir {

auto sha256_of(std::string_view bytes) -> sha256_bytes {
  auto made = sha256_bytes{};
  WEIR_ASSERT(EVP_Digest(bytes.data(), bytes.size(), made.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return made;
}

auto hmac_sha256_of(std::string_view key, std::string_view bytes) -> sha256_bytes {
  auto made = sha256_bytes{};
  const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
  WEIR_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), from, bytes.size(), made.data(), nullptr) != nullptr);
  return made;
}

auto hex_digits_of(const sha256_bytes& digest) -> std::string {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto text = std::string{};
  for (const auto byte : digest) text.append({digits[byte >> 4U], digits[byte & 15U]});
  return text;
}

auto sha256_hex(std::string_view bytes) -> std::string { return hex_digits_of(sha256_of(bytes)); }

} // namespace weir
