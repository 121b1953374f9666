#include "runtime/log/chunk_log_state.hpp"
#include "runtime/log/quarantine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace weir {
namespace {

constexpr auto head_step = std::size_t{64} << 10;

} // namespace

auto chunk_log::state::floor() const -> record_number {
  auto lowest = last + 1;
  for (const auto& reader : readers) lowest = std::min(lowest, reader.first_unsettled());
  return lowest;
}

auto chunk_log::state::is_settled_by_all(record_number number) const -> bool {
  return std::all_of(readers.begin(), readers.end(),
                     [&](const reader_cursor& r) { return r.has_settled(number); });
}

auto chunk_log::state::sums_of(record_number number) -> record_sums {
  if (const auto* entry = recent.find(number); entry != nullptr)
    return {entry->type == record_type::chunk ? 1U : 0U, entry->c->count, entry->payload_bytes,
            entry->c->closed_ns};
  const auto at = segments.locate(number);
  if (!at || at->record.header.type != record_type::chunk) return {};
  const auto& header = at->record.header;
  return {1, header.events, header.payload_bytes(), header.closed_ns};
}

auto chunk_log::state::read(record_number number) -> result<chunk_ptr> {
  if (const auto* entry = recent.find(number); entry != nullptr) {
    if (entry->type == record_type::chunk) return entry->c;
    return error{errc::not_found, "record " + std::to_string(number) + " was dropped"};
  }
  WEIR_TRY(const auto at, segments.locate(number));
  if (at.record.header.type != record_type::chunk)
    return error{errc::not_found, "record " + std::to_string(number) + " was dropped"};
  WEIR_TRY(const auto from, segments.file_of(*at.in));
  auto c = read_chunk(*from, at.record);
  if (c || c.failure().code == errc::unavailable) return c;
  const auto end = at.record.offset + at.record.header.bytes();
  set_aside(files, settings.path, {at.in->path, at.record.offset, end, number, c.failure().what});
  ++damaged_records;
  for (auto reader = std::size_t{0}; reader < readers.size(); ++reader) settle(reader, number);
  return error{errc::not_found, "record " + std::to_string(number) + " is damaged"};
}

void chunk_log::state::settle(std::size_t reader, record_number number) {
  if (number == 0 || number > last || readers[reader].has_settled(number)) return;
  readers[reader].settle(number, number);
  are_cursors_dirty = true;
  if (!is_settled_by_all(number)) return;
  const auto sums = sums_of(number);
  unsettled.chunks -= std::min(unsettled.chunks, sums.chunks);
  unsettled.events -= std::min(unsettled.events, sums.events);
  unsettled.bytes -= std::min(unsettled.bytes, sums.bytes);
  // What could not be read above must not stay in the sums for ever.
  if (floor() > last) unsettled = {};
}

auto chunk_log::state::heads_of(segment& from) -> std::vector<chunk_ptr> {
  auto heads = std::vector<chunk_ptr>{};
  const auto opened = segments.file_of(from);
  if (!opened) return heads;
  auto scanner =
      segment_scanner{**opened, from.header.identity, {segment_header_bytes, from.used}, head_step};
  for (auto found = scanner.next(); found && found->what != scanned::kind::end; found = scanner.next()) {
    if (found->what != scanned::kind::record || found->header.type != record_type::chunk) continue;
    if (found->header.number > from.last || is_settled_by_all(found->header.number)) continue;
    if (auto head = decode_record_head(found->header, scanner.head())) heads.push_back(std::move(*head));
  }
  return heads;
}

auto chunk_log::state::drop_oldest() -> std::vector<chunk_ptr> {
  const auto first = floor();
  auto& all = segments.all();
  const auto at = std::find_if(all.begin(), all.end(), [&](const segment& s) { return s.last >= first; });
  if (readers.empty() || at == all.end()) return {};
  if (has_active && &*at == active()) seal();
  auto lost = heads_of(*at);
  for (auto number = std::max(first, at->header.first); number <= at->last; ++number)
    for (auto reader = std::size_t{0}; reader < readers.size(); ++reader) settle(reader, number);
  return lost;
}

auto chunk_log::state::write_cursors() -> result<void> {
  const auto encoded = encode(cursor_file{log_id, readers});
  const auto parts = std::array<std::string_view, 1>{encoded};
  const auto path = cursor_path(settings.path);
  WEIR_TRY(const auto opened, files.open(path + ".new", open_mode::create));
  WEIR_CHECK(opened->truncate(0));
  WEIR_CHECK(opened->write_at(0, parts));
  WEIR_CHECK(files.rename(path + ".new", path));
  are_cursors_dirty = false;
  return {};
}

auto chunk_log::state::can_drop_front() const -> bool {
  const auto& all = segments.all();
  if (all.empty() || all.front().last >= floor()) return false;
  return std::any_of(std::next(all.begin()), all.end(), [](const segment& s) { return s.is_anchored; });
}

auto chunk_log::state::maintain(monotonic_time now) -> result<void> {
  const auto can_drop = can_drop_front();
  if (!can_drop && (!are_cursors_dirty || now - cursors_written_at < cursors_interval)) return {};
  cursors_written_at = now;
  // On a full disk this may fail until the segments are gone; cursors that lag move up at the next start.
  const auto written_cursors = are_cursors_dirty ? write_cursors() : result<void>{};
  while (can_drop_front()) {
    segments.drop_front();
    are_names_dirty = true;
  }
  return written_cursors;
}

} // namespace weir
