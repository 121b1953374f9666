#include "runtime/flow/fan_out.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/flow/retention.hpp"

namespace weir {
namespace {

/// The parts of these ranges that are in.
auto common_to(const id_ranges& in, const std::vector<id_range>& ranges) -> std::vector<id_range> {
  auto common = std::vector<id_range>{};
  for (const auto& r : ranges)
    for (const auto& part : in.common(r)) common.push_back(part);
  return common;
}

} // namespace

fan_out::fan_out(const std::vector<outlet_settings>& settings) {
  for (const auto& s : settings) outlets_.emplace_back(s);
  settled_.resize(settings.size());
  is_retired_.resize(settings.size());
}

void fan_out::add(const outlet_settings& settings, const id_ranges& passed) {
  outlets_.emplace_back(settings);
  settled_.push_back(passed);
  is_retired_.push_back(false);
}

auto fan_out::remove(std::size_t index) -> std::vector<released> {
  auto everywhere = release(outlets_[index].unacked());
  sent_unsure_ += outlets_[index].sent_unsure();
  const auto at = static_cast<std::ptrdiff_t>(index);
  outlets_.erase(outlets_.begin() + at);
  settled_.erase(settled_.begin() + at);
  is_retired_.erase(is_retired_.begin() + at);
  behind_ = 0;
  return everywhere;
}

auto fan_out::find_any(std::string_view component) const -> std::size_t {
  const auto at = std::find_if(outlets_.begin(), outlets_.end(), [&](const auto& o) { return o.component() == component; });
  return static_cast<std::size_t>(at - outlets_.begin());
}

auto fan_out::settled_everywhere() const -> std::vector<id_range> {
  auto all = std::vector<id_range>{};
  if (!settled_.empty()) settled_.front().for_each([&](const id_range& r) { all.push_back(r); });
  for (std::size_t i = 1; i < settled_.size(); ++i) all = common_to(settled_[i], all);
  return all;
}

void fan_out::push(const chunk_ptr& c, monotonic_time now) {
  const auto bytes = std::uint64_t{c->body.size()};
  auto takers = std::size_t{0};
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    if (is_retired_[i]) continue;
    outlets_[i].push(c, now);
    ++takers;
  }
  WEIR_ASSERT(takers > 0);
  pending_.emplace(c->id, pending{takers, bytes, c->count, c->closed_ns});
  closed_ns_.insert(c->closed_ns);
  unacked_bytes_ += bytes;
  unacked_events_ += c->count;
}

auto fan_out::release(const std::vector<chunk_ptr>& acked) -> std::vector<released> {
  auto everywhere = std::vector<released>{};
  for (const auto& c : acked) {
    const auto at = pending_.find(c->id);
    if (at == pending_.end() || --at->second.outlets > 0) continue;
    const auto& done = everywhere.emplace_back(released{c->id, at->second.bytes, at->second.events});
    unacked_bytes_ -= done.bytes;
    unacked_events_ -= done.events;
    closed_ns_.erase(closed_ns_.find(at->second.closed_ns));
    pending_.erase(at);
  }
  return everywhere;
}

auto fan_out::settle(std::size_t outlet_index, const std::vector<id_range>& stored) -> std::vector<id_range> {
  auto everywhere = stored;
  for (const auto& r : stored) settled_[outlet_index].insert(r, now_s_);
  // Whoever was behind the last time most likely is still.
  const auto first = behind_;
  for (std::size_t k = 0; k < settled_.size() && !everywhere.empty(); ++k) {
    const auto i = (first + k) % settled_.size();
    if (i == outlet_index) continue;
    everywhere = common_to(settled_[i], everywhere);
    behind_ = i;
  }
  return everywhere;
}

void fan_out::fold(std::uint64_t origin, std::uint64_t below) {
  if (below <= 1) return;
  for (auto& s : settled_) s.insert({origin, 1, below - 1}, now_s_);
}

void fan_out::forget(std::int64_t before_s, std::int64_t now_s) {
  now_s_ = now_s;
  for (auto& known : settled_) {
    known.note_unknown_seen(now_s);
    known.forget(before_s, origins_max);
  }
}

auto fan_out::settled_floor(std::uint64_t origin) const -> std::uint64_t {
  auto floor = settled_.empty() ? std::uint64_t{1} : UINT64_MAX;
  for (const auto& s : settled_) floor = std::min(floor, s.floor(origin));
  return floor;
}

auto fan_out::room_bytes(std::uint64_t held_bytes) const -> std::uint64_t {
  auto least = UINT64_MAX;
  for (std::size_t i = 0; i < outlets_.size(); ++i) {
    if (is_retired_[i]) continue;
    const auto& o = outlets_[i];
    const auto held = o.waiting_bytes() + o.in_flight_bytes() + o.unsure_bytes();
    const auto spare = outlets_.size() > 1 && held < held_bytes ? held_bytes - held : 0;
    least = std::min(least, std::max(o.room_bytes(), spare));
  }
  return outlets_.empty() ? 0 : least;
}

auto fan_out::sent_unsure() const -> std::uint64_t {
  auto sum = sent_unsure_;
  for (const auto& o : outlets_) sum += o.sent_unsure();
  return sum;
}

auto fan_out::is_hungry() const -> bool {
  for (std::size_t i = 0; i < outlets_.size(); ++i)
    if (!is_retired_[i] && outlets_[i].is_hungry()) return true;
  return false;
}

auto fan_out::deadline() const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  for (const auto& o : outlets_)
    if (const auto d = o.deadline(); d && (!first || *d < *first)) first = d;
  return first;
}

} // namespace weir
