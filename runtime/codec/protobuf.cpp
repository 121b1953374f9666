#include "runtime/codec/protobuf.hpp"

#include <bit>

namespace weir {
namespace {

constexpr auto varint_kind = 0U;
constexpr auto fixed64_kind = 1U;
constexpr auto bytes_kind = 2U;
constexpr auto fixed32_kind = 5U;

} // namespace

auto varint_bytes(std::uint64_t number) -> std::size_t {
  auto bytes = std::size_t{1};
  for (; number >= 0x80; number >>= 7U) ++bytes;
  return bytes;
}

void protobuf_writer::varint(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out_.push_back(static_cast<char>((number & 0x7fU) | 0x80U));
  out_.push_back(static_cast<char>(number));
}

void protobuf_writer::number(std::uint32_t field, std::uint64_t value) {
  varint(field << 3U | varint_kind);
  varint(value);
}

void protobuf_writer::fixed64(std::uint32_t field, std::uint64_t value) {
  varint(field << 3U | fixed64_kind);
  for (auto left = 8; left > 0; --left, value >>= 8U) out_.push_back(static_cast<char>(value & 0xffU));
}

void protobuf_writer::real(std::uint32_t field, double value) { fixed64(field, std::bit_cast<std::uint64_t>(value)); }

void protobuf_writer::head(std::uint32_t field, std::size_t size) {
  varint(field << 3U | bytes_kind);
  varint(size);
}

void protobuf_writer::bytes(std::uint32_t field, std::string_view value) {
  head(field, value.size());
  out_.append(value);
}

auto protobuf_writer::open(std::uint32_t field) -> std::size_t {
  varint(field << 3U | bytes_kind);
  out_.push_back('\0'); // most are so short that their size is one byte
  return out_.size();
}

void protobuf_writer::close(std::size_t begin) {
  const auto size = out_.size() - begin;
  const auto more = varint_bytes(size) - 1;
  if (more > 0) {
    (void)out_.tail(more);
    out_.advance(more);
    std::memmove(out_.data() + begin + more, out_.data() + begin, size);
  }
  auto* to = out_.data() + begin - 1;
  auto left = size;
  for (; left >= 0x80; left >>= 7U) *to++ = static_cast<char>((left & 0x7fU) | 0x80U);
  *to = static_cast<char>(left);
}

auto protobuf_reader::take_varint(std::uint64_t& out) -> bool {
  out = 0;
  for (auto shift = 0U; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    out |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

auto protobuf_reader::take_fixed(std::size_t size) -> bool {
  if (rest_.size() < size) return false;
  for (auto i = size; i > 0; --i) number_ = number_ << 8U | static_cast<unsigned char>(rest_[i - 1]);
  rest_.remove_prefix(size);
  return true;
}

auto protobuf_reader::take_value(std::uint64_t kind) -> bool {
  if (kind == varint_kind) return take_varint(number_);
  if (kind == fixed64_kind) return take_fixed(8);
  if (kind == fixed32_kind) return take_fixed(4);
  auto size = std::uint64_t{0};
  if (kind != bytes_kind || !take_varint(size) || size > rest_.size()) return false;
  bytes_ = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

auto protobuf_reader::next() -> bool {
  if (rest_.empty() || failed_) return false;
  number_ = 0;
  bytes_ = {};
  auto key = std::uint64_t{0};
  failed_ = !take_varint(key) || key >> 3U == 0 || key >> 3U > UINT32_MAX || !take_value(key & 7U);
  field_ = failed_ ? 0 : static_cast<std::uint32_t>(key >> 3U);
  return !failed_;
}

} // namespace weir
