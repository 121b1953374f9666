#include "cli/console/sight.hpp"

#include <algorithm>
#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto fresh_for = 900ms;
constexpr auto look_pause_min = 250ms;   // after a look that took longer than that
constexpr auto rates_over_max = 10s;     // older figures say nothing of now
constexpr auto rates_over_first = 250ms; // where there are none

auto per_second(std::uint64_t before, std::uint64_t now, double seconds) -> double {
  return now > before ? static_cast<double>(now - before) / seconds : 0; // it may have begun anew
}

void add_rates_between(const cluster_sight& before, cluster_sight& now) {
  const auto seconds = std::chrono::duration<double>(now.at - before.at).count();
  for (const auto& n : now.nodes) {
    const auto was = std::find_if(before.nodes.begin(), before.nodes.end(), [&](const auto& b) { return b.name == n.name; });
    if (was != before.nodes.end()) add_rates(was->actors, n.actors, seconds, now.rates);
  }
}

} // namespace

void add_rates(const std::vector<observation>& before, const std::vector<observation>& now, double seconds,
               std::map<std::string, actor_rates>& to) {
  if (seconds <= 0) return;
  auto known = std::map<std::string_view, const observation*>{};
  for (const auto& o : before) known[o.address] = &o;
  for (const auto& o : now) {
    const auto was = known.find(o.address);
    if (was == known.end()) continue;
    const auto& b = *was->second;
    to[o.address] = {per_second(b.events_in, o.events_in, seconds), per_second(b.bytes_in, o.bytes_in, seconds),
                     per_second(b.events_out, o.events_out, seconds), per_second(b.bytes_out, o.bytes_out, seconds)};
  }
}

auto missing_in(const cluster_sight& seen) -> std::vector<std::string> {
  auto missing = std::vector<std::string>{};
  for (const auto& n : seen.nodes)
    if (!n.problem.empty()) missing.push_back(n.name + ": " + n.problem);
  for (const auto& m : seen.members) {
    const auto tells = std::any_of(seen.nodes.begin(), seen.nodes.end(), [&](const auto& n) { return n.name == m.who.node; });
    if (tells || m.who.state == member_state::left) continue;
    missing.push_back(m.who.node + (is_gone(m.who.state) ? ": it is down" : ": not linked to this node"));
  }
  return missing;
}

auto sight_keeper::look() -> std::shared_ptr<cluster_sight> {
  auto seen = std::make_shared<cluster_sight>();
  seen->at = system_clock().monotonic();
  seen->at_ns = system_clock().wall_ns();
  seen->nodes = node_.observe_cluster();
  seen->members = node_.members();
  return seen;
}

auto sight_keeper::latest() -> std::shared_ptr<const cluster_sight> {
  const auto lock = std::lock_guard{mutex_};
  const auto asked_at = system_clock().monotonic();
  if (latest_ && (asked_at - latest_->at < fresh_for || asked_at - looked_at_ < look_pause_min)) return latest_;
  auto before = latest_ && asked_at - latest_->at < rates_over_max ? latest_ : nullptr;
  if (!before) {
    before = look();
    std::this_thread::sleep_for(rates_over_first);
  }
  auto now = look();
  add_rates_between(*before, *now);
  latest_ = now;
  looked_at_ = system_clock().monotonic();
  return latest_;
}

} // namespace weir::cli
