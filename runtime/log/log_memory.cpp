#include "runtime/log/log_memory.hpp"

#include "runtime/base/binary.hpp"

namespace weir {
namespace {

auto damaged() -> error { return {errc::malformed, "damaged snapshot: its tables are cut"}; }

void read_ranges(binary_reader& read, id_ranges& seen) {
  for (auto left = read.number<std::uint64_t>(); left > 0 && !read.failed(); --left) {
    const auto origin = read.number<std::uint64_t>();
    const auto first = read.number<std::uint64_t>();
    const auto last = read.number<std::uint64_t>();
    if (!read.failed()) seen.insert(origin, first, last);
  }
}

void read_positions(binary_reader& read, position_index& positions) {
  auto source = std::string{};
  for (auto left = read.number<std::uint64_t>(); left > 0 && !read.failed(); --left) {
    if (read.number<std::uint8_t>() == 1) source = read.text();
    auto range = position_range{};
    range.stream = read.text();
    range.begin = read.number<std::uint64_t>();
    range.end = read.number<std::uint64_t>();
    if (!read.failed()) positions.add(source, range);
  }
}

} // namespace

auto encode_snapshot(const segment_header& header, const log_memory& memory) -> std::string {
  auto out = encode(header);
  put_number(out, std::uint64_t{memory.seen.size()});
  memory.seen.for_each([&](const id_range& r) {
    const auto [origin, first, last] = r;
    for (const auto number : {origin, first, last}) put_number(out, number);
  });
  const auto count_at = out.size();
  auto count = std::uint64_t{0};
  put_number(out, count);
  auto known = std::string{};
  memory.positions.for_each([&](const std::string& source, const position_range& range) {
    const auto is_new = count++ == 0 || source != known;
    put_number(out, static_cast<std::uint8_t>(is_new));
    if (is_new) put_text(out, known = source);
    put_text(out, range.stream);
    put_number(out, range.begin);
    put_number(out, range.end);
  });
  std::memcpy(out.data() + count_at, &count, sizeof count);
  return out;
}

auto decode_snapshot(std::string_view bytes) -> result<log_snapshot> {
  auto snapshot = log_snapshot{};
  WEIR_TRY(snapshot.header, decode_segment_header(bytes));
  auto read = binary_reader{bytes.substr(segment_header_bytes)};
  read_ranges(read, snapshot.memory.seen);
  read_positions(read, snapshot.memory.positions);
  if (read.failed() || !read.at_end()) return damaged();
  return snapshot;
}

} // namespace weir
