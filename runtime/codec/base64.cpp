#include "runtime/codec/base64.hpp"

#include <openssl/evp.h>

namespace weir {
namespace {

auto bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
auto bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

} // namespace

auto to_base64(std::string_view bytes) -> std::string {
  auto out = std::string((bytes.size() + 2) / 3 * 4 + 1, '\0'); // the library ends it with a 0
  EVP_EncodeBlock(bytes_of(out), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.pop_back();
  return out;
}

auto from_base64(std::string_view text) -> std::optional<std::string> {
  auto out = std::string(text.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(bytes_of(out), bytes_of(text), static_cast<int>(text.size()));
  if (size != static_cast<int>(out.size())) return std::nullopt;
  out.resize(out.size() - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0)); // it takes padding for zeros
  if (to_base64(out) != text) return std::nullopt; // bits that no encoder sets, white space
  return out;
}

} // namespace weir
