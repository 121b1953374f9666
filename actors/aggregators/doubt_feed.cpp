#include "actors/aggregators/doubt_feed.hpp"

#include <algorithm>
#include <tuple>

namespace weir {

auto doubt_feed::waits() const -> bool { return core_.log_ && core_.flow.at(outlet_).settings().unsure_for > duration{0}; }

void doubt_feed::begin() {
  if (!waits() || core_.log_->next(outlet_, 0) == 0) return;
  const auto& whom = core_.log_->receivers_of(outlet_);
  if (whom.empty()) return;
  reader().doubts.emplace(whom, core_.found_up_to_, core_.flow.at(outlet_).settings().unsure_for);
  reader().fed = core_.found_up_to_;
}

auto doubt_feed::take(record_number number, monotonic_time now) -> bool {
  auto& r = reader();
  const auto c = core_.log_->read(number);
  if (!c && c.failure().code != errc::not_found) return core_.note_unreadable(r, number, c.failure(), now), false;
  r.fails.reset();
  if (!c || r.pushed.contains((*c)->id)) return core_.log_->settle(outlet_, number), true;
  if (!core_.keeps_for_another(number, **c, now)) return r.doubts->add({number, *c}), true;
  // Those before it go first, or they would count as passed.
  return r.doubts->is_empty() && (r.doubts->pass(number), true);
}

void doubt_feed::fill(monotonic_time now) {
  auto& d = *reader().doubts;
  while (d.wants_more()) {
    const auto number = core_.log_->next(outlet_, d.taken());
    if (number == 0 || number > d.up_to()) return d.is_empty() ? reader().doubts.reset() : d.close();
    if (!take(number, now)) break;
  }
  if (!d.is_empty()) d.close();
}

void doubt_feed::feed(monotonic_time now) {
  auto& doubts = reader().doubts;
  for (auto goes_on = true; goes_on && doubts;) {
    fill(now);
    goes_on = false;
    while (doubts && doubts->is_judged(now) && core_.flow.at(outlet_).room_bytes() > 0) {
      // A notice stores nothing, and is for all of them.
      const auto* const holder = doubts->front().content->is_notice ? nullptr : doubts->holder();
      if (!core_.hand_on(outlet_, doubts->front(), now, holder)) return;
      core_.sent_unsure += doubts->pop();
      goes_on = doubts->is_empty();
    }
  }
}

/// Before that they must not.
auto doubt_feed::noted(const receivers& there) -> receivers {
  if (!waits()) return there;
  auto all = core_.log_->receivers_of(outlet_);
  for (const auto& r : there) all.insert(r.address);
  if (core_.log_->set_receivers(outlet_, std::move(all))) return there;
  auto known = there;
  std::erase_if(known, [&](const auto& r) { return !core_.log_->receivers_of(outlet_).contains(r.address); });
  return known;
}

/// A disk that cannot take it keeps more than it need.
void doubt_feed::forget_others(const receivers& there) {
  if (!core_.log_ || reader().doubts) return;
  auto all = core_.log_->receivers_of(outlet_);
  std::erase_if(all, [&](const std::string& address) {
    const auto is_there = std::any_of(there.begin(), there.end(), [&](const auto& r) { return r.address == address; });
    return !is_there && !core_.flow.at(outlet_).has_unsure(address);
  });
  std::ignore = core_.log_->set_receivers(outlet_, std::move(all));
}

} // namespace weir
