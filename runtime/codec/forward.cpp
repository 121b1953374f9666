#include "runtime/codec/forward.hpp"

#include "runtime/event/msgpack.hpp"

namespace weir {
namespace {

auto malformed(std::string what) -> error { return {errc::malformed, std::move(what)}; }
auto rejected(std::string what) -> error { return {errc::rejected, std::move(what)}; }

auto read_chunk(std::string_view bytes, std::string_view& chunk) -> result<void> {
  auto read = msgpack_reader{bytes};
  auto id = std::string_view{};
  if (read.peek() == msgpack_type::nil) return {};
  if (!read.str_or_bin(id)) return malformed("option \"chunk\" wants a string");
  if (id.size() > forward_chunk_id_bytes_max)
    return malformed("option \"chunk\" has " + std::to_string(id.size())
                     + " bytes, at most 4096 are accepted");
  chunk = bytes;
  return {};
}

auto read_option_field(std::string_view key, std::string_view bytes, forward_option& option) -> result<void> {
  auto read = msgpack_reader{bytes};
  if (key == "chunk") return read_chunk(bytes, option.chunk);
  if (key == "metadata") {
    if (read.peek() == msgpack_type::map) option.metadata = bytes;
  } else if (key == "fluent_signal") {
    if (read.peek() != msgpack_type::nil && !read.integer(option.signal)) option.signal = -1;
  }
  return {};
}

auto read_option(msgpack_reader& read, forward_option& option) -> result<void> {
  if (read.nil()) return {};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return malformed("the option wants to be a map");
  for (std::uint32_t i = 0; i < count; ++i) {
    auto key = std::string_view{};
    const auto named = read.str_or_bin(key);
    auto bytes = std::string_view{};
    if ((!named && !read.skip()) || !read.value(bytes)) return malformed("the option is cut off");
    if (named) WEIR_CHECK(read_option_field(key, bytes, option));
  }
  return {};
}

/// What lies between the tag and the option.
auto read_content(msgpack_reader& read, std::uint32_t& elements, forward_message& out) -> result<void> {
  const auto type = read.peek();
  --elements;
  if (type == msgpack_type::array) {
    out.mode = forward_mode::entries;
    auto whole = std::string_view{};
    if (!read.value(whole)) return malformed("the entries are cut off");
    auto inside = msgpack_reader{whole};
    (void)inside.array(out.count);
    out.entries = inside.rest();
    return {};
  }
  if (type == msgpack_type::str || type == msgpack_type::bin) {
    out.mode = forward_mode::packed;
    if (!read.str_or_bin(out.entries)) return malformed("the payload is cut off");
    return {};
  }
  out.mode = forward_mode::message;
  if (elements-- == 0) return rejected("a message wants [tag, time, record], and the record is missing");
  if (!read.value(out.time) || !read.value(out.record)) return malformed("the record is cut off");
  return {};
}

} // namespace

auto decode_forward(std::string_view root) -> result<forward_message> {
  auto out = forward_message{};
  auto read = msgpack_reader{root};
  auto elements = std::uint32_t{0};
  if (!read.array(elements)) return rejected("a message wants to be an array");
  if (elements < 2) return rejected("a message wants two elements or more, not " + std::to_string(elements));
  if (!read.str_or_bin(out.tag)) return rejected("the tag wants to be a string");
  --elements;
  WEIR_CHECK(read_content(read, elements, out));
  if (elements > 0) WEIR_CHECK(read_option(read, out.option));
  return out;
}

auto unpack_payload(const forward_message& message, std::size_t bytes_max, byte_buffer& scratch)
    -> result<std::string_view> {
  const auto method = sniff_compression(message.entries);
  if (method == compression::none) return message.entries;
  scratch.clear();
  WEIR_CHECK(decompress(method, message.entries, bytes_max, scratch));
  return scratch.view();
}

void append_forward_ack(byte_buffer& out, std::string_view chunk) {
  out.append("\x81\xa3"
             "ack");
  out.append(chunk);
}

} // namespace weir
