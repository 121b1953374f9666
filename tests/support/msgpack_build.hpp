/// Records for tests: `packed({{"a", 1}, {"b", "two"}, {"c", packed({{"d", nullptr}})}})`.
#pragma once

#include "runtime/event/msgpack.hpp"

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace weir::test {

/// Whole msgpack values.
struct packed_bytes {
  std::string bytes;
  operator std::string_view() const { return bytes; }
};

class packed_value {
public:
  packed_value(const char* text) { msgpack_writer{out_}.str(text); }
  packed_value(const std::string& text) { msgpack_writer{out_}.str(text); }
  packed_value(std::nullptr_t) { msgpack_writer{out_}.nil(); }
  packed_value(const packed_bytes& ready) { out_.append(ready.bytes); }
  template <std::same_as<bool> T> packed_value(T flag) { msgpack_writer{out_}.boolean(flag); }
  packed_value(int number) { msgpack_writer{out_}.integer(number); }
  packed_value(double number) { msgpack_writer{out_}.real(number); }

  auto view() const -> std::string_view { return out_.view(); }

private:
  byte_buffer out_;
};

struct packed_field {
  std::string key;
  packed_value value;
};

/// A map.
inline auto packed(std::initializer_list<packed_field> fields) -> packed_bytes {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  write.map(static_cast<std::uint32_t>(fields.size()));
  for (const auto& field : fields) {
    write.str(field.key);
    write.raw(field.value.view());
  }
  return {std::string{out.view()}};
}

/// A list.
inline auto packed_list(std::initializer_list<packed_value> items) -> packed_bytes {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  write.array(static_cast<std::uint32_t>(items.size()));
  for (const auto& item : items) write.raw(item.view());
  return {std::string{out.view()}};
}

} // namespace weir::test
