#include "runtime/event/msgpack_shape.hpp"

#include <bit>
#include <cstring>
#include <limits>

namespace weir {
using namespace msgpack_shape;

namespace {

/// Values whose first byte tells all: bytes to step over, and values that follow inside.
struct plain_step {
  std::uint8_t bytes = 0; ///< 0: the value announces a length or count, or is invalid
  std::uint8_t children = 0;
};

constexpr auto make_steps() {
  auto table = std::array<plain_step, 256>{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto s = shape_of(byte);
    if (s.width != 0 || s.type == msgpack_type::invalid) continue;
    const auto holds_values = s.type == msgpack_type::map || s.type == msgpack_type::array;
    table[byte].bytes = static_cast<std::uint8_t>(holds_values ? s.fixed : s.fixed + s.payload);
    table[byte].children = static_cast<std::uint8_t>(s.type == msgpack_type::map ? s.payload * 2
                                                     : holds_values              ? s.payload
                                                                                 : 0);
  }
  return table;
}

constexpr auto steps = make_steps();

/// Steps over the head of a value with a length or count, and over its bytes if it has no values inside.
auto step_sized(const char*& at, const char* end, std::uint64_t& pending, bool& truncated) noexcept -> bool {
  const auto& s = shape_at(at);
  truncated = s.type != msgpack_type::invalid;
  if (s.type == msgpack_type::invalid || end - at < s.fixed) return false;
  const auto length = announced(at, s);
  at += s.fixed;
  if (s.type == msgpack_type::map)
    pending += std::uint64_t{length} * 2;
  else if (s.type == msgpack_type::array)
    pending += length;
  else if (static_cast<std::size_t>(end - at) < length)
    return false;
  else
    at += length;
  return true;
}

} // namespace

auto msgpack_reader::peek() const noexcept -> msgpack_type {
  return at_ == end_ ? msgpack_type::none : shape_at(at_).type;
}

auto msgpack_reader::skip() noexcept -> bool {
  const auto* at = at_;
  auto pending = std::uint64_t{1};
  do {
    // A value of known size may reach past the end; the next turn or the last line notices.
    if (at >= end_) return !(truncated_ = true);
    const auto byte = static_cast<unsigned char>(*at);
    if ((byte & 0xe0) == 0xa0) { // fixstr: arithmetic is quicker than the table on this chain of loads
      at += 1 + (byte & 0x1f);
    } else if (byte == 0xd9 && end_ - at >= 2) { // str8: the longer strings of most records
      at += 2 + static_cast<unsigned char>(at[1]);
    } else if (const auto step = steps[byte]; step.bytes != 0) {
      at += step.bytes;
      pending += step.children;
    } else if (!step_sized(at, end_, pending, truncated_)) {
      return false;
    }
  } while (--pending > 0);
  if (at > end_) return !(truncated_ = true);
  at_ = at;
  return true;
}

auto msgpack_reader::value(std::string_view& out) noexcept -> bool {
  const auto* begin = at_;
  if (!skip()) return false;
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

auto msgpack_reader::nil() noexcept -> bool {
  if (peek() != msgpack_type::nil) return false;
  ++at_;
  return true;
}

auto msgpack_reader::boolean(bool& out) noexcept -> bool {
  if (peek() != msgpack_type::boolean) return false;
  out = *at_++ == '\xc3';
  return true;
}

auto msgpack_reader::integer(std::int64_t& out) noexcept -> bool {
  if (peek() != msgpack_type::integer || !has(shape_at(at_).fixed)) return false;
  const auto byte = static_cast<unsigned char>(*at_);
  switch (byte) {
  case 0xcc: out = static_cast<unsigned char>(at_[1]); break;
  case 0xcd: out = load<std::uint16_t>(at_ + 1); break;
  case 0xce: out = load<std::uint32_t>(at_ + 1); break;
  case 0xcf: {
    const auto wide = load<std::uint64_t>(at_ + 1);
    if (wide > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
    out = static_cast<std::int64_t>(wide);
    break;
  }
  case 0xd0: out = static_cast<std::int8_t>(at_[1]); break;
  case 0xd1: out = static_cast<std::int16_t>(load<std::uint16_t>(at_ + 1)); break;
  case 0xd2: out = static_cast<std::int32_t>(load<std::uint32_t>(at_ + 1)); break;
  case 0xd3: out = static_cast<std::int64_t>(load<std::uint64_t>(at_ + 1)); break;
  default: out = static_cast<std::int8_t>(byte); break;
  }
  at_ += shape_at(at_).fixed;
  return true;
}

auto msgpack_reader::unsigned_integer(std::uint64_t& out) noexcept -> bool {
  if (at_ != end_ && *at_ == '\xcf' && has(9)) {
    out = load<std::uint64_t>(at_ + 1);
    at_ += 9;
    return true;
  }
  const auto* before = at_;
  auto value = std::int64_t{0};
  if (!integer(value)) return false;
  if (value < 0) {
    at_ = before;
    return false;
  }
  out = static_cast<std::uint64_t>(value);
  return true;
}

auto msgpack_reader::real(double& out) noexcept -> bool {
  const auto type = peek();
  if (type == msgpack_type::integer) {
    auto natural = std::uint64_t{0};
    auto whole = std::int64_t{0};
    if (unsigned_integer(natural)) return out = static_cast<double>(natural), true;
    if (!integer(whole)) return false;
    return out = static_cast<double>(whole), true;
  }
  if (type != msgpack_type::real || !has(shape_at(at_).fixed)) return false;
  out = *at_ == '\xca' ? static_cast<double>(std::bit_cast<float>(load<std::uint32_t>(at_ + 1)))
                       : std::bit_cast<double>(load<std::uint64_t>(at_ + 1));
  at_ += shape_at(at_).fixed;
  return true;
}

auto msgpack_reader::sized(unsigned fixed, unsigned payload_extra, std::string_view& out) noexcept -> bool {
  if (!has(fixed)) return false;
  const auto length = std::size_t{announced(at_, shape_at(at_))} + payload_extra;
  if (static_cast<std::size_t>(end_ - at_) - fixed < length) return !(truncated_ = true);
  out = {at_ + fixed, length};
  at_ += fixed + length;
  return true;
}

auto msgpack_reader::str(std::string_view& out) noexcept -> bool {
  return peek() == msgpack_type::str && sized(shape_at(at_).fixed, 0, out);
}

auto msgpack_reader::str_or_bin(std::string_view& out) noexcept -> bool {
  const auto type = peek();
  return (type == msgpack_type::str || type == msgpack_type::bin) && sized(shape_at(at_).fixed, 0, out);
}

auto msgpack_reader::counted(unsigned fixed, std::uint32_t& count) noexcept -> bool {
  if (!has(fixed)) return false;
  count = announced(at_, shape_at(at_));
  at_ += fixed;
  return true;
}

auto msgpack_reader::array(std::uint32_t& count) noexcept -> bool {
  return peek() == msgpack_type::array && counted(shape_at(at_).fixed, count);
}

auto msgpack_reader::map(std::uint32_t& count) noexcept -> bool {
  return peek() == msgpack_type::map && counted(shape_at(at_).fixed, count);
}

auto msgpack_reader::ext(std::int8_t& type, std::string_view& out) noexcept -> bool {
  if (peek() != msgpack_type::ext) return false;
  const auto& s = shape_at(at_);
  if (!has(s.fixed)) return false;
  if (s.width != 0) {
    const auto* type_byte = at_ + s.fixed - 1;
    if (!sized(s.fixed, 0, out)) return false;
    type = static_cast<std::int8_t>(*type_byte);
    return true;
  }
  type = static_cast<std::int8_t>(at_[1]);
  out = {at_ + 2, static_cast<std::size_t>(s.fixed) - 2};
  at_ += s.fixed;
  return true;
}

auto msgpack_reader::entry_head(std::int64_t& time_ns) noexcept -> bool {
  if (!has(2) || *at_ != '\x92') return false;
  const auto* before = at_++;
  if (end_ - at_ >= 10 && at_[0] == '\xd7' && at_[1] == 0) {
    time_ns = std::int64_t{load<std::uint32_t>(at_ + 2)} * 1'000'000'000 + load<std::uint32_t>(at_ + 6);
    at_ += 10;
    return true;
  }
  auto type = std::int8_t{0};
  auto bytes = std::string_view{};
  auto seconds = std::uint64_t{0};
  if (unsigned_integer(seconds)) {
    if (seconds < 9'000'000'000) {
      time_ns = static_cast<std::int64_t>(seconds) * 1'000'000'000;
      return true;
    }
  } else if (ext(type, bytes) && type == 0 && bytes.size() == 8) {
    time_ns = std::int64_t{load<std::uint32_t>(bytes.data())} * 1'000'000'000
              + load<std::uint32_t>(bytes.data() + 4);
    return true;
  }
  at_ = before;
  return false;
}

auto find_field(std::string_view record, std::string_view key) -> std::string_view {
  auto read = msgpack_reader{record};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return {};
  for (std::uint32_t i = 0; i < count; ++i) {
    auto name = std::string_view{};
    const auto named = read.str_or_bin(name);
    if (!named && !read.skip()) return {};
    auto bytes = std::string_view{};
    if (!read.value(bytes)) return {};
    if (named && name == key) return bytes;
  }
  return {};
}

} // namespace weir
