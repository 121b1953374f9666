#include "runtime/log/segment.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/log/file_window.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace weir {
namespace {

constexpr auto block_bytes = std::uint64_t{256} << 10;
constexpr auto zeros = std::string_view{"\0\0\0\0\0\0\0", 7};

auto damaged_record(std::string_view what) -> error {
  return {errc::malformed, "damaged record: " + std::string{what}};
}

auto fill(file& to, const segment_header& header, const segment_plan& plan) -> result<std::uint64_t> {
  auto parts = record_parts{};
  parts.type = record_type::snapshot;
  parts.head = plan.snapshot;
  const auto record = make_record_header(header.first, parts);
  const auto used = segment_header_bytes + record.bytes();
  WEIR_CHECK(to.reserve(used + plan.bytes));
  const auto encoded = encode(record, header.identity);
  const auto written = std::array<std::string_view, 2>{encoded, plan.snapshot};
  WEIR_CHECK(to.write_at(segment_header_bytes, written));
  return used;
}

auto create_at(file_system& files, std::string path, const segment_header& header, const segment_plan& plan)
    -> result<segment> {
  auto made = segment{};
  made.header = header;
  made.path = std::move(path);
  WEIR_TRY(made.opened, files.open(made.path, open_mode::create));
  WEIR_CHECK(made.opened->truncate(0));
  const auto used = fill(*made.opened, header, plan);
  if (!used) {
    std::ignore = files.remove(made.path); // a leftover is empty: recovery clears it away
    return used.failure();
  }
  made.begin = made.used = *used;
  made.bytes = *used + plan.bytes;
  made.last = header.first - 1;
  made.is_dirty = true;
  return made;
}

} // namespace

void segment_index::move(std::int64_t by) {
  for (auto& e : entries_) e.offset += static_cast<std::uint64_t>(by);
}

void segment_index::add(const located_record& record) {
  if (entries_.empty() || record.offset >= entries_.back().offset + block_bytes)
    entries_.push_back({record.offset, record.header.number});
}

auto segment_index::block_of(std::uint64_t number) const -> std::optional<block> {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), number,
                                      [](std::uint64_t n, const entry& e) { return n < e.number; });
  if (after == entries_.begin()) return std::nullopt;
  return block{std::prev(after)->offset, after == entries_.end() ? 0 : after->offset};
}

auto make_record_header(std::uint64_t number, const record_parts& parts) -> record_header {
  auto header = record_header{};
  header.type = parts.type;
  header.number = number;
  header.head_bytes = static_cast<std::uint32_t>(parts.head.size());
  header.body_bytes = static_cast<std::uint32_t>(parts.body.size());
  header.head_crc = crc32c(parts.head);
  header.events = parts.events;
  header.closed_ns = parts.closed_ns;
  return header;
}

auto create_segment(file_system& files, const std::string& directory, const segment_header& header,
                    const segment_plan& plan) -> result<segment> {
  return create_at(files, directory + '/' + segment_name(header.identity.segment), header, plan);
}

auto write_snapshot_anew(file_system& files, segment& of, std::string snapshot) -> result<void> {
  WEIR_TRY(auto fresh,
           create_at(files, of.path + ".new", of.header, {std::move(snapshot), of.used - of.begin}));
  WEIR_TRY(const auto from, files.open(of.path, open_mode::read));
  auto window = file_window{*from, copy_step};
  const auto moved = static_cast<std::int64_t>(fresh.used) - static_cast<std::int64_t>(of.begin);
  for (auto at = of.begin; at < of.used;) {
    WEIR_TRY(const auto bytes, window.view(at, std::min<std::uint64_t>(copy_step, of.used - at)));
    if (bytes.empty()) return error{errc::failed, of.path + " became shorter"};
    const auto parts = std::array{bytes};
    WEIR_CHECK(fresh.opened->write_at(fresh.used, parts));
    at += bytes.size();
    fresh.used += bytes.size();
  }
  WEIR_CHECK(write_segment_header(fresh));
  WEIR_CHECK(fresh.opened->truncate(fresh.used));
  WEIR_CHECK(fresh.opened->sync());
  WEIR_CHECK(files.rename(fresh.path, of.path));
  of.opened = fresh.opened;
  of.begin = static_cast<std::uint64_t>(static_cast<std::int64_t>(of.begin) + moved);
  of.bytes = of.used = of.safe_end = fresh.used;
  of.index.move(moved);
  of.is_anchored = true;
  return {};
}

auto write_segment_header(segment& to) -> result<void> {
  const auto encoded = encode(to.header);
  const auto parts = std::array<std::string_view, 1>{encoded};
  return to.opened->write_at(0, parts);
}

auto write_afresh(file_system& files, const file& from, segment& s) -> result<void> {
  WEIR_TRY(const auto to, files.open(s.path + ".new", open_mode::create));
  WEIR_CHECK(to->truncate(0));
  auto window = file_window{from, copy_step};
  for (auto at = std::uint64_t{0}; at < s.used;) {
    WEIR_TRY(const auto bytes, window.view(at, std::min<std::uint64_t>(copy_step, s.used - at)));
    if (bytes.empty()) break;
    const auto parts = std::array{bytes};
    WEIR_CHECK(to->write_at(at, parts));
    at += bytes.size();
  }
  WEIR_CHECK(to->sync());
  WEIR_CHECK(files.rename(s.path + ".new", s.path));
  s.opened = to;
  s.bytes = s.used;
  return {};
}

auto write_record(segment& to, const record_header& header, const record_parts& parts) -> result<void> {
  const auto encoded = encode(header, to.header.identity);
  const auto size = record_header_bytes + header.payload_bytes();
  const auto written = std::array<std::string_view, 4>{encoded, parts.head, parts.body,
                                                       zeros.substr(0, header.bytes() - size)};
  WEIR_CHECK(to.opened->write_at(to.used, written));
  to.index.add({to.used, header});
  to.used += header.bytes();
  to.last = header.number;
  to.is_dirty = true;
  return {};
}

auto read_chunk(const file& from, const located_record& record) -> result<chunk_ptr> {
  const auto& header = record.header;
  if (header.head_bytes < chunk_prefix_bytes || header.payload_bytes() > chunk_prefix_bytes + chunk_bytes_max)
    return damaged_record("its sizes are those of no chunk");
  auto bytes = byte_buffer{static_cast<std::size_t>(header.payload_bytes())};
  const auto size = static_cast<std::size_t>(header.payload_bytes());
  WEIR_TRY(const auto got, from.read_at(record.offset + record_header_bytes, bytes.tail(size), size));
  if (got != size) return damaged_record("the file ends in it");
  bytes.advance(size);
  const auto whole = shared_bytes{std::move(bytes)};
  const auto head = whole.view().substr(0, header.head_bytes);
  WEIR_TRY(const auto sizes, decode_chunk_prefix(head));
  return decode_chunk(sizes, head.substr(chunk_prefix_bytes),
                      whole.slice(header.head_bytes, header.body_bytes));
}

auto decode_record_head(const record_header& header, std::string_view head)
    -> result<std::shared_ptr<chunk>> {
  if (head.size() < chunk_prefix_bytes) return damaged_record("its head is cut");
  WEIR_TRY(const auto sizes, decode_chunk_prefix(head));
  if (sizes.body != header.body_bytes) return damaged_record("its sizes differ");
  return decode_chunk_head(sizes, head.substr(chunk_prefix_bytes));
}

} // namespace weir
