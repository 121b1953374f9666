#include "runtime/base/crc32c.hpp"

#include <array>
#include <cstring>

namespace weir {
namespace {

constexpr auto make_table() {
  auto table = std::array<std::uint32_t, 256>{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78U : 0);
    table[byte] = crc;
  }
  return table;
}

constexpr auto table = make_table();

auto in_software(std::string_view bytes, std::uint32_t crc) noexcept -> std::uint32_t {
  for (const auto byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) auto in_hardware(std::string_view bytes, std::uint32_t crc) noexcept
    -> std::uint32_t {
  const auto* at = bytes.data();
  auto left = bytes.size();
  auto wide = std::uint64_t{crc};
  for (; left >= 8; at += 8, left -= 8) {
    auto word = std::uint64_t{0};
    std::memcpy(&word, at, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++at, --left) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
  return narrow;
}
#endif

} // namespace

auto crc32c(std::string_view bytes, std::uint32_t crc) noexcept -> std::uint32_t {
#if defined(__x86_64__)
  static const auto has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return ~in_hardware(bytes, ~crc);
#endif
  return ~in_software(bytes, ~crc);
}

} // namespace weir
