/// The wire format of Protocol Buffers, as far as messages of logs need it.
//
//  message := field*
//  field   := key varint, value            key: number << 3 | kind
//  value   := varint | u64le | size varint, bytes | u32le        of the kinds 0, 1, 2, 5
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Appends fields to a buffer. A message inside another is written between open() and close().
class protobuf_writer {
public:
  explicit protobuf_writer(byte_buffer& out) : out_(out) {}

  void varint(std::uint64_t number);
  void number(std::uint32_t field, std::uint64_t value);
  void fixed64(std::uint32_t field, std::uint64_t value);
  void real(std::uint32_t field, double value);
  void bytes(std::uint32_t field, std::string_view value);
  /// The key and size of bytes that whoever calls appends.
  void head(std::uint32_t field, std::size_t size);
  /// Where the message begins, for close().
  auto open(std::uint32_t field) -> std::size_t;
  void close(std::size_t begin);

private:
  byte_buffer& out_;
};

/// Bytes of a varint.
auto varint_bytes(std::uint64_t number) -> std::size_t;

/// Goes through the fields of a message. Total: any bytes are a valid argument, and nothing is read past their end.
class protobuf_reader {
public:
  explicit protobuf_reader(std::string_view bytes) : rest_(bytes) {}

  /// False at the end, or at what is no field.
  auto next() -> bool;
  auto failed() const -> bool { return failed_; }
  auto field() const -> std::uint32_t { return field_; }
  /// Of the kinds 0, 1 and 5; else 0.
  auto number() const -> std::uint64_t { return number_; }
  /// Of the kind 2; else empty.
  auto bytes() const -> std::string_view { return bytes_; }

private:
  auto take_varint(std::uint64_t& out) -> bool;
  auto take_fixed(std::size_t size) -> bool;
  auto take_value(std::uint64_t kind) -> bool;

  std::string_view rest_;
  std::uint32_t field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
  bool failed_ = false;
};

} // namespace weir
