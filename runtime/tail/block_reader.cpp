#include "runtime/tail/block_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace weir {

auto nul_run(std::string_view bytes) -> std::size_t {
  return std::min(bytes.find_first_not_of('\0'), bytes.size());
}

auto skip_nul(int fd, std::uint64_t from, std::uint64_t end) -> nul_end {
  constexpr auto bytes_max = std::uint64_t{16} << 20;
  auto block = std::array<char, 64 * 1024>{};
  for (auto read = std::uint64_t{0}; from < end;) {
    if (read >= bytes_max) return {from, false};
    // What was never written is passed in one step, if the file system knows.
    const auto data = ::lseek(fd, static_cast<off_t>(from), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return {end, true};
    if (data > 0) from = std::clamp(static_cast<std::uint64_t>(data), from, end);
    const auto size = std::min<std::uint64_t>(block.size(), end - from);
    const auto got = ::pread(fd, block.data(), size, static_cast<off_t>(from));
    if (got <= 0) break;
    const auto run = nul_run({block.data(), static_cast<std::size_t>(got)});
    from += run;
    read += run;
    if (run < static_cast<std::size_t>(got)) break;
  }
  return {from, true};
}

block_reader::block_reader(std::size_t line_bytes_max)
    : line_bytes_max_(std::max<std::size_t>(line_bytes_max, 1)) {}

/// Reads until `goal` bytes are in the buffer or the file ends; false on an error.
auto block_reader::fill(const place& from, std::size_t goal, outcome& out) -> bool {
  while (buffer_.size() < goal && !out.at_end) {
    const auto at = from.offset + buffer_.size();
    const auto missing = std::min<std::uint64_t>(goal - buffer_.size(), from.stop - at);
    auto* to = buffer_.tail(missing + padding_bytes);
    const auto got = ::pread(from.fd, to, missing, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return out.problem = errno, false;
    buffer_.advance(static_cast<std::size_t>(got));
    // A short read is no proof on every file system; the size that was seen before saves one more call.
    out.at_end = got == 0 || from.offset + buffer_.size() >= std::min(from.size, from.stop);
  }
  return true;
}

auto piece_of_line(std::string_view line, std::size_t line_bytes_max, text_unit unit) -> std::size_t {
  return unit == text_unit::byte ? whole_characters(line, line_bytes_max) : std::max<std::size_t>(line_bytes_max / 2 * 2, 2);
}

auto whole_lines(std::string_view bytes, std::size_t line_bytes_max, bool take_rest, text_unit unit) -> line_extent {
  if (bytes.empty()) return {};
  if (const auto last = find_last_line_end(bytes, unit); last != std::string_view::npos)
    return {last + unit_bytes(unit), false};
  // Two bytes stay behind, so that the last piece is neither empty nor a lone carriage return.
  auto size = std::size_t{0};
  while (bytes.size() - size >= line_bytes_max + 2) size += piece_of_line(bytes.substr(size), line_bytes_max, unit);
  if (size > 0) return {size, true};
  return {take_rest ? bytes.size() : 0, false};
}

auto block_reader::read(const place& from, std::size_t want) -> outcome {
  auto out = outcome{};
  buffer_.clear();
  for (auto goal = std::min(want, block_bytes);; goal = std::min(goal * 2, line_bytes_max_ + 2)) {
    if (!fill(from, goal, out)) return out;
    std::memset(buffer_.tail(padding_bytes), 0, padding_bytes);
    const auto all = buffer_.view();
    if (from.at_line && from.unit == text_unit::byte && all.starts_with('\0')) {
      const auto run = nul_run(all);
      out.is_hole = run >= hole_bytes_min || (run == all.size() && from.take_rest) || from.offset == 0;
      if (out.is_hole) return out;
    }
    const auto [taken, is_cut] = whole_lines(all, line_bytes_max_, out.at_end && from.take_rest, from.unit);
    out.is_cut = is_cut;
    out.bytes = all.substr(0, taken);
    out.rest = all.size() - taken;
    if (taken > 0 || out.at_end) return out;
  }
}

} // namespace weir
