#include "runtime/event/entry.hpp"

#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <bit>

namespace weir {

void write_entry_head(char* to, std::int64_t time_ns) noexcept {
  constexpr auto limit = std::int64_t{0xFFFFFFFF} * 1'000'000'000 + 999'999'999;
  const auto clamped = static_cast<std::uint64_t>(std::clamp<std::int64_t>(time_ns, 0, limit));
  const auto seconds = __builtin_bswap32(static_cast<std::uint32_t>(clamped / 1'000'000'000));
  const auto nanoseconds = __builtin_bswap32(static_cast<std::uint32_t>(clamped % 1'000'000'000));
  std::memcpy(to, "\x92\xd7\x00", 3);
  std::memcpy(to + 3, &seconds, 4);
  std::memcpy(to + 7, &nanoseconds, 4);
}

auto entry_reader::next(entry& out) -> bool {
  if (at_ == end_) return false;
  auto read = msgpack_reader{rest()};
  if (!read.entry_head(out.time_ns) || read.peek() != msgpack_type::map) {
    failed_ = true;
    return false;
  }
  const auto* begin = read.at();
  if (!read.skip()) {
    failed_ = true;
    return false;
  }
  out.record = {begin, static_cast<std::size_t>(read.at() - begin)};
  at_ = read.at();
  return true;
}

} // namespace weir
