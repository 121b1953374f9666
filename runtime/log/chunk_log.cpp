#include "runtime/log/chunk_log.hpp"

#include "runtime/log/chunk_log_state.hpp"

#include <tuple>
#include <utility>

namespace weir {

chunk_log::chunk_log(std::unique_ptr<state> opened) : state_(std::move(opened)) {}

chunk_log::~chunk_log() {
  const auto is_news = state_->are_cursors_dirty || state_->synced_in_cursors < state_->synced;
  if (is_news) std::ignore = state_->write_cursors();
}

auto chunk_log::seen() const -> const id_ranges& { return state_->known.seen; }
auto chunk_log::knowledge_of(const std::string& source) const -> stream_knowledge {
  const auto& memory = state_->settings.sync == sync_policy::os ? state_->known : state_->safe;
  auto known = stream_knowledge{memory.positions.of(source), memory.settled.of(source), {}};
  for (const auto& p : state_->known.positions.of(source))
    if (!memory.positions.covers(source, {{p}})) known.elsewhere.push_back(p);
  return known;
}

void chunk_log::fold(std::uint64_t origin, std::uint64_t settled_below) {
  state_->known.fold(origin, settled_below);
  state_->safe.fold(origin, settled_below);
}

auto chunk_log::last() const -> record_number { return state_->last; }

auto chunk_log::durable() const -> record_number {
  return state_->settings.sync == sync_policy::always ? state_->synced : state_->written;
}

auto chunk_log::next(std::size_t reader, record_number behind) const -> record_number {
  const auto number = state_->readers[reader].next_unsettled(behind);
  return number > durable() ? 0 : number;
}

auto chunk_log::read(record_number number) -> result<chunk_ptr> { return state_->read(number); }
void chunk_log::settle(std::size_t reader, record_number number) { state_->settle(reader, number); }

auto chunk_log::id_of(record_number number) const -> std::optional<chunk_id> { return state_->ids.find(number); }
auto chunk_log::events_of(record_number number) const -> std::uint64_t { return state_->sums_of(number).events; }

auto chunk_log::take_copies() -> std::vector<found_copy> {
  std::erase_if(state_->copies, [this](const found_copy& c) { return state_->is_settled_by_all(c.at); });
  return std::exchange(state_->copies, {});
}

auto chunk_log::is_new(std::size_t reader) const -> bool {
  return state_->new_readers.contains(state_->readers[reader].name());
}
auto chunk_log::drop_oldest() -> std::vector<chunk_ptr> { return state_->drop_oldest(); }
auto chunk_log::maintain(monotonic_time now) -> result<void> { return state_->maintain(now); }

auto chunk_log::figures() const -> chunk_log_figures {
  auto& s = *state_;
  const auto oldest = s.floor();
  if (oldest > s.last) {
    s.oldest = s.oldest_closed_ns = 0; // that number may be appended yet
  } else if (oldest != s.oldest) {
    s.oldest = oldest;
    s.oldest_closed_ns = s.sums_of(oldest).closed_ns;
  }
  auto f = chunk_log_figures{};
  f.segments = s.segments.all().size();
  f.bytes = s.segments.bytes();
  f.unsettled_chunks = s.unsettled.chunks;
  f.unsettled_events = s.unsettled.events;
  f.unsettled_bytes = s.unsettled.bytes;
  f.oldest_closed_ns = s.oldest_closed_ns;
  f.damaged_records = s.damaged_records;
  f.cut_tails = s.cut_tails;
  return f;
}

} // namespace weir
