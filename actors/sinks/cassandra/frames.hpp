/// Frames of the CQL native protocol, version 4, and the values in them.
//
//  frame    := version u8 (4, of answers 0x84), flags u8, stream i16, opcode u8, size u32, body u8[size]
//  body     := [tracing id u8[16]] (flag 2), [warnings: count u16, string*] (flag 8),
//              [payload: count u16, (string, bytes)*] (flag 4), and what the opcode says
//  string   := size u16, bytes           long string := size i32, bytes
//  bytes    := size i32 (-1: null), bytes
//  All integers big-endian. Source: native_protocol_v4.spec of Apache Cassandra.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

enum class cql_opcode : std::uint8_t {
  error = 0x00,
  startup = 0x01,
  ready = 0x02,
  authenticate = 0x03,
  query = 0x07,
  result = 0x08,
  prepare = 0x09,
  execute = 0x0a,
  batch = 0x0d,
  auth_challenge = 0x0e,
  auth_response = 0x0f,
  auth_success = 0x10,
};

struct cql_frame {
  cql_opcode kind = cql_opcode::error;
  std::int16_t stream = 0;
  std::string_view body; ///< without what its flags put before it
};

inline constexpr auto cql_frame_head_bytes = std::size_t{9};
/// No answer to what a writer of rows asks is larger.
inline constexpr auto cql_answer_bytes_max = std::size_t{16} << 20;

/// Takes the first frame from the front of `bytes`, if it is there whole; it lies in them. The error: these are no answers of
/// this protocol. Total.
auto take_cql_frame(std::string_view& bytes) -> result<std::optional<cql_frame>>;

void append_cql_frame(byte_buffer& out, cql_opcode kind, std::int16_t stream, std::string_view body);

/// Values of a request.
void put_u16(byte_buffer& out, std::uint16_t number);
void put_i32(byte_buffer& out, std::int32_t number);
void put_i64(byte_buffer& out, std::int64_t number);
void put_cql_string(byte_buffer& out, std::string_view text);      ///< up to 65535 bytes
void put_cql_long_string(byte_buffer& out, std::string_view text); ///< and bytes

/// Goes through the values of an answer. After the first failure everything reads as nothing. Total: any bytes are a valid
/// argument, and nothing is allocated by a size that they do not have.
class cql_reader {
public:
  explicit cql_reader(std::string_view bytes) : rest_(bytes) {}

  auto u8() -> std::uint8_t;
  auto u16() -> std::uint16_t;
  auto i32() -> std::int32_t;
  auto i64() -> std::int64_t;
  auto string() -> std::string_view; ///< also short bytes
  /// Nothing: null.
  auto bytes() -> std::optional<std::string_view>;
  void skip(std::size_t size) { take(size); }

  auto failed() const -> bool { return failed_; }
  auto rest() const -> std::string_view { return rest_; }

private:
  auto take(std::size_t size) -> std::string_view;

  std::string_view rest_;
  bool failed_ = false;
};

} // namespace weir
