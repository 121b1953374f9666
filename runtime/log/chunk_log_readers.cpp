#include "runtime/codec/time_text.hpp"
#include "runtime/log/chunk_log_state.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

namespace weir {

auto bounded(chunk_log_settings settings) -> chunk_log_settings {
  constexpr auto smallest = std::uint64_t{4096};
  settings.segment_bytes = std::max(smallest, std::min(settings.segment_bytes, settings.bytes_max / 4));
  settings.unsynced_bytes = std::min(settings.unsynced_bytes, settings.bytes_max / 4);
  return settings;
}

void tell_reader_change(const std::string& path, const reader_change& change, bool begins_now) {
  if (change.events == 0) return;
  const auto held = std::to_string(change.events) + (change.events == 1 ? " event" : " events");
  auto since = std::string(time_text_bytes, ' ');
  write_time_text(since.data(), change.since_ns);
  if (!change.is_new)
    spdlog::warn("chunk log {}: \"{}\" reads from it no more; {} that it had not got, from {} on, are dropped for it",
                 path, change.name, held, since);
  else if (begins_now)
    spdlog::info("chunk log {}: \"{}\" is new and starts now; it does not get the {} that are here, from {} on",
                 path, change.name, held, since);
  else
    spdlog::info("chunk log {}: \"{}\" is new and gets all that is here: {}, from {} on", path, change.name, held,
                 since);
}

void chunk_log::state::count_unsettled(const record_sums& sums) {
  unsettled.chunks += sums.chunks;
  unsettled.events += sums.events;
  unsettled.bytes += sums.bytes;
}

void chunk_log::state::count_settled(const record_sums& sums) {
  unsettled.chunks -= std::min(unsettled.chunks, sums.chunks);
  unsettled.events -= std::min(unsettled.events, sums.events);
  unsettled.bytes -= std::min(unsettled.bytes, sums.bytes);
}

/// What lies there no more, was dropped or is damaged is settled for all.
auto chunk_log::state::begin_reader(reader_cursor& reader, bool from_now) -> reader_change {
  auto change = reader_change{reader.name(), true, 0, 0};
  const auto first = segments.all().empty() ? last + 1 : std::max<record_number>(segments.all().front().header.first, 1);
  reader.settle(1, from_now ? last : first - 1);
  for (auto number = first; number <= last; ++number) {
    const auto is_over = !readers.empty() && is_settled_by_all(number);
    const auto sums = sums_of(number);
    if (is_over && sums.chunks == 0) reader.settle(number, number);
    if (!from_now && (is_over || readers.empty())) count_unsettled(sums);
    if (change.events == 0) change.since_ns = sums.closed_ns;
    change.events += sums.events;
  }
  return change;
}

auto chunk_log::state::add_reader(const std::string& name, bool from_now) -> std::size_t {
  const auto known_at = std::find_if(readers.begin(), readers.end(), [&](const auto& r) { return r.name() == name; });
  if (known_at != readers.end()) return static_cast<std::size_t>(known_at - readers.begin());
  auto fresh = reader_cursor{name};
  tell_reader_change(settings.path, begin_reader(fresh, from_now), from_now);
  new_readers.insert(name);
  readers.push_back(std::move(fresh));
  settings.readers.push_back(name);
  are_cursors_dirty = true;
  // One that begins now must begin there also after a kill; maintain() tries again.
  std::ignore = write_cursors();
  return readers.size() - 1;
}

auto chunk_log::state::remove_reader(std::size_t reader, record_number up_to) -> std::uint64_t {
  const auto gone = readers[reader];
  auto change = reader_change{gone.name(), false, 0, 0};
  readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(reader));
  std::erase(settings.readers, gone.name());
  new_readers.erase(gone.name());
  for (auto number = gone.next_unsettled(0); number <= last; number = gone.next_unsettled(number)) {
    const auto sums = sums_of(number);
    if (is_settled_by_all(number)) count_settled(sums);
    if (number > up_to) continue;
    if (change.events == 0) change.since_ns = sums.closed_ns;
    change.events += sums.events;
  }
  tell_reader_change(settings.path, change, false);
  are_cursors_dirty = true;
  return change.events;
}

auto chunk_log::add_reader(const std::string& name, bool from_now) -> std::size_t {
  return state_->add_reader(name, from_now);
}

auto chunk_log::remove_reader(std::size_t reader, record_number up_to) -> std::uint64_t {
  return state_->remove_reader(reader, up_to);
}

auto chunk_log::settled_up_to(std::size_t reader) const -> record_number {
  return state_->readers[reader].first_unsettled() - 1;
}

auto chunk_log::receivers_of(std::size_t reader) const -> const std::set<std::string>& {
  return state_->receivers.of(state_->readers[reader].name());
}

auto chunk_log::set_receivers(std::size_t reader, std::set<std::string> addresses) -> result<void> {
  const auto& known = receivers_of(reader);
  if (!std::includes(addresses.begin(), addresses.end(), known.begin(), known.end())) {
    // Who is not asked any more has acked all; the next process has to know that.
    WEIR_CHECK(state_->write_cursors());
    WEIR_CHECK(state_->files.sync_directory(state_->settings.path));
  }
  return state_->receivers.set(state_->readers[reader].name(), std::move(addresses));
}

auto chunk_log::readers() const -> std::size_t { return state_->readers.size(); }

void chunk_log::set(const chunk_log_settings& settings) {
  const auto fresh = bounded(settings);
  auto& mine = state_->settings;
  mine.bytes_max = fresh.bytes_max;
  mine.segment_bytes = fresh.segment_bytes;
  mine.unsynced_bytes = fresh.unsynced_bytes;
  mine.sync = fresh.sync;
  mine.sync_interval = fresh.sync_interval;
  mine.remember = fresh.remember;
  mine.knows_ids = fresh.knows_ids; // of what comes from now on
}

} // namespace weir
