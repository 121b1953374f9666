#include "cli/console/graph.hpp"

#include "cli/figures.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto problems_told_max = std::size_t{8};

void add_once(std::vector<std::string>& to, const std::string& what, std::size_t most) {
  if (to.size() < most && std::find(to.begin(), to.end(), what) == to.end()) to.push_back(what);
}

void add_figures(actor_figures& to, const actor_figures& from) {
  for (const auto& m : measure_tables::of_all)
    if (m.kind == measure_kind::age)
      to.*m.value = std::max(to.*m.value, from.*m.value);
    else
      to.*m.value += from.*m.value;
}

void add_rates(actor_rates& to, const actor_rates& from) {
  to.events_in += from.events_in;
  to.bytes_in += from.bytes_in;
  to.events_out += from.events_out;
  to.bytes_out += from.bytes_out;
}

/// It has something to pass on, and its receivers want nothing. A sink waits for nobody but its store.
auto waits(const observation& o) -> bool {
  if (o.tier == "sink" || o.state == "finished") return false;
  return o.state == "waiting for demand" || (o.events_held > 0 && o.demand_held == 0);
}

void add(component_flow& to, const std::string& node, const observation& o, const actor_rates& rates) {
  ++to.actors;
  add_once(to.nodes, node, SIZE_MAX);
  add_figures(to.sum, o);
  add_rates(to.rates, rates);
  for (const auto& [reason, events] : o.dropped) to.dropped += events;
  if (waits(o)) ++to.waiting;
  if (!o.answers || o.state == "restarting") ++to.failing;
  for (const auto& p : o.problems) add_once(to.problems, p, problems_told_max);
  if (!o.last_error.empty()) add_once(to.problems, o.last_error, problems_told_max);
}

auto flow_of(std::vector<component_flow>& flows, std::string_view name) -> component_flow* {
  const auto at = std::find_if(flows.begin(), flows.end(), [&](const auto& f) { return f.of->name == name; });
  return at == flows.end() ? nullptr : &*at;
}

auto senders_waiting(const std::vector<component_flow>& flows, const component_flow& to) -> std::size_t {
  auto sum = std::size_t{0};
  for (const auto& name : to.of->from)
    for (const auto& f : flows)
      if (f.of->name == name) sum += f.waiting;
  return sum;
}

auto rate_text(double events) -> std::string {
  return (events >= 10'000 ? count_text(static_cast<std::uint64_t>(events / 1000)) + 'k'
                           : count_text(static_cast<std::uint64_t>(events)))
         + "/s";
}

} // namespace

auto flows_of(const topology_plan& plan, const cluster_sight& seen) -> std::vector<component_flow> {
  auto flows = std::vector<component_flow>{};
  for (const auto& c : plan.components) {
    flows.emplace_back();
    flows.back().of = &c;
  }
  for (const auto& n : seen.nodes)
    for (const auto& o : n.actors)
      if (auto* flow = flow_of(flows, o.component)) add(*flow, n.name, o, seen.rates_of(o.address));
  return flows;
}

/// The last one in the direction of the data before which somebody waits, and which waits for nobody itself.
auto bottleneck_text(const std::vector<component_flow>& flows) -> std::string {
  const auto* found = static_cast<const component_flow*>(nullptr);
  for (const auto& f : flows)
    if (f.waiting == 0 && senders_waiting(flows, f) > 0) found = &f;
  if (found == nullptr) return {};
  const auto is_sink = found->of->in == tier::sink;
  auto text = (is_sink ? "sink " : "") + found->of->name;
  if (found->actors == 0) {
    text += " is nowhere to be seen";
  } else {
    text += (is_sink ? " stores " : " passes on ") + rate_text(found->rates.events_out);
    if (!found->problems.empty()) text += " (" + found->problems.front() + ')';
  }
  const auto waiting = senders_waiting(flows, *found);
  return text + "; " + (waiting == 1 ? "1 before it waits" : count_text(waiting) + " before it wait");
}

} // namespace weir::cli
