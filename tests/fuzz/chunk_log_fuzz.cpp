/// Recovery of a chunk log from any bytes: it opens or says why not, and hands out only whole chunks.
//
//  input := segments u8 (mod 4), then for each of them and for the cursors: size u16, bytes
//  What looks like a header or a record gets checksums that fit, or nothing would get behind them.
#include "runtime/base/assert.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/log/chunk_log.hpp"
#include "runtime/log/record_format.hpp"
#include "tests/support/memory_file_system.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto directory = "/log";
constexpr auto log_id = std::uint64_t{77};

void put(std::string& bytes, std::size_t at, auto value) {
  if (at + sizeof value <= bytes.size()) std::memcpy(bytes.data() + at, &value, sizeof value);
}
auto number_at(const std::string& bytes, std::size_t at) -> std::uint32_t {
  auto value = std::uint32_t{0};
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void mend_version(std::string& bytes) {
  if (bytes.size() >= 16) put(bytes, 12, crc32c(std::string_view{bytes}.substr(0, 12)));
}

void mend_header(std::string& bytes, std::size_t at, std::uint64_t segment) {
  if (bytes.size() < at + segment_header_bytes) return;
  auto header = bytes.substr(at, segment_header_bytes);
  mend_version(header);
  put(header, 16, log_id);
  put(header, 24, segment);
  put(header, 68, crc32c(std::string_view{header}.substr(0, 68)));
  bytes.replace(at, header.size(), header);
}

void mend_record(std::string& bytes, std::size_t at, std::uint64_t segment) {
  const auto begin = at + record_header_bytes;
  const auto head_bytes = number_at(bytes, at + 16);
  if (begin > bytes.size() || head_bytes > bytes.size() - begin) return;
  if (number_at(bytes, at + 28) == 3) mend_header(bytes, begin, segment);
  const auto body_bytes = number_at(bytes, at + 20);
  // Of a chunk, the checksum in its prefix covers the rest of the head and the body.
  if (head_bytes > 12 && body_bytes <= bytes.size() - begin - head_bytes)
    put(bytes, begin + 8, crc32c(std::string_view{bytes}.substr(begin + 12, head_bytes - 12 + body_bytes)));
  put(bytes, at + 24, crc32c(std::string_view{bytes}.substr(begin, head_bytes)));
  char seed[16];
  std::memcpy(seed, &log_id, 8);
  std::memcpy(seed + 8, &segment, 8);
  put(bytes, at + 4, crc32c(std::string_view{bytes}.substr(at + 8, 40), crc32c({seed, sizeof seed})));
}

void mend_segment(std::string& bytes, std::uint64_t segment) {
  mend_header(bytes, 0, segment);
  for (auto at = std::size_t{0}; at + record_header_bytes <= bytes.size(); at += 8)
    if (may_be_record(std::string_view{bytes}.substr(at))) mend_record(bytes, at, segment);
}

auto take(std::string_view& from) -> std::string {
  if (from.size() < 2) return {};
  const auto size = static_cast<unsigned char>(from[0])
                    | static_cast<std::size_t>(static_cast<unsigned char>(from[1])) << 8;
  auto part = std::string{from.substr(2, size)};
  from.remove_prefix(std::min(from.size(), 2 + size));
  return part;
}

auto settings() -> chunk_log_settings {
  auto s = chunk_log_settings{};
  s.path = directory;
  s.readers = {"a", "b"};
  s.cache_bytes = 0;
  s.segment_bytes = 4096;
  return s;
}

auto drain(chunk_log& log) -> std::size_t {
  auto count = std::size_t{0};
  for (auto n = log.next(0, 0); n != 0 && count < 1000; n = log.next(0, n)) {
    const auto c = log.read(n);
    if (!c) log.settle(0, n);
    if (!c) continue;
    WEIR_ASSERT(log.seen().contains((*c)->id));
    ++count;
  }
  return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spdlog::set_level(spdlog::level::off);
  auto rest = std::string_view{reinterpret_cast<const char*>(data), size};
  if (rest.empty()) return 0;
  const auto segments = static_cast<unsigned char>(rest.front()) % 4U;
  rest.remove_prefix(1);
  auto files = memory_file_system{};
  for (auto segment = std::uint64_t{1}; segment <= segments; ++segment) {
    auto bytes = take(rest);
    mend_segment(bytes, segment);
    files.set_content(std::string{directory} + '/' + segment_name(segment), bytes);
  }
  auto cursors = take(rest);
  mend_version(cursors);
  if (cursors.size() >= 20)
    put(cursors, cursors.size() - 4, crc32c(std::string_view{cursors}.substr(0, cursors.size() - 4)));
  files.set_content(std::string{directory} + "/cursors", cursors);
  const auto time = manual_clock{};
  auto log = chunk_log::open(files, settings(), time);
  if (!log) return 0;
  const auto count = drain(**log);
  log = error{};
  auto again = chunk_log::open(files, settings(), time);
  WEIR_ASSERT(again);
  WEIR_ASSERT(drain(**again) == count);
  return 0;
}
