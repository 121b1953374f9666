#include "actors/collectors/held_lane.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void held_lane::put(const event_view& event, const birth& born) {
  births_.push_back(born);
  chain_->put(event, {next_++, 0});
}

auto held_lane::waiting_of(std::uint64_t number) -> std::vector<waiting_event>& {
  const auto at = std::find_if(ranges_.begin(), ranges_.end(), [&](const auto& r) { return number < r.last; });
  return at != ranges_.end() ? at->waiting : waiting_;
}

void held_lane::pass_on(const event_view& event) {
  const auto number = chain_->current().first.position;
  const auto& born = births_[number - first_];
  const auto lines = event_span{born, born.position};
  if (ranges_.empty()) return then_->put(event, lines);
  waiting_of(number).push_back({std::string{event.tag}, event.time_ns, std::string{event.record}, lines, event.is_timed_at_reading});
  waiting_bytes_ += event.record.size();
}

void held_lane::read(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  ranges_.push_back({std::string{stream}, begin, end, next_, std::exchange(waiting_, {})});
  const auto is_much = ranges_.size() > waiting_max || births_.size() > waiting_max || waiting_bytes_ > waiting_bytes_max;
  if (is_much) chain_->flush(monotonic_time::max());
  settle();
}

void held_lane::flush(monotonic_time now) {
  const auto due = chain_->wake_at();
  if (now != monotonic_time::max() && (!due || *due > now)) return;
  chain_->flush(now);
  settle();
}

void held_lane::settle() {
  const auto bound = chain_->held_from().value_or(next_);
  while (!ranges_.empty() && ranges_.front().last <= bound) {
    auto& r = ranges_.front();
    release(r.waiting);
    then_->cover(r.stream, r.begin, r.end);
    ranges_.pop_front();
  }
  if (ranges_.empty()) release(waiting_);
  for (; first_ < bound; ++first_) births_.pop_front();
}

void held_lane::release(std::vector<waiting_event>& waiting) {
  for (const auto& e : waiting) {
    then_->put({e.tag, e.time_ns, e.record, e.is_timed_at_reading}, e.lines);
    waiting_bytes_ -= e.record.size();
  }
  waiting.clear();
}

} // namespace weir
