#include "runtime/base/siphash.hpp"

#include <bit>
#include <cstring>

namespace weir {
namespace {

struct sip_state {
  std::uint64_t v0, v1, v2, v3;

  explicit sip_state(siphash_key key)
      : v0(key.first ^ 0x736f6d6570736575),
        v1(key.second ^ 0x646f72616e646f6d),
        v2(key.first ^ 0x6c7967656e657261),
        v3(key.second ^ 0x7465646279746573) {}

  void round() {
    v0 += v1, v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1, v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void add(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  void add_all(std::string_view bytes) {
    auto last = static_cast<std::uint64_t>(bytes.size()) << 56;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
      auto word = std::uint64_t{0};
      std::memcpy(&word, bytes.data(), sizeof word); // little-endian, as all machines that Weir runs on
      add(word);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    add(last);
  }
  auto finish() -> std::uint64_t {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

} // namespace

auto siphash64(siphash_key key, std::string_view bytes) -> std::uint64_t {
  auto state = sip_state{key};
  state.add_all(bytes);
  state.v2 ^= 0xff;
  return state.finish();
}

auto siphash128(siphash_key key, std::string_view bytes) -> std::array<std::uint64_t, 2> {
  auto state = sip_state{key};
  state.v1 ^= 0xee;
  state.add_all(bytes);
  state.v2 ^= 0xee;
  const auto first = state.finish();
  state.v1 ^= 0xdd;
  return {first, state.finish()};
}

} // namespace weir
