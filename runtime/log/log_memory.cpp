#include "runtime/log/log_memory.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/fields.hpp"

namespace weir {
namespace {

constexpr auto settled_field = std::uint16_t{1};
constexpr auto origins_field = std::uint16_t{2};

auto damaged() -> error { return {errc::malformed, "damaged snapshot: its tables are cut"}; }

void read_ranges(binary_reader& read, id_ranges& seen) {
  for (auto left = read.number<std::uint64_t>(); left > 0 && !read.failed(); --left) {
    const auto origin = read.number<std::uint64_t>();
    const auto first = read.number<std::uint64_t>();
    const auto last = read.number<std::uint64_t>();
    if (!read.failed()) seen.insert({origin, first, last});
  }
}

/// `source`: of the position before it.
void read_position(binary_reader& read, std::string& source, position_index& to) {
  if (read.number<std::uint8_t>() == 1) source = read.text();
  auto range = position_range{};
  range.stream = read.text();
  range.begin = read.number<std::uint64_t>();
  range.end = read.number<std::uint64_t>();
  if (!read.failed() && !is_window_stream(range.stream)) to.add(source, range);
}

void read_positions(binary_reader& read, position_index& positions) {
  auto source = std::string{};
  for (auto left = read.number<std::uint64_t>(); left > 0 && !read.failed(); --left)
    read_position(read, source, positions);
}

auto read_settled(std::string_view bytes, position_index& settled) -> bool {
  auto source = std::string{};
  auto read = binary_reader{bytes};
  while (!read.at_end() && !read.failed()) read_position(read, source, settled);
  return !read.failed();
}

auto read_origins(std::string_view bytes, id_ranges& seen) -> bool {
  auto read = binary_reader{bytes};
  while (!read.at_end() && !read.failed()) {
    const auto origin = read.number<std::uint64_t>();
    seen.note_seen(origin, read.number<std::int64_t>());
  }
  return !read.failed();
}

/// Returns how many there are.
auto put_positions(std::string& out, const position_index& positions) -> std::uint64_t {
  auto count = std::uint64_t{0};
  auto known = std::string{};
  positions.for_each([&](const std::string& source, const position_range& range) {
    const auto is_new = count++ == 0 || source != known;
    put_number(out, static_cast<std::uint8_t>(is_new));
    if (is_new) put_text(out, known = source);
    put_text(out, range.stream);
    put_number(out, range.begin);
    put_number(out, range.end);
  });
  return count;
}

} // namespace

auto encode_snapshot(const segment_header& header, const log_memory& memory) -> std::string {
  auto out = encode(header);
  put_number(out, std::uint64_t{memory.seen.size()});
  memory.seen.for_each([&](const id_range& r) {
    const auto [origin, first, last] = r;
    for (const auto number : {origin, first, last}) put_number(out, number);
  });
  auto positions = std::string{};
  put_number(out, put_positions(positions, memory.positions));
  out += positions;
  auto settled = std::string{};
  if (put_positions(settled, memory.settled) > 0) put_field(out, settled_field, settled);
  auto origins = std::string{};
  memory.seen.for_each_origin([&](std::uint64_t origin, std::int64_t seen_s) {
    put_number(origins, origin);
    put_number(origins, seen_s);
  });
  if (!origins.empty()) put_field(out, origins_field, origins);
  return out;
}

auto decode_snapshot(std::string_view bytes) -> result<log_snapshot> {
  auto snapshot = log_snapshot{};
  WEIR_TRY(snapshot.header, decode_segment_header(bytes));
  auto read = binary_reader{bytes.substr(segment_header_bytes)};
  read_ranges(read, snapshot.memory.seen);
  read_positions(read, snapshot.memory.positions);
  auto is_whole = true;
  const auto are_fields_whole = read_fields(read, [&](std::uint16_t type, std::string_view content) {
    if (type == settled_field) is_whole = is_whole && read_settled(content, snapshot.memory.settled);
    if (type == origins_field) is_whole = is_whole && read_origins(content, snapshot.memory.seen);
    return type == settled_field || type == origins_field;
  });
  if (read.failed() || !are_fields_whole || !is_whole) return damaged();
  return snapshot;
}

} // namespace weir
