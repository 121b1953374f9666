/// Entries and records for tests, written without ceremony.
#pragma once

#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::test {

inline void put_value(msgpack_writer& out, std::string_view text) { out.str(text); }
inline void put_value(msgpack_writer& out, const char* text) { out.str(text); }
inline void put_value(msgpack_writer& out, std::nullptr_t) { out.nil(); }
inline void put_value(msgpack_writer& out, double number) { out.real(number); }
inline void put_value(msgpack_writer& out, std::same_as<bool> auto truth) { out.boolean(truth); }
template <std::integral T>
requires(!std::same_as<T, bool>) void put_value(msgpack_writer& out, T number) {
  if constexpr (std::signed_integral<T>)
    out.integer(number);
  else
    out.unsigned_integer(number);
}

inline void put_fields(msgpack_writer&) {}
template <class Value, class... Rest>
void put_fields(msgpack_writer& out, std::string_view key, const Value& value, const Rest&... rest) {
  out.str(key);
  put_value(out, value);
  put_fields(out, rest...);
}

/// `record("a", 1, "b", "two")`: the msgpack of that map.
template <class... Fields> auto record(const Fields&... fields) -> std::string {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  write.map(sizeof...(Fields) / 2);
  put_fields(write, fields...);
  return std::string{out.view()};
}

/// One entry: the time and a record.
inline auto entry_of(std::int64_t time_ns, std::string_view record) -> std::string {
  auto text = std::string(entry_head_bytes, '\0');
  write_entry_head(text.data(), time_ns);
  return text.append(record);
}

} // namespace weir::test
