#include "runtime/log/chunk_log_state.hpp"
#include "runtime/log/file_window.hpp"
#include "runtime/log/quarantine.hpp"
#include "runtime/os/paths.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace weir {
namespace {

auto forget_lost(segment_shelf& segments, const std::vector<lost_record>& lost) -> result<void> {
  constexpr auto no_magic = std::string_view{"\0\0\0\0", 4};
  const auto parts = std::array{no_magic};
  for (auto& s : segments.all())
    for (const auto& record : lost) {
      if (record.path != s.path) continue;
      WEIR_TRY(const auto opened, segments.file_of(s));
      WEIR_CHECK(opened->write_at(record.offset, parts));
    }
  return {};
}

/// Where in the segment what may not be on the device begins; `used`: nowhere.
auto doubtful_from(segment_shelf& segments, const segment& s, record_number durable) -> std::uint64_t {
  const auto has_records = s.last >= s.header.first;
  if (has_records && s.last <= durable) return s.used;
  if (!has_records || s.header.first > durable) return 0;
  const auto first = segments.locate(durable + 1);
  return first ? first->record.offset : 0;
}

/// Writes the same bytes again, in place. A process that was killed may have been told that a sync failed:
/// the system takes its pages for clean, and would say of the next sync that all is well.
auto write_over(segment_shelf& segments, segment& s, std::uint64_t from) -> result<void> {
  WEIR_TRY(const auto opened, segments.file_of(s));
  auto window = file_window{*opened, copy_step};
  for (auto at = from; at < s.used;) {
    WEIR_TRY(const auto bytes, window.view(at, std::min<std::uint64_t>(copy_step, s.used - at)));
    if (bytes.empty()) break;
    const auto parts = std::array{bytes};
    WEIR_CHECK(opened->write_at(at, parts));
    at += bytes.size();
  }
  return {};
}

/// What a killed process wrote, it may not have synced. `durable`: up to here it had.
auto sync_all(file_system& files, segment_shelf& segments, record_number durable) -> result<void> {
  for (auto& s : segments.all()) {
    WEIR_CHECK(write_over(segments, s, doubtful_from(segments, s, durable)));
    WEIR_TRY(const auto opened, segments.file_of(s));
    if (opened->sync()) continue;
    spdlog::error("chunk log {}: a sync failed; it is copied to a fresh file", s.path);
    WEIR_CHECK(write_afresh(files, *opened, s));
  }
  return {};
}

} // namespace

chunk_log::state::state(file_system& on, chunk_log_settings with, const clock& by)
    : files(on), settings(bounded(std::move(with))), time(by), receivers(on, settings.path), segments(on) {
  synced_at = cursors_written_at = time.monotonic();
}

void chunk_log::state::learn(const recovered_record& found) {
  const auto number = found.at.header.number;
  if (found.head.count > 0) ids.add(number, found.head.id);
  if (found.head.copy_of.empty()) return;
  auto& copy = copies.emplace_back(found_copy{number, {}, found.at.header.body_bytes});
  copy.head.id = found.head.id;
  copy.head.copy_of = found.head.copy_of;
  copy.head.count = found.head.count;
}

auto chunk_log::state::take_over(recovered_log found) -> result<void> {
  for (const auto& finding : found.findings) set_aside(files, settings.path, finding);
  if (found.findings_left_out > 0)
    spdlog::warn("chunk log {}: {} more findings of this kind", settings.path, found.findings_left_out);
  for (const auto& path : found.foreign) set_file_aside(files, settings.path, path);
  for (const auto& change : found.changes) {
    if (change.is_new) new_readers.insert(change.name);
    const auto& late = settings.from_now;
    tell_reader_change(settings.path, change, std::find(late.begin(), late.end(), change.name) != late.end());
  }
  log_id = found.log_id == 0 ? random_id() : found.log_id;
  next_segment = found.next_segment;
  known = std::move(found.memory);
  readers = std::move(found.readers);
  follows = found.last;
  last = synced = written = found.next_number - 1;
  unsettled = found.unsettled;
  damaged_records = found.damaged_records;
  cut_tails = found.cut_tails;
  for (auto& s : found.segments) {
    segments.add(std::move(s));
    auto& added = segments.all().back();
    if (added.bytes == added.used) continue;
    WEIR_TRY(std::ignore, segments.file_of(added));
    segments.cut(added, added.used, added.last);
  }
  newest_segment = segments.all().empty() ? next_segment - 1 : segments.all().back().header.identity.segment;
  WEIR_CHECK(forget_lost(segments, found.lost));
  for (auto& s : segments.all()) {
    const auto at = found.snapshots.find(s.header.identity.segment);
    if (at == found.snapshots.end()) continue;
    WEIR_CHECK(write_snapshot_anew(files, s, encode_snapshot(s.header, at->second)));
    WEIR_TRY(std::ignore, segments.file_of(s)); // it is open, which the shelf has to know
  }
  // By this policy nobody was told that it is safe from power cuts.
  const auto durable = settings.sync == sync_policy::os ? last : found.durable;
  WEIR_CHECK(sync_all(files, segments, durable));
  // What it held counts elsewhere by now, durably.
  for (const auto& path : found.superfluous) std::ignore = files.remove(path);
  WEIR_CHECK(files.sync_directory(settings.path));
  if (settings.sync != sync_policy::os) safe = known;
  are_cursors_dirty = true;
  const auto written_cursors = write_cursors();
  // Full disks are to be opened, too: what lies there makes room when it is settled. maintain() tries again.
  if (!written_cursors && written_cursors.failure().code != errc::unavailable) return written_cursors;
  return {};
}

auto chunk_log::open(file_system& files, chunk_log_settings settings, const clock& time)
    -> result<std::unique_ptr<chunk_log>> {
  const auto path = settings.path;
  WEIR_CHECK(make_directories(files, path, settings.sync != sync_policy::os));
  auto lock = files.lock(path + "/lock", settings.holder);
  if (!lock)
    return error{lock.failure().code, "the chunk log " + path + " cannot be opened: " + lock.failure().what};
  auto opened = std::make_unique<state>(files, std::move(settings), time);
  auto how = recovery_options{.path = path,
                              .readers = opened->settings.readers,
                              .from_now = opened->settings.from_now,
                              .now_s = seconds_of(time.wall_ns())};
  if (opened->settings.knows_ids) how.on_chunk = [&](const recovered_record& r) { opened->learn(r); };
  auto found = recover_log(files, how);
  if (!found)
    return error{found.failure().code,
                 "the chunk log " + path + " cannot be opened: " + found.failure().what};
  opened->lock = std::move(*lock);
  WEIR_CHECK(opened->receivers.open());
  WEIR_CHECK(opened->take_over(std::move(*found)));
  return std::unique_ptr<chunk_log>{new chunk_log{std::move(opened)}};
}

} // namespace weir
