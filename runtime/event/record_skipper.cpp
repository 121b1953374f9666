#include "runtime/event/record_skipper.hpp"

#include "runtime/event/msgpack_shape.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace msgpack_shape;

auto load_word(const char* from) noexcept -> std::uint64_t {
  auto word = std::uint64_t{0};
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Bytes of a value that its first byte tells; 0 for all others.
constexpr auto bytes_of(const shape& s) -> std::uint8_t {
  const auto holds_values = s.type == msgpack_type::map || s.type == msgpack_type::array;
  if (s.width != 0 || s.type == msgpack_type::invalid || (holds_values && s.payload > 0)) return 0;
  return static_cast<std::uint8_t>(s.fixed + s.payload);
}

/// Bytes of the value at `at`; 0 if it holds others, is invalid, or its length is cut off.
auto measure(const char* at, const char* end) noexcept -> std::size_t {
  const auto& s = shape_at(at);
  if (const auto plain = bytes_of(s); plain != 0) return plain;
  const auto is_sized =
      s.type == msgpack_type::str || s.type == msgpack_type::bin || s.type == msgpack_type::ext;
  if (!is_sized || end - at < s.fixed) return 0;
  return std::size_t{s.fixed} + announced(at, s);
}

} // namespace

[[gnu::always_inline]] inline auto record_skipper::is(const key_guess& guess, const char* at,
                                                      std::size_t left) noexcept -> bool {
  if (left < key_bytes_max)
    return guess.bytes - 1 < left && std::memcmp(at, guess.text, guess.bytes) == 0; // 0 is not below
  const auto word = [at](std::size_t offset) { return load_word(at + offset); };
  if ((word(0) & guess.mask) != guess.first) return false;
  if (guess.bytes <= 8) return true;
  if (word(guess.bytes - 8) != guess.last) return false;
  return guess.bytes <= 16 || std::memcmp(at + 8, guess.text + 8, guess.bytes - 16) == 0;
}

auto record_skipper::learn(key_guess& guess, const char* at, std::size_t left) noexcept -> bool {
  const auto head = static_cast<unsigned char>(*at);
  const auto bytes = std::size_t{1} + (head & 0x1fU);
  guess = {};
  if ((head & 0xe0) != 0xa0 || bytes > left) return false;
  std::memcpy(guess.text, at, bytes);
  guess.bytes = bytes;
  guess.mask = bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << bytes * 8) - 1;
  guess.first = load_word(guess.text) & guess.mask;
  if (bytes > 8) guess.last = load_word(guess.text + bytes - 8);
  return true;
}

auto record_skipper::keys_differ(std::size_t count) const noexcept -> bool {
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (keys_[i].first == keys_[j].first && keys_[i].bytes == keys_[j].bytes
          && std::memcmp(keys_[i].text, keys_[j].text, keys_[i].bytes) == 0)
        return false;
  return true;
}

auto record_skipper::skip(std::string_view bytes) noexcept -> std::size_t {
  if (bytes.empty() || (static_cast<unsigned char>(bytes.front()) & 0xf0) != 0x80) return 0;
  const auto count = static_cast<unsigned char>(bytes.front()) & 0x0fU;
  const auto* at = bytes.data() + 1;
  const auto* const end = bytes.data() + bytes.size();
  for (auto i = 0U; i < count; ++i) {
    if (at >= end) return 0;
    auto& key = keys_[i];
    if (!is(key, at, static_cast<std::size_t>(end - at))) [[unlikely]] {
      distinct_ = std::min<std::size_t>(distinct_, i);
      if (!learn(key, at, static_cast<std::size_t>(end - at))) return 0;
    }
    at += key.bytes;
    if (at >= end) return 0;
    const auto head = static_cast<unsigned char>(*at);
    auto& expected = values_[i];
    // A branch, not a conditional move: only so the next load need not wait for this one.
    if (__builtin_expect(head == expected.head, 1)) {
      at += expected.bytes;
      continue;
    }
    const auto size = measure(at, end);
    if (size == 0 || size > static_cast<std::size_t>(end - at)) return 0;
    if (const auto plain = bytes_of(shapes[head]); plain != 0) expected = {head, plain};
    at += size;
  }
  if (at > end) return 0;
  if (count > distinct_) {
    if (!keys_differ(count)) return 0;
    distinct_ = count;
  }
  return static_cast<std::size_t>(at - bytes.data());
}

} // namespace weir
