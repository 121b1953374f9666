#include "actors/sinks/cassandra/frames.hpp"

#include <string>

namespace weir {
namespace {

constexpr auto version_of_requests = '\x04';
constexpr auto version_of_answers = std::uint8_t{0x84};
constexpr auto has_tracing = 0x02U;
constexpr auto has_payload = 0x04U;
constexpr auto has_warnings = 0x08U;
constexpr auto is_compressed = 0x01U;

template <class Number> void put_big_endian(byte_buffer& out, Number number) {
  auto* to = out.tail(sizeof number);
  for (auto i = sizeof number; i > 0; --i, number = static_cast<Number>(number >> 7 >> 1)) to[i - 1] = static_cast<char>(number & 0xff);
  out.advance(sizeof number);
}

template <class Number> auto big_endian_of(std::string_view bytes) -> Number {
  auto number = std::uint64_t{0};
  for (const auto byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return static_cast<Number>(number);
}

/// What its flags put before what the opcode says.
auto skip_extras(cql_reader& body, unsigned flags) -> bool {
  if ((flags & has_tracing) != 0) body.skip(16);
  if ((flags & has_warnings) != 0)
    for (auto left = body.u16(); left > 0 && !body.failed(); --left) (void)body.string();
  if ((flags & has_payload) != 0)
    for (auto left = body.u16(); left > 0 && !body.failed(); --left) (void)body.string(), (void)body.bytes();
  return !body.failed();
}

} // namespace

auto take_cql_frame(std::string_view& bytes) -> result<std::optional<cql_frame>> {
  auto head = cql_reader{bytes};
  if (bytes.empty()) return std::optional<cql_frame>{};
  if (const auto version = head.u8(); version != version_of_answers)
    return error{errc::malformed, "it does not answer in version 4 of the CQL protocol, but with " + std::to_string(version)};
  const auto flags = unsigned{head.u8()};
  const auto stream = static_cast<std::int16_t>(head.u16());
  const auto kind = static_cast<cql_opcode>(head.u8());
  const auto size = static_cast<std::uint32_t>(head.i32());
  if (head.failed()) return std::optional<cql_frame>{};
  if (size > cql_answer_bytes_max) return error{errc::malformed, "it answers with " + std::to_string(size) + " bytes at once"};
  if ((flags & is_compressed) != 0) return error{errc::malformed, "it answers compressed, which nobody asked for"};
  if (head.rest().size() < size) return std::optional<cql_frame>{};
  auto body = cql_reader{head.rest().substr(0, size)};
  if (!skip_extras(body, flags)) return error{errc::malformed, "its answer ends in the middle of a warning"};
  bytes.remove_prefix(cql_frame_head_bytes + size);
  return std::optional{cql_frame{kind, stream, body.rest()}};
}

void append_cql_frame(byte_buffer& out, cql_opcode kind, std::int16_t stream, std::string_view body) {
  out.push_back(version_of_requests);
  out.push_back('\0');
  put_u16(out, static_cast<std::uint16_t>(stream));
  out.push_back(static_cast<char>(kind));
  put_i32(out, static_cast<std::int32_t>(body.size()));
  out.append(body);
}

void put_u16(byte_buffer& out, std::uint16_t number) { put_big_endian(out, number); }
void put_i32(byte_buffer& out, std::int32_t number) { put_big_endian(out, static_cast<std::uint32_t>(number)); }
void put_i64(byte_buffer& out, std::int64_t number) { put_big_endian(out, static_cast<std::uint64_t>(number)); }

void put_cql_string(byte_buffer& out, std::string_view text) {
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text.substr(0, UINT16_MAX));
}

void put_cql_long_string(byte_buffer& out, std::string_view text) {
  put_i32(out, static_cast<std::int32_t>(text.size()));
  out.append(text);
}

auto cql_reader::take(std::size_t size) -> std::string_view {
  if (failed_ || rest_.size() < size) {
    failed_ = true;
    rest_ = {};
    return {};
  }
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

auto cql_reader::u8() -> std::uint8_t { return big_endian_of<std::uint8_t>(take(1)); }
auto cql_reader::u16() -> std::uint16_t { return big_endian_of<std::uint16_t>(take(2)); }
auto cql_reader::i32() -> std::int32_t { return big_endian_of<std::int32_t>(take(4)); }
auto cql_reader::i64() -> std::int64_t { return big_endian_of<std::int64_t>(take(8)); }
auto cql_reader::string() -> std::string_view { return take(u16()); }

auto cql_reader::bytes() -> std::optional<std::string_view> {
  const auto size = i32();
  if (size < 0 || failed_) return std::nullopt;
  const auto taken = take(static_cast<std::size_t>(size));
  return failed_ ? std::nullopt : std::optional{taken};
}

} // namespace weir
