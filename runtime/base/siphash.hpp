/// SipHash-2-4: a keyed hash of 64 or 128 bits, which whoever does not know the key cannot steer.
//
// J.-P. Aumasson, D. J. Bernstein: SipHash: a fast short-input PRF. The same bytes under the same key have the same hash on
// every node.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weir {

struct siphash_key {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

auto siphash64(siphash_key key, std::string_view bytes) -> std::uint64_t;
auto siphash128(siphash_key key, std::string_view bytes) -> std::array<std::uint64_t, 2>;

} // namespace weir
