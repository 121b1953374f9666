#include "actors/collectors/collector_core.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto chunk_body_bytes_max = std::size_t{1} << 20;

} // namespace

auto collector_core::begin_again() -> resume_info {
  builder.roll_back();
  auto ends = resume_;
  for (const auto& p : builder.positions()) ends[p.stream] = p.end;
  auto resume = resume_info{};
  for (const auto& [stream, end] : ends) resume.covered.push_back({stream, 0, end});
  ++starts;
  return resume;
}

void collector_core::close_chunk(const clock& now) {
  if (builder.empty()) return;
  for (const auto& p : builder.positions()) resume_[p.stream] = p.end;
  for (auto& c : builder.take(chunk_body_bytes_max)) {
    c->id = {origin_, next_sequence_++};
    c->settled_below = unacked_.empty() ? c->id.sequence : unacked_.front().sequence;
    c->closed_ns = now.wall_ns();
    events_closed += c->count;
    bytes_closed += c->body.size();
    unacked_.push_back({c->id.sequence, false, c->positions});
    flow.push(c, now.monotonic());
  }
}

auto collector_core::on_settled(const std::vector<chunk_ptr>& chunks) -> std::vector<position_range> {
  for (const auto& c : chunks) {
    events_settled += c->count;
    bytes_settled += c->body.size();
    const auto at = std::lower_bound(unacked_.begin(), unacked_.end(), c->id.sequence,
                                     [](const unacked& u, std::uint64_t s) { return u.sequence < s; });
    WEIR_ASSERT(at != unacked_.end() && at->sequence == c->id.sequence);
    at->settled = true;
  }
  auto safe = std::vector<position_range>{};
  for (; !unacked_.empty() && unacked_.front().settled; unacked_.pop_front())
    std::move(unacked_.front().positions.begin(), unacked_.front().positions.end(), std::back_inserter(safe));
  return safe;
}

auto collector_core::budget_bytes() const -> std::size_t {
  const auto room = flow.room_bytes();
  return room > builder.bytes() ? static_cast<std::size_t>(room - builder.bytes()) : 0;
}

} // namespace weir
