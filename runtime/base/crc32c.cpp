#include "runtime/base/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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
/// The instruction takes three cycles, but one can begin in each: so three parts of this size go side by side.
constexpr auto part_bytes = std::size_t{1024};

/// By byte of a checksum: what becomes of it when part_bytes zeros follow.
constexpr auto make_shift() {
  auto of_bit = std::array<std::uint32_t, 32>{};
  for (std::size_t bit = 0; bit < 32; ++bit) {
    of_bit[bit] = std::uint32_t{1} << bit;
    for (std::size_t i = 0; i < part_bytes; ++i) of_bit[bit] = (of_bit[bit] >> 8) ^ table[of_bit[bit] & 0xFF];
  }
  auto of_byte = std::array<std::array<std::uint32_t, 256>, 4>{};
  for (std::size_t place = 0; place < 4; ++place)
    for (std::size_t byte = 0; byte < 256; ++byte)
      for (std::size_t bit = 0; bit < 8; ++bit)
        if ((byte >> bit & 1) != 0) of_byte[place][byte] ^= of_bit[8 * place + bit];
  return of_byte;
}

constexpr auto shift = make_shift();

auto shifted(std::uint64_t crc) noexcept -> std::uint64_t {
  return shift[0][crc & 0xFF] ^ shift[1][crc >> 8 & 0xFF] ^ shift[2][crc >> 16 & 0xFF] ^ shift[3][crc >> 24 & 0xFF];
}

auto word_at(const char* at) noexcept -> std::uint64_t {
  auto word = std::uint64_t{0};
  std::memcpy(&word, at, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) auto three_parts(const char* at, std::uint64_t crc) noexcept -> std::uint64_t {
  auto second = std::uint64_t{0};
  auto third = std::uint64_t{0};
  for (std::size_t i = 0; i < part_bytes; i += 8) {
    crc = __builtin_ia32_crc32di(crc, word_at(at + i));
    second = __builtin_ia32_crc32di(second, word_at(at + part_bytes + i));
    third = __builtin_ia32_crc32di(third, word_at(at + 2 * part_bytes + i));
  }
  return shifted(shifted(crc) ^ second) ^ third;
}

__attribute__((target("sse4.2"))) auto in_hardware(std::string_view bytes, std::uint32_t crc) noexcept
    -> std::uint32_t {
  const auto* at = bytes.data();
  auto left = bytes.size();
  auto wide = std::uint64_t{crc};
  for (; left >= 3 * part_bytes; at += 3 * part_bytes, left -= 3 * part_bytes) wide = three_parts(at, wide);
  for (; left >= 8; at += 8, left -= 8) wide = __builtin_ia32_crc32di(wide, word_at(at));
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++at, --left) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
  return narrow;
}

/// x to the power of `n` modulo the polynomial, bits reversed and moved up by one: by what half a lane is multiplied
/// to be added `n` bits further on (V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ").
constexpr auto power_of_x(int n) -> long long {
  auto power = std::uint32_t{1} << 31;
  for (; n > 0; --n) power = (power >> 1) ^ ((power & 1) ? 0x82F63B78U : 0);
  return static_cast<long long>(std::uint64_t{power} << 1);
}

/// What moves lanes of 128 bits on by `bits`: the lower half is the one further ahead.
template <int Bits> __attribute__((target("avx512f"))) auto step_of() noexcept -> __m512i {
  constexpr auto ahead = power_of_x(Bits + 32);
  constexpr auto behind = power_of_x(Bits - 32);
  return _mm512_set_epi64(behind, ahead, behind, ahead, behind, ahead, behind, ahead);
}

__attribute__((target("avx512f,vpclmulqdq"))) auto folded(__m512i lanes, __m512i step, __m512i onto) noexcept
    -> __m512i {
  constexpr auto xor_of_three = 0x96;
  return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(lanes, step, 0x00),
                                   _mm512_clmulepi64_epi128(lanes, step, 0x11), onto, xor_of_three);
}

constexpr auto folded_bytes = std::size_t{256};

/// Folds blocks of folded_bytes, at least one, into 64 bytes that have the same checksum.
__attribute__((target("avx512f,vpclmulqdq,sse4.2"))) auto in_lanes(std::string_view bytes, std::uint32_t crc) noexcept
    -> std::uint32_t {
  const auto* at = bytes.data();
  auto left = bytes.size();
  __m512i lanes[4];
  for (auto i = 0; i < 4; ++i) lanes[i] = _mm512_loadu_si512(at + 64 * i);
  lanes[0] = _mm512_xor_si512(lanes[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(crc))));
  const auto step = step_of<2048>();
  for (at += folded_bytes, left -= folded_bytes; left >= folded_bytes; at += folded_bytes, left -= folded_bytes)
    for (auto i = 0; i < 4; ++i) lanes[i] = folded(lanes[i], step, _mm512_loadu_si512(at + 64 * i));
  auto last = folded(lanes[0], step_of<1536>(), lanes[3]);
  last = folded(lanes[1], step_of<1024>(), last);
  last = folded(lanes[2], step_of<512>(), last);
  char rest[64];
  _mm512_storeu_si512(rest, last);
  return in_hardware({at, left}, in_hardware({rest, sizeof rest}, 0));
}
#endif

} // namespace

auto crc32c(std::string_view bytes, std::uint32_t crc) noexcept -> std::uint32_t {
#if defined(__x86_64__)
  static const auto has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  static const auto has_lanes = has_instruction && __builtin_cpu_supports("avx512f") != 0
                                && __builtin_cpu_supports("vpclmulqdq") != 0;
  if (has_lanes && bytes.size() >= 2 * folded_bytes) return ~in_lanes(bytes, ~crc);
  if (has_instruction) return ~in_hardware(bytes, ~crc);
#endif
  return ~in_software(bytes, ~crc);
}

} // namespace weir
