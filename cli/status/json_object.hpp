/// JSON as it is printed for programs: packed first, then written out.
#pragma once

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/event/msgpack.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// A map under construction.
class object {
public:
  explicit object(msgpack_writer& to) : to_(to), mark_(to.open()) {}
  ~object() { to_.close_map(mark_, count_); }
  object(const object&) = delete;
  auto operator=(const object&) -> object& = delete;

  auto key(std::string_view name) -> msgpack_writer& {
    to_.str(name);
    ++count_;
    return to_;
  }
  void text(std::string_view name, std::string_view value) { key(name).str(value); }
  void count(std::string_view name, std::uint64_t value) { key(name).unsigned_integer(value); }

private:
  msgpack_writer& to_;
  std::size_t mark_;
  std::uint32_t count_ = 0;
};

/// ISO 8601 in UTC, or nothing.
inline auto time_text(std::int64_t wall_ns) -> std::string {
  auto text = std::string{};
  if (wall_ns == 0) return text;
  text.resize(time_text_bytes);
  write_time_text(text.data(), wall_ns);
  return text;
}

inline void write_texts(object& out, std::string_view name, const std::vector<std::string>& texts) {
  auto& to = out.key(name);
  to.array(static_cast<std::uint32_t>(texts.size()));
  for (const auto& text : texts) to.str(text);
}

/// One object and a line feed: `write` gets where it goes.
template <class Write> auto line_of(Write&& write) -> std::string {
  auto packed = byte_buffer{};
  auto writer = msgpack_writer{packed};
  write(writer);
  auto text = byte_buffer{};
  append_json(text, packed.view());
  return std::string{text.view()} + '\n';
}

} // namespace weir::cli
