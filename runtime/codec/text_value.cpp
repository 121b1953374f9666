#include "runtime/codec/text_value.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/event/msgpack.hpp"

namespace weir {

auto append_plain_text(byte_buffer& out, std::string_view value) -> bool {
  auto read = msgpack_reader{value};
  auto text = std::string_view{};
  if (read.nil()) return true;
  if (!read.str_or_bin(text)) return append_json(out, value);
  append_valid_text(out, text);
  return true;
}

auto take_record(std::string_view& bytes, std::string_view& record) noexcept -> bool {
  auto read = msgpack_reader{bytes};
  if (read.peek() != msgpack_type::map || !read.value(record)) return false;
  bytes = read.rest();
  return true;
}

void append_time(byte_buffer& out, std::int64_t time_ns) {
  write_time_text(out.tail(time_text_bytes), time_ns);
  out.advance(time_text_bytes);
}

} // namespace weir
