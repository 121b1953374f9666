#include "runtime/event/record_skipper.hpp"

#include "runtime/event/msgpack_shape.hpp"

namespace weir {
namespace {

using namespace msgpack_shape;

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

auto record_skipper::skip(std::string_view bytes) noexcept -> std::size_t {
  if (bytes.empty() || (static_cast<unsigned char>(bytes.front()) & 0xf0) != 0x80) return 0;
  const auto values = 2U * (static_cast<unsigned char>(bytes.front()) & 0x0f);
  const auto* at = bytes.data() + 1;
  const auto* const end = bytes.data() + bytes.size();
  for (auto i = 0U; i < values; ++i) {
    if (at >= end) return 0;
    const auto head = static_cast<unsigned char>(*at);
    auto& expected = guesses_[i];
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
  return at <= end ? static_cast<std::size_t>(at - bytes.data()) : 0;
}

} // namespace weir
