#include "config/expressions.hpp"
#include "runtime/expression/expression.hpp"
#include "topology/draft.hpp"
#include "topology/route_filter.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto rest_name = std::string_view{"rest"};

auto in_brackets(const std::string& expression) -> std::string { return '(' + expression + ')'; }

/// True where none of them is; nothing of an aggregator without routes.
auto none_of(const std::vector<draft_route>& routes, std::size_t before) -> std::string {
  auto text = std::string{};
  for (std::size_t i = 0; i < std::min(before, routes.size()); ++i)
    text += (text.empty() ? "!" : " && !") + in_brackets(routes[i].expression);
  return text;
}

/// When an event is of the route: with `route_to: first`, if it is of none before it.
auto condition_of(const draft_component& sender, std::string_view output) -> std::string {
  if (output == rest_name) return none_of(sender.routes, sender.routes.size());
  for (std::size_t i = 0; i < sender.routes.size(); ++i) {
    if (sender.routes[i].name != output) continue;
    const auto earlier = sender.routes_to_all ? std::string{} : none_of(sender.routes, i);
    return (earlier.empty() ? "" : earlier + " && ") + in_brackets(sender.routes[i].expression);
  }
  return {};
}

auto process_of(component_plan& c) -> process_plan& {
  if (auto* passes = std::get_if<aggregator_plan>(&c.details)) return passes->process;
  return std::get<sink_plan>(c.details).process;
}

/// A chunk that goes its way a second time, or another one, has to find the same.
void check_steady(draft& d, const draft_component& c, const config::value::member& route) {
  auto problems = expression_problems{};
  const auto made = expression::compile(route.content.scalar, {}, problems);
  if (made && !made->is_pure())
    d.complain(route.content.where, c.owner() + ": route \"" + route.key + "\": now(), node() and hostname() have no place in it: an event "
                                      "that comes a second time, or to another node, has to go the same way");
}

/// Each of them is well, but together they may be too much.
void check_together(draft& d, const draft_component& c, const std::string& condition) {
  auto problems = expression_problems{};
  if (!expression::compile(condition, {}, problems))
    d.complain(c.taken.front().where, c.owner() + ": the routes together are too much for one expression: " + problems.front().what);
}

/// The routes of one sender that a component reads, as the first of its operators.
void take(draft& d, draft_component& c) {
  const auto& first = c.taken.front();
  const auto& sender = *d.find(first.sender);
  if (c.from.size() > c.taken.size() || std::any_of(c.taken.begin(), c.taken.end(), [&](const auto& t) { return t.sender != first.sender; }))
    return d.complain(first.where, c.owner() + ": reads routes of \"" + first.sender + "\" and from others too",
                      "an aggregator of its own can read the routes");
  if (const auto* sink = std::get_if<sink_plan>(&c.plan.details); sink != nullptr && sink->is_rest)
    return d.complain(first.where, c.owner() + ": \"match: rest\" does nothing behind a route",
                      "what no route takes is \"" + first.sender + ".rest\"");
  auto condition = std::string{};
  for (const auto& t : c.taken) condition += (condition.empty() ? "" : " || ") + in_brackets(condition_of(sender, t.output));
  check_together(d, c, condition);
  auto& process = process_of(c.plan);
  process.operators.insert(process.operators.begin(), take_route(condition));
  auto written = config::value{}; // so that a reload sees that it has changed
  written.type = config::value::kind::scalar;
  written.scalar = std::move(condition);
  c.written.members.push_back({"route of " + first.sender, first.where, std::move(written)});
}

/// What nobody reads would be lost.
void check_readers(draft& d, const draft_component& sender) {
  auto read = std::set<std::string_view>{};
  for (const auto& c : d.components) {
    for (const auto& t : c.taken)
      if (t.sender == sender.plan.name) read.insert(t.output);
    const auto takes_routes = !c.taken.empty() && c.taken.front().sender == sender.plan.name;
    const auto is_behind = std::find(c.plan.from.begin(), c.plan.from.end(), sender.plan.name) != c.plan.from.end();
    if (is_behind && !takes_routes) return; // somebody reads all of it
  }
  for (const auto& r : sender.routes)
    if (d.by_name.contains(sender.plan.name + '.' + r.name))
      d.complain(r.where, sender.owner() + ": its route \"" + r.name + "\" is named as a component is");
    else if (!read.contains(r.name)) d.complain(r.where, sender.owner() + ": nobody reads its route \"" + r.name + '"', "from: [" + sender.plan.name + '.' + r.name + ']');
  if (!read.contains(rest_name))
    d.complain(sender.written.find("route")->where, sender.owner() + ": what no route takes goes nowhere",
               "somebody has to read \"" + sender.plan.name + ".rest\", or all of \"" + sender.plan.name + '"');
}

} // namespace

void read_routes(draft& d, draft_component& c, route_policy to) {
  const auto* written = c.written.find("route");
  const auto* policy = c.written.find("route_to");
  c.routes_to_all = to == route_policy::all;
  if (written == nullptr && policy != nullptr)
    d.complain(policy->where, c.owner() + ": \"route_to\" does nothing without \"route\"");
  if (written == nullptr) return;
  if (!written->is_map() || written->members.empty())
    return d.complain(written->where, c.owner() + ": \"route\" wants a map of names to expressions, not " + written->describe());
  for (const auto& m : written->members) {
    if (!is_valid_name(m.key) || m.key.find('.') != std::string::npos || m.key == rest_name)
      d.complain(m.where, c.owner() + ": a route wants a name of letters, digits, _ and -, and not \"rest\", which is what no route takes");
    for (const auto& f : config::findings_of_expression(m.content, config::expression_use::condition))
      d.complain(f.where, c.owner() + ": route \"" + m.key + "\": " + f.what, f.hint);
    check_steady(d, c, m);
    c.routes.push_back({m.key, m.content.scalar, m.where});
  }
}

auto route_named(draft& d, const std::string& name) -> std::optional<std::pair<std::size_t, std::string>> {
  const auto dot = name.rfind('.');
  const auto sender = dot == std::string::npos ? d.by_name.end() : d.by_name.find(name.substr(0, dot));
  if (sender == d.by_name.end()) return std::nullopt;
  const auto output = name.substr(dot + 1);
  const auto& routes = d.components[sender->second].routes;
  const auto is_known = std::any_of(routes.begin(), routes.end(), [&](const auto& r) { return r.name == output; });
  if (!is_known && (output != rest_name || routes.empty())) return std::nullopt;
  return std::pair{sender->second, output};
}

void take_routes(draft& d) {
  for (const auto& c : d.components)
    if (!c.routes.empty()) check_readers(d, c);
  if (config::has_errors(d.problems)) return;
  for (auto& c : d.components)
    if (!c.taken.empty()) take(d, c);
}

} // namespace weir
