/// How an aggregator becomes another one while it runs.
#include "actors/aggregators/aggregator_core.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir {

void aggregator_core::revise(const aggregator_revision& wanted) {
  in.set(wanted.window);
  capacity_ = wanted.window.capacity_bytes;
  when_full_ = wanted.when_full;
  if (log_) log_->set(wanted.log);
  if (wanted.process && process && wanted.process != process) wanted.process->go_on_from(*process);
  process = wanted.process; // what waits for one that there is no more goes on as it came
  const auto before = flow.size();
  for (const auto& settings : wanted.outlets) {
    const auto is_late = std::find(wanted.from_now.begin(), wanted.from_now.end(), settings.component);
    if (const auto at = flow.find_any(settings.component); at < flow.size())
      flow.at(at).set(settings), go_on(at);
    else
      add_outlet(settings, is_late != wanted.from_now.end());
  }
  for (std::size_t i = 0; i < before; ++i)
    if (std::none_of(wanted.outlets.begin(), wanted.outlets.end(),
                     [&](const auto& o) { return o.component == flow.at(i).component(); }))
      retire(i);
}

/// What came before it does not wait for it to be told as stored: the log has it, if it is to get that.
void aggregator_core::add_outlet(const outlet_settings& settings, bool from_now) {
  if (!log_) {
    flow.add(settings, in.seen_but([&](const chunk_id& id) {
      return std::any_of(unprocessed_.begin(), unprocessed_.end(), [&](const auto& c) { return c->id == id; });
    }));
    readers_.emplace_back();
    return;
  }
  log_->seen().for_each([&](const id_range& r) { found_origins_.insert(r.origin); });
  flow.add(settings, log_->seen());
  log_->add_reader(settings.component, from_now);
  readers_.emplace_back().is_new = true;
}

void aggregator_core::retire(std::size_t outlet) {
  flow.retire(outlet);
  if (log_ && !readers_[outlet].ends) readers_[outlet].ends = log_->last();
}

void aggregator_core::go_on(std::size_t outlet) {
  flow.go_on(outlet);
  readers_[outlet].ends.reset();
}

auto aggregator_core::is_drained(std::size_t outlet) const -> bool {
  if (!flow.is_retired(outlet) || flow.at(outlet).unacked_chunks() > 0) return false;
  return !log_ || log_->settled_up_to(outlet) >= *readers_[outlet].ends;
}

auto aggregator_core::progress_of(std::size_t outlet) const -> aggregator_progress {
  if (log_) return {log_->last(), log_->settled_up_to(outlet)};
  return {flow.at(outlet).pushed(), flow.at(outlet).acked()};
}

void aggregator_core::release(const std::vector<fan_out::released>& acked) {
  for (const auto& c : acked) in.make_safe(c.id);
}

auto aggregator_core::remove(std::size_t outlet) -> std::uint64_t {
  auto lost = flow.at(outlet).unacked_events();
  if (log_) std::ignore = log_->set_receivers(outlet, {});
  if (log_) lost = log_->remove_reader(outlet, readers_[outlet].ends.value_or(log_->last()));
  release(flow.remove(outlet));
  readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(outlet));
  for (const auto& r : flow.settled_everywhere()) in.settle(r);
  return lost;
}

} // namespace weir
