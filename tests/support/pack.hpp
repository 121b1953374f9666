/// Builds msgpack for tests: pack::array({pack::str("tag"), pack::integer(7)}).
#pragma once

#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace weir::pack {

template <class Write> auto written(Write write) -> std::string {
  auto out = byte_buffer{};
  auto writer = msgpack_writer{out};
  write(writer);
  return std::string{out.view()};
}

inline auto nil() -> std::string { return "\xc0"; }
inline auto boolean(bool value) -> std::string { return value ? "\xc3" : "\xc2"; }
inline auto integer(std::int64_t value) -> std::string {
  return written([&](auto& w) { w.integer(value); });
}
inline auto real(double value) -> std::string {
  return written([&](auto& w) { w.real(value); });
}
inline auto str(std::string_view text) -> std::string {
  return written([&](auto& w) { w.str(text); });
}
inline auto bin(std::string_view bytes) -> std::string {
  return written([&](auto& w) { w.bin(bytes); });
}
inline auto event_time(std::uint32_t seconds, std::uint32_t nanoseconds = 0) -> std::string {
  auto bytes = std::string{"\xd7\x00", 2};
  for (const auto number : {seconds, nanoseconds})
    for (auto shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  return bytes;
}
/// The same time as ext8.
inline auto event_time_ext8(std::uint32_t seconds, std::uint32_t nanoseconds = 0) -> std::string {
  return std::string{"\xc7\x08\x00", 3} + event_time(seconds, nanoseconds).substr(2);
}
inline auto array(std::initializer_list<std::string> items) -> std::string {
  auto bytes = written([&](auto& w) { w.array(static_cast<std::uint32_t>(items.size())); });
  for (const auto& item : items) bytes += item;
  return bytes;
}
inline auto map(std::initializer_list<std::pair<std::string_view, std::string>> fields) -> std::string {
  auto bytes = written([&](auto& w) { w.map(static_cast<std::uint32_t>(fields.size())); });
  for (const auto& [key, value] : fields) bytes += str(key) + value;
  return bytes;
}
inline auto record(std::string_view text) -> std::string { return map({{"message", str(text)}}); }
inline auto event_entry(std::uint32_t seconds, std::string_view text) -> std::string {
  return array({event_time(seconds), record(text)});
}

} // namespace weir::pack
