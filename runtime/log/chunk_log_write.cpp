#include "runtime/codec/chunk_codec.hpp"
#include "runtime/log/chunk_log_state.hpp"

#include <algorithm>
#include <tuple>

namespace weir {
namespace {

constexpr auto dropped_segment_bytes = std::uint64_t{64} << 10;

/// Of a chunk that is not kept: id and positions.
auto without_events(const chunk& c) -> chunk_ptr {
  auto left = std::make_shared<chunk>(c);
  left->count = 0;
  left->sections.clear();
  left->cuts.clear();
  left->timed_at_reading.clear();
  left->body = {};
  return left;
}

} // namespace

void chunk_log::state::seal() {
  if (auto* s = active(); s != nullptr) segments.cut(*s, s->used, s->last);
  has_active = false;
}

auto chunk_log::state::plan(record_number first, const log_memory& memory, std::uint64_t record_bytes) const
    -> planned_segment {
  auto made = planned_segment{};
  made.header.identity = {log_id, next_segment};
  made.header.first = first;
  made.header.follows = std::min(follows, first - 1);
  made.header.durable = std::min(synced, made.header.follows);
  made.header.created_ns = time.wall_ns();
  made.header.unused = static_cast<std::uint32_t>(next_segment - 1 - newest_segment);
  made.contents.snapshot = encode_snapshot(made.header, memory);
  made.contents.bytes = record_bytes;
  // What is remembered may be larger than a segment: then it costs as much again as it brings, not more.
  const auto overhead = segment_header_bytes + record_header_bytes + made.contents.snapshot.size() + 7;
  const auto left = settings.segment_bytes - std::min(settings.segment_bytes, overhead);
  const auto as_much = std::min<std::uint64_t>(made.contents.snapshot.size(), settings.bytes_max / 8);
  made.contents.bytes = std::max({record_bytes, left, as_much});
  made.bytes = overhead + made.contents.bytes;
  return made;
}

auto chunk_log::state::create(const planned_segment& planned) -> result<segment> {
  ++next_segment;
  are_names_dirty = true;
  auto made = create_segment(files, settings.path, planned.header, planned.contents);
  if (made) newest_segment = planned.header.identity.segment;
  return made;
}

auto chunk_log::state::has_room_for(const planned_segment& planned) const -> bool {
  const auto freed = has_active ? segments.all().back().bytes - segments.all().back().used : 0;
  // A chunk larger than the whole log gets in when the log is empty.
  return unsettled.chunks == 0 || segments.bytes() - freed + planned.bytes <= settings.bytes_max;
}

auto chunk_log::state::make_room(std::uint64_t record_bytes, record_type type) -> result<void> {
  if (has_active && active()->has_room(record_bytes)) return {};
  const auto before_s = seconds_of(time.wall_ns()) - seconds_of(settings.remember);
  for (auto* memory : {&known, &safe}) memory->forget(before_s);
  auto planned = plan(last + 1, known, record_bytes);
  if (type == record_type::dropped) {
    // There is room for these, or a full log could not remember what it had no room for.
    planned.contents.bytes = std::min(planned.contents.bytes, std::max(record_bytes, dropped_segment_bytes));
  } else if (!has_room_for(planned)) {
    return error{errc::limit, "the chunk log " + settings.path + " has reached its "
                                  + to_text(byte_count{settings.bytes_max})};
  }
  const auto newest = newest_segment;
  WEIR_TRY(auto made, create(planned));
  if (const auto begun = write_segment_header(made); !begun) {
    std::ignore = files.remove(made.path);
    newest_segment = newest;
    return begun;
  }
  seal();
  segments.add(std::move(made));
  has_active = true;
  return {};
}

auto chunk_log::state::append(const chunk_ptr& c, record_type type) -> result<record_number> {
  if (is_gone)
    return error{errc::unavailable, "the files of the chunk log " + settings.path + " were removed"};
  const auto head = encode_chunk_head(*c);
  const auto parts = record_parts{type, c->count, c->closed_ns, head, c->body.view()};
  const auto header = make_record_header(last + 1, parts);
  if (header.payload_bytes() > chunk_prefix_bytes + chunk_bytes_max)
    return error{errc::rejected, "a chunk of " + std::to_string(header.payload_bytes())
                                     + " bytes is larger than chunks may be"};
  WEIR_CHECK(make_room(header.bytes(), type));
  if (const auto wrote = write_record(*active(), header, parts); !wrote) {
    seal(); // nobody knows what is behind its last record now
    return wrote.failure();
  }
  follows = ++last;
  const auto now_s = seconds_of(time.wall_ns());
  known.add(*c, now_s);
  recent.add(last, {type, c, now_s});
  if (settings.knows_ids && type == record_type::chunk && c->count > 0) ids.add(last, c->id);
  unsynced_bytes += header.bytes();
  if (settings.sync == sync_policy::os || unsynced_bytes <= 2 * settings.unsynced_bytes) written = last;
  recent.shrink(settings.cache_bytes, settings.sync == sync_policy::os ? last : synced);
  if (type == record_type::dropped) {
    for (auto& reader : readers) reader.settle(last, last);
  } else if (!readers.empty()) {
    ++unsettled.chunks;
    unsettled.events += c->count;
    unsettled.bytes += header.body_bytes;
  }
  return last;
}

auto chunk_log::append(const chunk_ptr& c) -> result<record_number> {
  return state_->append(c, record_type::chunk);
}

auto chunk_log::append_dropped(const chunk& c) -> result<record_number> {
  return state_->append(without_events(c), record_type::dropped);
}

} // namespace weir
