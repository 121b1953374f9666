#include "actors/sinks/elasticsearch/document_id.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto alphabet = std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

/// Returns the end of what is written.
auto put_base64url(char* to, const unsigned char* from, std::size_t size) -> char* {
  for (; size >= 3; size -= 3, from += 3) {
    const auto bits = static_cast<unsigned>(from[0] << 16 | from[1] << 8 | from[2]);
    for (const auto shift : {18U, 12U, 6U, 0U}) *to++ = alphabet[bits >> shift & 63U];
  }
  if (size == 0) return to;
  const auto bits = static_cast<unsigned>(from[0] << 16 | (size > 1 ? from[1] << 8 : 0));
  *to++ = alphabet[bits >> 18U & 63U];
  *to++ = alphabet[bits >> 12U & 63U];
  if (size > 1) *to++ = alphabet[bits >> 6U & 63U];
  return to;
}

} // namespace

document_id::document_id(const event_key& key, std::optional<std::int64_t> own_time_ns) {
  auto bytes = std::array<unsigned char, sizeof(std::int64_t) + 28>{};
  auto* end = bytes.data();
  if (own_time_ns) {
    const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(*own_time_ns, 0));
    for (auto shift = 64U; shift > 0; shift -= 8) *end++ = static_cast<unsigned char>(time >> (shift - 8));
  }
  end = std::copy(key.bytes.begin(), key.bytes.end(), end);
  const auto* begin = bytes.data();
  size_ = static_cast<std::size_t>(put_base64url(text_.data(), begin, static_cast<std::size_t>(end - begin)) - text_.data());
}

} // namespace weir
