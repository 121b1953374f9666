#include "runtime/log/chunk_log_state.hpp"
#include "runtime/log/quarantine.hpp"
#include "runtime/log/salvage.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace weir {
namespace {

constexpr auto head_step = std::size_t{64} << 10;
/// So often a record that cannot be read is tried, before what can be read of it is all there is. Once it is
/// known that the segment lies on a bad place, a few times are enough.
constexpr auto tries_in_segment = 20U;
constexpr auto tries_in_worn_segment = 3U;

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
    return {entry->type == record_type::chunk ? 1U : 0U, entry->c->count, entry->c->body.size(),
            entry->c->closed_ns};
  const auto at = segments.locate(number);
  if (!at || at->record.header.type != record_type::chunk) return {};
  const auto& header = at->record.header;
  return {1, header.events, header.body_bytes, header.closed_ns};
}

auto chunk_log::state::read(record_number number) -> result<chunk_ptr> {
  const auto dropped = error{errc::not_found, "record " + std::to_string(number) + " was dropped"};
  if (const auto* entry = recent.find(number); entry != nullptr) {
    if (entry->type == record_type::chunk) return entry->c;
    return dropped;
  }
  auto damage = log_finding{settings.path, 0, 0, number, {}};
  auto c = read_from_disk(number, false, damage);
  if (!c && c.failure().code == errc::unavailable && is_worth_giving_up(number))
    c = read_from_disk(number, true, damage);
  if (!c && c.failure().code == errc::unavailable) return c;
  failed_reads.erase(number);
  // Behind the last record, where the cursors were further: there never was such a record.
  if (!c && segments.find(number) == nullptr) return c;
  if (c) return *c == nullptr ? result<chunk_ptr>{dropped} : c;
  give_up(std::move(damage), c.failure());
  return error{errc::not_found, "record " + std::to_string(number) + " is damaged"};
}

auto chunk_log::state::read_from_disk(record_number number, bool is_salvage, log_finding& damage)
    -> result<chunk_ptr> {
  WEIR_TRY(const auto at, is_salvage ? segments.locate_salvaged(number) : segments.locate(number));
  if (at.record.header.type != record_type::chunk) return chunk_ptr{};
  damage.path = at.in->path;
  damage.offset = at.record.offset;
  damage.end = at.record.offset + at.record.header.bytes();
  WEIR_TRY(auto from, segments.file_of(*at.in));
  return read_chunk(is_salvage ? *salvaged(std::move(from)) : *from, at.record);
}

auto chunk_log::state::is_worth_giving_up(record_number number) -> bool {
  auto* in = segments.find(number);
  const auto tries_max = in != nullptr && in->is_worn ? tries_in_worn_segment : tries_in_segment;
  if (++failed_reads[number] < tries_max) return false;
  if (in != nullptr) in->is_worn = true;
  return true;
}

void chunk_log::state::give_up(log_finding damage, const error& why) {
  damage.what = why.what;
  if (auto* in = damage.end == 0 ? segments.find(damage.number) : nullptr; in != nullptr) {
    damage.path = in->path;
    std::tie(damage.offset, damage.end) = segments.gap_of(*in, damage.number);
  }
  set_aside(files, settings.path, damage);
  ++damaged_records;
  for (auto reader = std::size_t{0}; reader < readers.size(); ++reader) settle(reader, damage.number);
}

void chunk_log::state::settle(std::size_t reader, record_number number) {
  if (number == 0 || number > last || readers[reader].has_settled(number)) return;
  readers[reader].settle(number, number);
  are_cursors_dirty = true;
  if (!is_settled_by_all(number)) return;
  count_settled(sums_of(number));
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
  if (readers.empty() || is_room_coming()) return {};
  const auto first = floor();
  auto& all = segments.all();
  const auto at = std::find_if(all.begin(), all.end(), [&](const segment& s) { return s.last >= first; });
  if (at == all.end()) return {};
  if (has_active && &*at == active()) seal();
  auto lost = heads_of(*at);
  for (auto number = std::max(first, at->header.first); number <= at->last; ++number)
    for (auto reader = std::size_t{0}; reader < readers.size(); ++reader) settle(reader, number);
  std::ignore = maintain(time.monotonic());
  return lost;
}

auto chunk_log::state::is_room_coming() const -> bool {
  const auto& all = segments.all();
  return !all.empty() && all.front().last < floor() && !can_drop_front();
}

auto chunk_log::state::write_cursors() -> result<void> {
  const auto encoded = encode(cursor_file{log_id, synced, readers});
  const auto parts = std::array<std::string_view, 1>{encoded};
  const auto path = cursor_path(settings.path);
  WEIR_TRY(const auto opened, files.open(path + ".new", open_mode::create));
  WEIR_CHECK(opened->truncate(0));
  WEIR_CHECK(opened->write_at(0, parts));
  // Cursors that a power cut damages begin at the oldest record. Who was told of as having it may be in the book no more.
  if (receivers.is_used()) WEIR_CHECK(opened->sync());
  WEIR_CHECK(files.rename(path + ".new", path));
  are_cursors_dirty = false;
  synced_in_cursors = synced;
  return {};
}

auto chunk_log::state::can_drop_front() const -> bool {
  const auto& all = segments.all();
  if (all.empty() || all.front().last >= floor()) return false;
  return std::any_of(std::next(all.begin()), all.end(), [](const segment& s) { return s.is_anchored; });
}

auto chunk_log::state::maintain(monotonic_time now) -> result<void> {
  WEIR_CHECK(look_after_home(now));
  const auto can_drop = can_drop_front();
  if (!can_drop && (!are_cursors_dirty || now - cursors_written_at < cursors_interval)) return cursors_state;
  cursors_written_at = now;
  // On a full disk this may fail until the segments are gone; cursors that lag move up at the next start.
  cursors_state = are_cursors_dirty ? write_cursors() : result<void>{};
  while (can_drop_front()) {
    segments.drop_front();
    are_names_dirty = true;
  }
  if (can_drop) ids.drop_before(segments.all().front().header.first);
  return cursors_state;
}

} // namespace weir
