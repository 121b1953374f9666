#include "cli/console/sight.hpp"

#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto fresh_for = 900ms;
constexpr auto rates_over_max = 10s;     // older figures say nothing of now
constexpr auto rates_over_first = 250ms; // where there are none

auto per_second(std::uint64_t before, std::uint64_t now, double seconds) -> double {
  return now > before ? static_cast<double>(now - before) / seconds : 0; // it may have begun anew
}

void add_rates(const cluster_sight& before, cluster_sight& now) {
  const auto seconds = std::chrono::duration<double>(now.at - before.at).count();
  auto known = std::map<std::string_view, const observation*>{};
  for (const auto& n : before.nodes)
    for (const auto& o : n.actors) known[o.address] = &o;
  for (const auto& n : now.nodes)
    for (const auto& o : n.actors) {
      const auto was = known.find(o.address);
      if (was == known.end()) continue;
      const auto& b = *was->second;
      now.rates[o.address] = {per_second(b.events_in, o.events_in, seconds), per_second(b.bytes_in, o.bytes_in, seconds),
                              per_second(b.events_out, o.events_out, seconds),
                              per_second(b.bytes_out, o.bytes_out, seconds)};
    }
}

} // namespace

auto sight_keeper::look() -> std::shared_ptr<cluster_sight> {
  auto seen = std::make_shared<cluster_sight>();
  seen->nodes = node_.observe_cluster();
  seen->members = node_.members();
  seen->at = system_clock().monotonic();
  seen->at_ns = system_clock().wall_ns();
  return seen;
}

auto sight_keeper::latest() -> std::shared_ptr<const cluster_sight> {
  const auto lock = std::lock_guard{mutex_};
  if (latest_ && system_clock().monotonic() - latest_->at < fresh_for) return latest_;
  auto before = latest_ && system_clock().monotonic() - latest_->at < rates_over_max ? latest_ : nullptr;
  if (!before) {
    before = look();
    std::this_thread::sleep_for(rates_over_first);
  }
  auto now = look();
  add_rates(*before, *now);
  latest_ = now;
  return latest_;
}

} // namespace weir::cli
