#include "actors/collectors/held_streams.hpp"

#include "runtime/event/chunk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {

auto held_streams::add(std::string_view name) -> held_stream& {
  auto& s = streams_[std::string{name}];
  s.name = name;
  if (idle_.empty()) idle_.push_back(make_());
  s.chain = std::move(idle_.back());
  idle_.pop_back();
  return s;
}

void held_streams::let_go(held_stream& s) {
  if (s.is_open || s.chain->holds() || !s.waiting.empty()) return;
  idle_.push_back(std::move(s.chain));
  streams_.erase(streams_.find(s.name));
}

void held_streams::enter(std::string_view stream) {
  is_in_lane_ = stream.empty();
  if (!is_in_lane_) return enter_stream(stream);
  if (auto* before = std::exchange(entered_, nullptr)) let_go(*before);
  if (!lane_) lane_.emplace(make_(), then_);
}

void held_streams::enter_stream(std::string_view stream) {
  if (entered_ != nullptr && entered_->name == stream) return;
  if (auto* before = std::exchange(entered_, nullptr)) let_go(*before);
  const auto known = streams_.find(stream);
  entered_ = known != streams_.end() ? &known->second : &add(stream);
}

void held_streams::put(const event_view& event, const birth& born) {
  if (is_in_lane_) {
    active_ = nullptr;
    return lane_->put(event, born);
  }
  if (entered_ == nullptr) enter_stream({});
  active_ = entered_;
  active_->chain->put(event, born);
}

void held_streams::pass_on(const event_view& event) {
  if (active_ == nullptr) return lane_->pass_on(event);
  auto& s = *active_;
  const auto& lines = s.chain->current();
  const auto held = s.chain->held_from();
  if (s.waiting.empty() && (!held || *held > lines.last)) return then_.put(event, lines);
  s.waiting.push_back({std::string{event.tag}, event.time_ns, std::string{event.record}, lines, event.is_timed_at_reading});
  s.waiting_bytes += event.record.size();
}

void held_streams::read(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  if (is_in_lane_) {
    active_ = nullptr;
    return lane_->read(stream, begin, end);
  }
  if (entered_ == nullptr) enter_stream(stream);
  auto& s = *entered_;
  const auto is_over = end == end_of_stream;
  const auto is_apart = s.is_open && (begin != s.end || is_over || s.name != stream);
  const auto is_placed = s.name == stream && !is_over && (!s.chain->holds() || s.chain->held_from());
  const auto is_much = s.waiting.size() > waiting_max || s.waiting_bytes > waiting_bytes_max;
  if (is_apart || !is_placed || is_much || streams_.size() > streams_max) flush(s, monotonic_time::max());
  if (is_apart) settle(s);
  if (s.name != stream) {
    release(s, UINT64_MAX);
    return then_.cover(std::string{stream}, begin, end);
  }
  if (!s.is_open) s.from = begin;
  s.end = end;
  s.is_open = true;
  settle(s);
}

/// Before it nothing is held and nothing waits.
auto held_streams::bound_of(const held_stream& s) const -> std::uint64_t {
  auto bound = s.chain->held_from().value_or(UINT64_MAX);
  for (auto is_lower = true; std::exchange(is_lower, false);)
    for (const auto& e : s.waiting) {
      const auto stays = e.lines.first.is_known() && e.lines.last >= bound && e.lines.first.position < bound;
      if (stays) bound = e.lines.first.position, is_lower = true;
    }
  return bound;
}

void held_streams::release(held_stream& s, std::uint64_t bound) {
  auto stay = std::vector<waiting_event>{};
  s.waiting_bytes = 0;
  for (auto& e : std::exchange(s.waiting, {})) {
    if (!e.lines.first.is_known() || e.lines.last < bound) {
      then_.put({e.tag, e.time_ns, e.record, e.is_timed_at_reading}, e.lines);
      continue;
    }
    s.waiting_bytes += e.record.size();
    stay.push_back(std::move(e));
  }
  s.waiting = std::move(stay);
}

void held_streams::settle(held_stream& s) {
  const auto bound = bound_of(s);
  release(s, bound);
  const auto up_to = std::clamp(bound, s.from, s.end);
  s.is_open = up_to < s.end;
  const auto from = std::exchange(s.from, up_to);
  if (up_to > from || !s.is_open) then_.cover(s.name, from, up_to);
}

void held_streams::flush(held_stream& s, monotonic_time now) {
  active_ = &s;
  s.chain->flush(now);
}

void held_streams::flush(monotonic_time now) {
  if (lane_) {
    active_ = nullptr;
    lane_->flush(now);
  }
  for (auto at = streams_.begin(); at != streams_.end();) {
    auto& s = at++->second;
    const auto due = s.chain->wake_at();
    if (now != monotonic_time::max() && (!due || *due > now)) continue;
    flush(s, now);
    s.is_open ? settle(s) : release(s, bound_of(s));
    if (&s != entered_) let_go(s);
  }
}

auto held_streams::wake_at() const -> std::optional<monotonic_time> {
  auto first = lane_ ? lane_->wake_at() : std::nullopt;
  for (const auto& [name, s] : streams_)
    if (const auto at = s.chain->wake_at(); at && (!first || *at < *first)) first = at;
  return first;
}

} // namespace weir
