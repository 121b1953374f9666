#include "runtime/codec/chunk_codec.hpp"
#include "runtime/log/chunk_log_state.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace weir {

auto sync_job::run() -> result<void> {
  for (const auto& f : files_) WEIR_CHECK(f->sync());
  for (const auto& f : cold_) f->drop_cache();
  return system_ == nullptr ? result<void>{} : system_->sync_directory(directory_);
}

auto chunk_log::state::wants_sync(monotonic_time now) const -> bool {
  if (is_job_out || is_gone) return false;
  const auto& all = segments.all();
  const auto is_dirty = [](const segment& s) { return s.is_dirty; };
  if (std::none_of(all.begin(), all.end(), is_dirty)) return false;
  switch (settings.sync) {
  case sync_policy::always: return true;
  case sync_policy::interval:
    return now - synced_at >= settings.sync_interval || unsynced_bytes > settings.unsynced_bytes
           || is_room_coming();
  case sync_policy::os: break;
  }
  // A snapshot must be safe before the segments that it stands for may go.
  return std::any_of(all.begin(), all.end(), [](const segment& s) { return !s.is_anchored; });
}

/// A backlog is read once and in order, when its sink is back: until then it must not take the memory of
/// others.
void chunk_log::state::cool(std::vector<std::shared_ptr<file>>& cold) {
  auto& all = segments.all();
  if (all.empty()) return;
  const auto warm_bytes = 32 * settings.cache_bytes;
  auto behind = all.back().bytes;
  for (auto s = std::next(all.rbegin()); s != all.rend() && !s->is_cold; ++s) {
    behind += s->bytes;
    if (behind <= warm_bytes || s->is_dirty || s->is_in_job) continue;
    s->is_cold = true;
    if (auto opened = segments.file_of(*s)) cold.push_back(std::move(*opened));
  }
}

auto chunk_log::state::take_sync(monotonic_time now) -> std::optional<sync_job> {
  if (!wants_sync(now)) return std::nullopt;
  auto job = sync_job{};
  for (auto& s : segments.all()) {
    if (!s.is_dirty) continue;
    s.is_dirty = false;
    s.is_in_job = true;
    s.job_end = s.used;
    job.files_.push_back(s.opened);
  }
  if (are_names_dirty) {
    job.system_ = &files;
    job.directory_ = settings.path;
    are_names_dirty = false;
  }
  cool(job.cold_);
  job.up_to_ = last;
  job_bytes = unsynced_bytes;
  synced_at = now;
  is_job_out = true;
  return job;
}

auto chunk_log::state::next_deadline() const -> std::optional<monotonic_time> {
  auto at = std::optional<monotonic_time>{};
  if (is_gone) return look_at;
  if (are_cursors_dirty) at = cursors_written_at + cursors_interval;
  if (settings.sync != sync_policy::interval || is_job_out || last == synced) return at;
  const auto sync_at = synced_at + settings.sync_interval;
  return at ? std::min(*at, sync_at) : sync_at;
}

void chunk_log::state::mark_safe(record_number up_to) {
  for (auto& s : segments.all()) {
    if (!s.is_in_job) continue;
    s.is_in_job = false;
    s.is_anchored = true;
    s.safe_end = s.job_end;
  }
  for (auto number = synced + 1; number <= up_to && settings.sync != sync_policy::os; ++number)
    if (const auto* entry = recent.find(number); entry != nullptr) safe.add(*entry->c, entry->came_s);
  synced = std::max(synced, up_to);
  unsynced_bytes -= job_bytes;
  job_bytes = 0;
  if (unsynced_bytes <= 2 * settings.unsynced_bytes) written = last;
  recent.shrink(settings.cache_bytes, synced);
  is_job_out = false;
}

/// What is on the device has no name: it is to be synced again where it is put back.
void chunk_log::state::put_off_sync() {
  for (auto& s : segments.all()) {
    s.is_dirty = s.is_dirty || s.is_in_job;
    s.is_in_job = false;
  }
  is_job_out = false;
}

auto chunk_log::state::copy_unsynced(std::vector<segment>& fresh) -> result<void> {
  auto memory = safe;
  for (auto number = synced + 1; number <= last; ++number) {
    const auto* entry = recent.find(number);
    if (entry == nullptr) continue; // never appended: the numbers begin behind the cursors
    const auto head = encode_chunk_head(*entry->c);
    const auto parts =
        record_parts{entry->type, entry->c->count, entry->c->closed_ns, head, entry->c->body.view()};
    const auto header = make_record_header(number, parts);
    if (fresh.empty() || !fresh.back().has_room(header.bytes())) {
      WEIR_TRY(auto made, create(plan(number, memory, header.bytes())));
      fresh.push_back(std::move(made));
    }
    WEIR_CHECK(write_record(fresh.back(), header, parts));
    memory.add(*entry->c, entry->came_s);
  }
  for (auto& s : fresh) WEIR_CHECK(write_segment_header(s));
  return {};
}

void chunk_log::state::replace_unsynced(std::vector<segment> fresh) {
  auto& all = segments.all();
  while (!all.empty() && all.back().header.first > synced && !all.back().is_anchored) segments.drop_back();
  for (auto& s : all) {
    s.is_in_job = s.is_dirty = false;
    if (s.last > synced) segments.cut(s, s.safe_end, synced);
  }
  for (auto& s : fresh) segments.add(std::move(s));
  has_active = !fresh.empty();
  are_names_dirty = true;
  is_job_out = false;
}

void chunk_log::state::leave_unsynced() {
  for (auto& s : segments.all()) s.is_in_job = false;
  has_active = false;
  are_names_dirty = true;
  is_job_out = false;
}

auto chunk_log::state::write_again() -> result<void> {
  auto fresh = std::vector<segment>{};
  const auto newest = newest_segment;
  const auto copied = copy_unsynced(fresh);
  if (!copied) {
    for (const auto& s : fresh) std::ignore = files.remove(s.path);
    newest_segment = newest;
    return copied;
  }
  replace_unsynced(std::move(fresh));
  return copied;
}

auto chunk_log::finish_sync(const sync_job& job, const result<void>& outcome) -> result<void> {
  auto& s = *state_;
  if (outcome && s.is_gone) return s.put_off_sync(), result<void>{};
  if (outcome) return s.mark_safe(job.up_to_), result<void>{};
  const auto is_lax = s.settings.sync == sync_policy::os;
  if (const auto now = s.time.monotonic(); now >= s.tell_sync_at) {
    spdlog::error("chunk log {}: {}; a new segment is begun{}", s.settings.path, outcome.failure().what,
                  is_lax ? "" : " with all since record " + std::to_string(s.synced));
    s.tell_sync_at = now + std::chrono::minutes{1}; // a disk that fails does so at every try
  }
  if (is_lax) return s.leave_unsynced(), result<void>{};
  return s.write_again();
}

auto chunk_log::take_sync(monotonic_time now) -> std::optional<sync_job> { return state_->take_sync(now); }

auto chunk_log::deadline() const -> std::optional<monotonic_time> { return state_->next_deadline(); }

} // namespace weir
