#include "runtime/codec/chunk_codec.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/base/fields.hpp"
#include "runtime/base/varint.hpp"
#include "runtime/event/cuts.hpp"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

constexpr auto version = std::uint8_t{4};
constexpr auto version_with_cuts = std::uint8_t{3};
constexpr auto oldest_version = std::uint8_t{2};
constexpr auto settled_field = std::uint16_t{1};
constexpr auto notice_field = std::uint16_t{2}; // it is one; without content
constexpr auto timed_at_reading_field = std::uint16_t{3};
constexpr auto copy_of_field = std::uint16_t{4};

auto damaged(std::string_view what) -> error {
  return {errc::malformed, "damaged chunk: " + std::string{what}};
}

/// Fills the fixed fields; the tables follow.
void read_fixed(binary_reader& read, chunk& c) {
  c.id.origin = read.number<std::uint64_t>();
  c.id.sequence = read.number<std::uint64_t>();
  c.settled_below = read.number<std::uint64_t>();
  c.count = read.number<std::uint64_t>();
  c.time_min_ns = read.number<std::int64_t>();
  c.time_max_ns = read.number<std::int64_t>();
  c.closed_ns = read.number<std::int64_t>();
  c.source = read.text();
}

struct section_sums {
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
};

auto read_sections(binary_reader& read, bool has_cuts, chunk& c) -> section_sums {
  auto sums = section_sums{};
  for (auto left = read.number<std::uint32_t>(); left > 0 && !read.failed(); --left) {
    auto s = section{};
    s.tag = read.text();
    s.count = read.number<std::uint32_t>();
    s.bytes = read.number<std::uint32_t>();
    if (has_cuts) s.cuts = read.number<std::uint32_t>();
    sums.bytes += s.bytes;
    sums.count += s.count;
    c.sections.push_back(std::move(s));
  }
  return sums;
}

void put_position(std::string& out, const position_range& p) {
  put_text(out, p.stream);
  put_number(out, p.begin);
  put_number(out, p.end);
}

auto read_position(binary_reader& read) -> position_range {
  auto p = position_range{};
  p.stream = read.text();
  p.begin = read.number<std::uint64_t>();
  p.end = read.number<std::uint64_t>();
  return p;
}

auto are_ranges(const std::vector<position_range>& all) -> bool {
  return std::all_of(all.begin(), all.end(), [](const position_range& p) { return p.begin <= p.end; });
}

void read_positions(binary_reader& read, chunk& c) {
  for (auto left = read.number<std::uint32_t>(); left > 0 && !read.failed(); --left)
    c.positions.push_back(read_position(read));
}

auto runs_of(const std::vector<index_range>& ranges) -> std::string {
  auto runs = std::string{};
  auto at = std::uint64_t{0};
  for (const auto& r : ranges) {
    char bytes[2 * varint_bytes_max];
    const auto* end = write_uvarint(write_uvarint(bytes, r.first - at), r.end - r.first);
    runs.append(bytes, static_cast<std::size_t>(end - bytes));
    at = r.end;
  }
  return runs;
}

/// Of a chunk of so many events.
auto read_runs(std::string_view bytes, std::uint64_t count) -> result<std::vector<index_range>> {
  auto runs = std::vector<index_range>{};
  auto at = std::uint64_t{0};
  while (!bytes.empty()) {
    auto gap = std::uint64_t{0};
    auto events = std::uint64_t{0};
    const auto are_whole = read_uvarint(bytes, gap) && read_uvarint(bytes, events);
    const auto is_apart = runs.empty() || gap > 0;
    if (!are_whole || !is_apart || gap > count - at || events == 0 || events > count - at - gap)
      return damaged("what it says of its events' times is not of its events");
    runs.push_back({at + gap, at + gap + events});
    at = runs.back().end;
  }
  return runs;
}

void put_fields(std::string& out, const chunk& c) {
  if (c.is_notice) put_field(out, notice_field, {});
  if (!c.copy_of.empty()) put_field(out, copy_of_field, c.copy_of);
  if (!c.timed_at_reading.empty()) put_field(out, timed_at_reading_field, runs_of(c.timed_at_reading));
  if (c.settled.empty()) return;
  auto settled = std::string{};
  for (const auto& p : c.settled) put_position(settled, p);
  put_field(out, settled_field, settled);
}

auto read_settled(std::string_view bytes) -> result<std::vector<position_range>> {
  auto settled = std::vector<position_range>{};
  auto read = binary_reader{bytes};
  while (!read.at_end() && !read.failed()) settled.push_back(read_position(read));
  if (read.failed()) return damaged("its settled positions are cut");
  return settled;
}

auto read_optional(binary_reader& read, chunk& c) -> result<void> {
  auto settled = std::string_view{};
  auto runs = std::string_view{};
  const auto are_whole = read_fields(read, [&](std::uint16_t type, std::string_view bytes) {
    if (type == settled_field) settled = bytes;
    if (type == notice_field) c.is_notice = true;
    if (type == timed_at_reading_field) runs = bytes;
    if (type == copy_of_field) c.copy_of = bytes;
    return type >= settled_field && type <= copy_of_field;
  });
  if (!are_whole) return damaged("its fields are cut, or of a newer version");
  WEIR_TRY(c.settled, read_settled(settled));
  WEIR_TRY(c.timed_at_reading, read_runs(runs, c.count));
  return {};
}

} // namespace

auto encode_chunk_head(const chunk& c) -> std::string {
  auto out = std::string{};
  out.reserve(256 + c.cuts.size());
  out.append(chunk_prefix_bytes, '\0');
  put_number(out, version);
  put_number(out, std::uint8_t{0});
  put_number(out, std::uint8_t{0});
  for (const auto number : {c.id.origin, c.id.sequence, c.settled_below, c.count}) put_number(out, number);
  for (const auto time : {c.time_min_ns, c.time_max_ns, c.closed_ns}) put_number(out, time);
  put_text(out, c.source);
  put_number(out, static_cast<std::uint32_t>(c.sections.size()));
  for (const auto& s : c.sections) {
    put_text(out, s.tag);
    put_number(out, s.count);
    put_number(out, s.bytes);
    put_number(out, s.cuts);
  }
  put_number(out, static_cast<std::uint32_t>(c.positions.size()));
  for (const auto& p : c.positions) put_position(out, p);
  put_text(out, c.cuts);
  put_fields(out, c);
  const auto head_size = static_cast<std::uint32_t>(out.size() - chunk_prefix_bytes);
  const auto body_size = static_cast<std::uint32_t>(c.body.size());
  const auto crc = crc32c(c.body.view(), crc32c(std::string_view{out}.substr(chunk_prefix_bytes)));
  std::memcpy(out.data(), &head_size, 4);
  std::memcpy(out.data() + 4, &body_size, 4);
  std::memcpy(out.data() + 8, &crc, 4);
  return out;
}

auto decode_chunk_prefix(std::string_view prefix) -> result<chunk_sizes> {
  auto read = binary_reader{prefix};
  auto sizes = chunk_sizes{};
  sizes.head = read.number<std::uint32_t>();
  sizes.body = read.number<std::uint32_t>();
  sizes.crc = read.number<std::uint32_t>();
  if (read.failed()) return damaged("its prefix is cut");
  if (std::uint64_t{sizes.head} + sizes.body > chunk_bytes_max)
    return error{errc::limit, "a chunk of " + std::to_string(std::uint64_t{sizes.head} + sizes.body)
                                  + " bytes is announced, more than " + std::to_string(chunk_bytes_max)};
  return sizes;
}

auto decode_chunk_head(const chunk_sizes& sizes, std::string_view head) -> result<std::shared_ptr<chunk>> {
  if (head.size() != sizes.head) return damaged("its length differs from its prefix");
  auto read = binary_reader{head};
  const auto its_version = read.number<std::uint8_t>();
  if (its_version < oldest_version || its_version > version) return damaged("unknown version");
  if (read.number<std::uint8_t>() != 0) return damaged("unknown encoding");
  auto c = std::make_shared<chunk>();
  if (read.number<std::uint8_t>() > (its_version < version ? 1 : 0)) return damaged("unknown flags");
  read_fixed(read, *c);
  const auto has_cuts = its_version >= version_with_cuts;
  const auto sums = read_sections(read, has_cuts, *c);
  read_positions(read, *c);
  if (has_cuts) c->cuts = read.text();
  if (its_version == version) WEIR_CHECK(read_optional(read, *c));
  if (read.failed() || !read.at_end()) return damaged("its tables are cut");
  if (sums.bytes != sizes.body) return damaged("its sections do not add up to its body");
  if (c->is_notice && c->count > 0) return damaged("a notice has no events");
  if (sums.count != c->count) return damaged("its sections do not add up to its count");
  if (!are_ranges(c->positions) || !are_ranges(c->settled)) return damaged("a range ends before it begins");
  if (!are_cuts_whole(*c)) return damaged("its cuts are not those of its events");
  if (c->id.sequence == 0 || c->settled_below > c->id.sequence) return damaged("its sequence makes no sense");
  return c;
}

auto decode_chunk(const chunk_sizes& sizes, std::string_view head, shared_bytes body) -> result<chunk_ptr> {
  if (head.size() != sizes.head || body.size() != sizes.body)
    return damaged("its length differs from its prefix");
  if (crc32c(body.view(), crc32c(head)) != sizes.crc) return damaged("its checksum does not fit");
  WEIR_TRY(auto c, decode_chunk_head(sizes, head));
  c->body = std::move(body);
  return chunk_ptr{std::move(c)};
}

} // namespace weir
