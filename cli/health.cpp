#include "cli/health.hpp"

#include "cli/figures.hpp"

#include <algorithm>
#include <iterator>

namespace weir::cli {
namespace {

void find(verdict& to, health how, std::string reason) {
  to.state = std::max(to.state, how);
  to.reasons.push_back(std::move(reason));
}

void judge_actor(const observation& o, std::optional<duration> max_delay, verdict& to) {
  const auto how = o.state == "restarting" ? health::failed : health::degraded;
  for (const auto& problem : o.problems) find(to, how, o.address + ": " + problem);
  if (o.problems.empty() && o.state == "retrying")
    find(to, how, o.address + ": it tries again: " + o.last_error);
  if (!is_balanced(o)) find(to, health::degraded, o.address + ": the accounts do not balance");
  if (max_delay && std::chrono::nanoseconds{o.delay_ns} > *max_delay)
    find(to, health::degraded,
         o.address + ": holds what is " + age_text(std::chrono::nanoseconds{o.delay_ns}) + " old, more than "
             + to_text(*max_delay));
}

} // namespace

auto name_of(health h) -> std::string_view {
  return h == health::ok ? "ok" : h == health::degraded ? "degraded" : "failed";
}

auto judge(const node::node_report& seen, std::optional<duration> max_delay) -> verdict {
  auto found = verdict{};
  if (!seen.problem.empty()) find(found, health::failed, "node " + seen.name + ": " + seen.problem);
  if (!seen.alone.empty()) find(found, health::degraded, "no other node is found: " + seen.alone);
  for (const auto& n : seen.links)
    if (n.is_dialled && !n.is_connected)
      find(found, health::degraded, "node " + n.node + " is not connected: " + n.problem);
  for (const auto& o : seen.actors) judge_actor(o, max_delay, found);
  return found;
}

auto judge_all(const std::vector<node::node_report>& nodes, std::optional<duration> max_delay) -> verdict {
  auto all = verdict{};
  for (const auto& n : nodes) {
    if (n.is_silent) find(all, health::degraded, "node " + n.name + ": " + n.problem);
    if (&n != &nodes.front() && !n.problem.empty()) continue; // the first says so
    auto one = judge(n, max_delay);
    all.state = std::max(all.state, one.state);
    std::move(one.reasons.begin(), one.reasons.end(), std::back_inserter(all.reasons));
  }
  return all;
}

auto balance_of(const node::node_report& seen) -> std::optional<bool> {
  if (!seen.problem.empty()) return std::nullopt;
  return std::all_of(seen.actors.begin(), seen.actors.end(), is_balanced);
}

} // namespace weir::cli
