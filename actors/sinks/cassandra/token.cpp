#include "actors/sinks/cassandra/token.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace weir {
namespace {

constexpr auto factor_1 = std::uint64_t{0x87c37b91114253d5};
constexpr auto factor_2 = std::uint64_t{0x4cf5ad432745937f};

auto mixed_1(std::uint64_t word) -> std::uint64_t { return std::rotl(word * factor_1, 31) * factor_2; }
auto mixed_2(std::uint64_t word) -> std::uint64_t { return std::rotl(word * factor_2, 33) * factor_1; }

auto finished(std::uint64_t word) -> std::uint64_t {
  word = (word ^ word >> 33U) * 0xff51afd7ed558ccd;
  word = (word ^ word >> 33U) * 0xc4ceb9fe1a85ec53;
  return word ^ word >> 33U;
}

auto word_at(const char* bytes) -> std::uint64_t {
  auto word = std::uint64_t{0};
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Cassandra takes the bytes of the last block with their signs, which the algorithm's author does not.
auto signed_tail(std::string_view bytes) -> std::uint64_t {
  auto word = std::uint64_t{0};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    word ^= static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(bytes[i]))) << 8 * i;
  return word;
}

} // namespace

auto murmur3_token(std::string_view key) -> std::int64_t {
  auto a = std::uint64_t{0};
  auto b = std::uint64_t{0};
  auto rest = key;
  for (; rest.size() >= 16; rest.remove_prefix(16)) {
    a = (std::rotl(a ^ mixed_1(word_at(rest.data())), 27) + b) * 5 + 0x52dce729;
    b = (std::rotl(b ^ mixed_2(word_at(rest.data() + 8)), 31) + a) * 5 + 0x38495ab5;
  }
  if (rest.size() > 8) b ^= mixed_2(signed_tail(rest.substr(8)));
  if (!rest.empty()) a ^= mixed_1(signed_tail(rest.substr(0, 8)));
  a ^= key.size();
  b ^= key.size();
  a += b;
  b += a;
  const auto token = static_cast<std::int64_t>(finished(a) + finished(b));
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  return token == least ? std::numeric_limits<std::int64_t>::max() : token;
}

token_ring::token_ring(std::vector<std::pair<std::int64_t, std::size_t>> tokens) : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end());
}

auto token_ring::begin_of(std::int64_t token) const -> std::size_t {
  const auto at = std::lower_bound(tokens_.begin(), tokens_.end(), std::pair{token, std::size_t{0}});
  return static_cast<std::size_t>(at - tokens_.begin());
}

} // namespace weir
