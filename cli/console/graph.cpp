#include "cli/console/graph.hpp"

#include "cli/figures.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto problems_told_max = std::size_t{8};
constexpr auto store_patience = std::uint64_t{1'500'000'000};
constexpr auto credit_too_small = std::uint64_t{64} << 10; // bytes: what is left of it where a chunk did not fit any more

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

/// It has something to pass on, and its receivers want less than that. A sink waits for nobody but its store.
auto waits(const observation& o) -> bool {
  if (o.tier == "sink" || o.state == "finished") return false;
  return o.state == "waiting for demand" || (o.events_held > 0 && o.demand_held < std::min(o.bytes_held, credit_too_small));
}

/// How long one job of its store lasts by now, if that is long and longer than nearly all before it.
auto store_silence(const observation& o) -> std::uint64_t {
  if (o.tier != "sink" || o.busy_with.empty()) return 0;
  return o.busy_with_ns >= std::max(store_patience, 2 * o.commit_ns.quantile(0.99)) ? o.busy_with_ns : 0;
}

void add(component_flow& to, const std::string& node, const observation& o, const actor_rates& rates) {
  ++to.actors;
  add_once(to.nodes, node, SIZE_MAX);
  add_figures(to.sum, o);
  add_rates(to.rates, rates);
  for (const auto& [reason, events] : o.dropped) to.dropped += events;
  if (waits(o)) ++to.waiting;
  if (!o.answers || o.state == "restarting") ++to.failing;
  to.store_silent_ns = std::max(to.store_silent_ns, store_silence(o));
  for (const auto& p : o.problems) add_once(to.problems, p, problems_told_max);
  if (!o.last_error.empty()) add_once(to.problems, o.last_error, problems_told_max);
}

auto flow_of(std::vector<component_flow>& flows, std::string_view name) -> component_flow* {
  const auto at = std::find_if(flows.begin(), flows.end(), [&](const auto& f) { return f.of->name == name; });
  return at == flows.end() ? nullptr : &*at;
}

auto has_one(const std::vector<std::string>& names, const component_flow& f) -> bool {
  return std::find(names.begin(), names.end(), f.of->name) != names.end();
}

auto senders_waiting(const std::vector<component_flow>& flows, const component_flow& to) -> std::size_t {
  auto sum = std::size_t{0};
  for (const auto& f : flows)
    if (has_one(to.of->from, f)) sum += f.waiting;
  return sum;
}

/// However far before it.
auto all_waiting_before(const std::vector<component_flow>& flows, const component_flow& to) -> std::size_t {
  auto names = to.of->from;
  auto sum = std::size_t{0};
  // Senders come before their receivers, so that one pass from the end finds all.
  for (auto f = flows.rbegin(); f != flows.rend(); ++f) {
    if (!has_one(names, *f)) continue;
    sum += f->waiting;
    names.insert(names.end(), f->of->from.begin(), f->of->from.end());
  }
  return sum;
}

/// Who is behind it, however far, and in trouble: it may have credit for what that one then keeps.
auto trouble_behind(const std::vector<component_flow>& flows, const component_flow& from) -> const component_flow* {
  auto names = from.of->to;
  for (const auto& f : flows) {
    if (!has_one(names, f)) continue;
    if (f.failing > 0 || !f.problems.empty()) return &f;
    names.insert(names.end(), f.of->to.begin(), f.of->to.end());
  }
  return nullptr;
}

auto gives_none(const component_flow& f) -> bool { return f.sum.demand_granted == 0 || f.failing > 0 || f.actors == 0; }

auto receivers_waited_for(const std::vector<component_flow>& flows, const component_flow& f) -> std::vector<std::string> {
  auto stingy = std::vector<std::string>{};
  if (f.waiting == 0) return stingy;
  for (const auto& r : flows)
    if (has_one(f.of->to, r) && gives_none(r)) stingy.push_back(r.of->name);
  return stingy.empty() ? f.of->to : stingy;
}

auto may_host(const member_view& m, const component_plan& c) -> bool {
  const auto& classes = m.who.classes;
  const auto is_there = m.who.state == member_state::up || m.who.state == member_state::draining;
  if (!is_there || classes.empty() || c.classes.empty()) return is_there;
  return std::any_of(c.classes.begin(), c.classes.end(),
                     [&](const auto& k) { return std::find(classes.begin(), classes.end(), k) != classes.end(); });
}

auto is_lost(const node::node_report& own, const std::string& other) -> bool {
  return std::any_of(own.links.begin(), own.links.end(), [&](const auto& l) { return l.node == other && !l.is_connected; });
}

auto silent_nodes(const component_flow& f, const cluster_sight& seen) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& m : seen.members)
    if (may_host(m, *f.of) && std::any_of(seen.nodes.begin(), seen.nodes.end(), [&](const auto& n) { return n.is_silent && n.name == m.who.node; }))
      names.push_back(m.who.node);
  return names;
}

/// It has problems of its own, or its store has not said yet what is wrong.
void tell_store_silence(component_flow& f) {
  if (f.rates.events_out > 0 || !f.problems.empty()) f.store_silent_ns = 0;
  if (f.store_silent_ns > 0)
    f.problems.push_back("its store has not answered for " + age_text(std::chrono::nanoseconds{f.store_silent_ns}));
}

/// A node that may run it tells this one no figures, or is alive and has no need of a link to this one.
auto may_be_somewhere(const std::vector<component_flow>& flows, const component_flow& f, const cluster_sight& seen) -> bool {
  if (seen.nodes.empty()) return false;
  const auto& own = seen.nodes.front().name;
  const auto is_sent_to = std::any_of(flows.begin(), flows.end(), [&](const auto& s) {
    return has_one(f.of->from, s) && std::find(s.nodes.begin(), s.nodes.end(), own) != s.nodes.end();
  });
  return std::any_of(seen.members.begin(), seen.members.end(), [&](const member_view& m) {
    if (!may_host(m, *f.of)) return false;
    const auto told = std::find_if(seen.nodes.begin(), seen.nodes.end(), [&](const auto& n) { return n.name == m.who.node; });
    const auto is_silent = told != seen.nodes.end() && !told->problem.empty();
    return told == seen.nodes.end() || is_lost(seen.nodes.front(), m.who.node) ? !is_sent_to : is_silent;
  });
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
  for (auto& f : flows) tell_store_silence(f);
  for (auto& f : flows) f.waits_for = receivers_waited_for(flows, f);
  for (auto& f : flows) {
    if (f.actors > 0) continue;
    f.is_hidden = may_be_somewhere(flows, f, seen);
    f.silent = silent_nodes(f, seen);
  }
  return flows;
}

/// The last one in the direction of the data before which somebody waits, and which waits for nobody itself; or who is in
/// trouble behind that one.
auto bottleneck_text(const std::vector<component_flow>& flows) -> std::string {
  const auto* found = static_cast<const component_flow*>(nullptr);
  for (const auto& f : flows)
    if (f.waiting == 0 && senders_waiting(flows, f) > 0) found = &f;
  if (found == nullptr) return {};
  if (found->problems.empty() && found->failing == 0)
    if (const auto* behind = trouble_behind(flows, *found)) found = behind;
  const auto is_sink = found->of->in == tier::sink;
  auto text = (is_sink ? "sink " : "") + found->of->name;
  if (found->actors == 0) {
    text += found->is_hidden ? " is not seen from here" : " is nowhere to be seen";
  } else {
    text += (is_sink ? " stores " : " passes on ") + rate_text(found->rates.events_out);
    if (!found->problems.empty()) text += " (" + found->problems.front() + ')';
  }
  const auto waiting = all_waiting_before(flows, *found);
  return text + "; " + (waiting == 1 ? "1 before it waits" : count_text(waiting) + " before it wait");
}

} // namespace weir::cli
