/// Reading and writing msgpack in place, without a tree: the hot path's only codec.
//
// msgpack-cxx packs what is small and rare (handshakes) and checks this codec in tests; here every byte counts.
// Format: the msgpack specification, https://github.com/msgpack/msgpack/blob/master/spec.md
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

enum class msgpack_type : std::uint8_t {
  nil,
  boolean,
  integer,
  real,
  str,
  bin,
  array,
  map,
  ext,
  invalid,
  none
};

/// A cursor over msgpack values. Total: any byte string is a valid argument, nothing is read past
/// its end, nothing is allocated. A call that fails returns false and leaves the cursor where it was.
class msgpack_reader {
public:
  explicit msgpack_reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// Type of the next value; `none` at the end.
  auto peek() const noexcept -> msgpack_type;
  auto at() const noexcept -> const char* { return at_; }
  auto at_end() const noexcept -> bool { return at_ == end_; }
  auto rest() const noexcept -> std::string_view { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  /// Whether the last failure came from running out of bytes rather than from wrong ones.
  auto truncated() const noexcept -> bool { return truncated_; }

  auto nil() noexcept -> bool;
  auto boolean(bool& out) noexcept -> bool;
  /// Fails on unsigned values above 2^63-1; see unsigned_integer().
  auto integer(std::int64_t& out) noexcept -> bool;
  auto unsigned_integer(std::uint64_t& out) noexcept -> bool;
  /// float32, float64 or any integer.
  auto real(double& out) noexcept -> bool;
  auto str(std::string_view& out) noexcept -> bool;
  auto str_or_bin(std::string_view& out) noexcept -> bool;
  auto array(std::uint32_t& count) noexcept -> bool;
  auto map(std::uint32_t& count) noexcept -> bool;
  auto ext(std::int8_t& type, std::string_view& out) noexcept -> bool;
  /// Steps over one whole value, however deep.
  auto skip() noexcept -> bool;
  /// Steps over `bytes` that somebody else has found to be whole values.
  void advance(std::size_t bytes) noexcept { at_ += bytes; }
  /// Steps over one value and returns its bytes in `out`.
  auto value(std::string_view& out) noexcept -> bool;

  /// `0x92 time`, the time being EventTime (fixext8 or ext8, type 0) or unsigned seconds.
  auto entry_head(std::int64_t& time_ns) noexcept -> bool;

private:
  /// `fixed`: bytes before the payload. The payload is what the header announces plus `payload_extra`.
  auto sized(unsigned fixed, unsigned payload_extra, std::string_view& out) noexcept -> bool;
  auto counted(unsigned fixed, std::uint32_t& count) noexcept -> bool;
  auto has(std::size_t bytes) noexcept -> bool {
    if (static_cast<std::size_t>(end_ - at_) >= bytes) return true;
    truncated_ = true;
    return false;
  }

  const char* at_;
  const char* end_;
  bool truncated_ = false;
};

/// Appends msgpack values to a buffer, in the shortest form.
class msgpack_writer {
public:
  explicit msgpack_writer(byte_buffer& out) : out_(out) {}

  void nil() { out_.push_back('\xc0'); }
  void boolean(bool value) { out_.push_back(value ? '\xc3' : '\xc2'); }
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void real(double value);
  void str(std::string_view text);
  void bin(std::string_view bytes);
  /// Begins a bin of so many bytes, which follow.
  void bin_head(std::size_t bytes);
  void array(std::uint32_t count);
  void map(std::uint32_t count);
  void event_time(std::int64_t time_ns);
  /// Bytes that already are whole msgpack values.
  void raw(std::string_view values) { out_.append(values); }

  /// Begins a container whose size is not known yet; give the mark to close_map/close_array.
  auto open() -> std::size_t {
    out_.push_back('\x80');
    return out_.size() - 1;
  }
  void close_map(std::size_t mark, std::uint32_t count);
  void close_array(std::size_t mark, std::uint32_t count);

  auto buffer() -> byte_buffer& { return out_; }

private:
  void close(std::size_t mark, std::uint32_t count, unsigned char fix, unsigned char wide);
  byte_buffer& out_;
};

/// Appends the map `record` with its fields followed by `fields` (whole key-value pairs, `extra` of them).
/// `record` must be a valid map.
void append_map_with(byte_buffer& out, std::string_view record, std::string_view fields, std::uint32_t extra);

/// Value bytes of the first field named `key` in the map `record`; empty if there is none.
auto find_field(std::string_view record, std::string_view key) -> std::string_view;

} // namespace weir
