#include "topology/diff.hpp"

#include "topology/routing.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace weir {
namespace {

using hosted_components = std::vector<const component_plan*>;
using texts = std::vector<std::string>;

/// Keys that say who a component reads from, how it begins to, how many do, and what its senders do: no affair of those that
/// run.
constexpr auto keys_of_others = std::array<std::string_view, 7>{"from", "start", "instances", "on_unknown", "wait_for", "route", "route_to"};

auto is_of_others(std::string_view key) -> bool {
  return std::find(keys_of_others.begin(), keys_of_others.end(), key) != keys_of_others.end();
}

auto own_settings(const config::value& written) -> config::value {
  auto rest = written;
  std::erase_if(rest.members, [](const config::value::member& m) { return is_of_others(m.key); });
  return rest;
}

auto find_in(const hosted_components& hosted, std::string_view name) -> const component_plan* {
  const auto at = std::find_if(hosted.begin(), hosted.end(), [&](const auto* c) { return c->name == name; });
  return at == hosted.end() ? nullptr : *at;
}

auto buffer_text(const component_plan& c) -> std::string {
  const auto* details = std::get_if<aggregator_plan>(&c.details);
  if (details == nullptr) return {};
  if (details->buffer.type != buffer_type::disk) return "(memory)";
  // With a log that never waits for the device nobody knows what is on it.
  return details->buffer.path + (details->buffer.sync == sync_policy::os ? " (os)" : "");
}

/// Whether what the one holds makes sense to the other.
auto is_same_thing(const component_plan& a, const component_plan& b) -> bool {
  if (a.in != b.in || a.type != b.type || a.letters_of != b.letters_of) return false;
  const auto* collects = std::get_if<collector_plan>(&a.details);
  if (collects && collects->oldest_name != std::get<collector_plan>(b.details).oldest_name) return false;
  return is_first_numbered(a) == is_first_numbered(b) && buffer_text(a) == buffer_text(b);
}

auto letters_text(const topology_plan& plan, const component_plan& c) -> std::string {
  const auto& letters = plan.dead_letters;
  return dead_letter_path(plan, c, "{node}") + '|' + std::to_string(letters.max_size.value) + '|'
         + (letters.give_up_after ? std::to_string(letters.give_up_after->count()) : "never") + '|' + c.dead_letter;
}

auto joined_text(const texts& all) -> std::string {
  auto text = std::string{};
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

auto match_words(const component_plan& c) -> std::string {
  const auto* sink = std::get_if<sink_plan>(&c.details);
  return sink == nullptr ? std::string{} : joined_text(sink->match.whole_text());
}

/// How long it remembers what, if it remembers something itself.
auto retention_text(const topology_plan& plan, const component_plan& c) -> std::string {
  const auto& keep = plan.keep;
  if (c.in == tier::collector || !keeps_positions(c) || buffer_text(c) == "(memory)") return {};
  const auto streams = to_text(keep.streams);
  return c.in == tier::sink ? streams + '|' + to_text(keep.ids_age) + '|' + std::to_string(keep.ids_max) : streams;
}

/// What its own settings come to.
auto settings_text(const topology_plan& plan, const component_plan& c) -> std::string {
  const auto has_letters = c.in == tier::collector || may_have_dead_letters(c) || !c.letters_of.empty();
  return (has_letters ? letters_text(plan, c) : std::string{}) + '|' + match_words(c) + '|' + retention_text(plan, c);
}

auto replicas_text(const component_plan& c) -> std::string {
  const auto* passes = std::get_if<aggregator_plan>(&c.details);
  return passes == nullptr ? std::string{} : std::to_string(passes->replicas) + (passes->waits_for_replicas ? "" : "-");
}

/// What its senders have to know of a component.
auto text_for_senders(const component_plan& c, const hosted_components& hosted) -> std::string {
  const auto* passes = std::get_if<aggregator_plan>(&c.details);
  const auto balance = passes == nullptr ? -1 : static_cast<int>(passes->balance);
  return c.name + '|' + std::to_string(instances_of(c)) + '|' + std::to_string(balance) + '|' + replicas_text(c) + '|' + match_words(c) + '|'
         + (keeps_positions(c) ? "m" : "-") + (find_in(hosted, c.name) != nullptr ? "here" : "away");
}

auto text_for_receivers(const component_plan& c, const hosted_components& hosted) -> std::string {
  return c.name + '|' + std::to_string(instances_of(c)) + '|' + (buffer_text(c) == "(memory)" ? "m" : "d")
         + (find_in(hosted, c.name) != nullptr ? "here" : "away");
}

/// All that it knows of its neighbours.
auto surroundings(const topology_plan& plan, const component_plan& c, const hosted_components& hosted) -> texts {
  auto all = texts{};
  for (const auto& name : c.to)
    all.push_back("to " + text_for_senders(*plan.find(name), hosted) + '|' + to_text(unsure_for(plan, *plan.find(name))));
  for (const auto& name : c.from) all.push_back("from " + text_for_receivers(*plan.find(name), hosted));
  if (c.in == tier::sink) return all;
  if (const auto behind = sinks_behind(plan, c))
    for (const auto& match : *behind) all.push_back("behind " + joined_text(match.whole_text()));
  return all;
}

/// The edges of `plan` at one of these.
auto edges_of(const topology_plan& plan, const hosted_components& hosted) -> std::vector<plan_edge> {
  auto edges = std::vector<plan_edge>{};
  for (const auto& c : plan.components)
    for (const auto& name : c.to)
      if (find_in(hosted, c.name) != nullptr || find_in(hosted, name) != nullptr) edges.push_back({c.name, name});
  return edges;
}

auto less(const std::vector<plan_edge>& all, const std::vector<plan_edge>& taken) -> std::vector<plan_edge> {
  auto left = all;
  std::erase_if(left, [&](const plan_edge& e) { return std::find(taken.begin(), taken.end(), e) != taken.end(); });
  return left;
}

auto own_listen_text(const topology_plan& plan, std::string_view node) -> std::string {
  for (const auto& n : plan.nodes)
    if (n.name == node) return n.host + ':' + std::to_string(n.port) + ' ' + joined_text(n.classes);
  return {};
}

auto joining_text(const topology_plan& plan) -> std::string {
  const auto& j = plan.joining;
  const auto at = [](const std::optional<host_port>& a) { return a ? to_text(*a) : std::string{}; };
  auto text = at(j.listen) + '|' + at(j.advertise) + '|' + j.zone + '|' + to_text(j.heartbeat) + '|' + to_text(j.down_after);
  for (const auto& s : j.seeds) text += '|' + to_text(s);
  if (j.tls) text += "|tls " + j.tls->certificate + '|' + j.tls->key + '|' + j.tls->authorities + '|' + j.tls->revoked;
  return text;
}

} // namespace

auto says_the_same(const config::value& a, const config::value& b) -> bool {
  if (a.type != b.type || a.items.size() != b.items.size() || a.members.size() != b.members.size()) return false;
  if (a.is_scalar() && (a.scalar != b.scalar || a.quoted != b.quoted)) return false;
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), says_the_same)
         && std::all_of(a.members.begin(), a.members.end(), [&](const config::value::member& m) {
              const auto* other = b.find(m.key);
              return other != nullptr && says_the_same(m.content, *other);
            });
}

auto diff(const topology_plan& running, const topology_plan& wanted, const std::vector<std::string>& classes)
    -> plan_changes {
  const auto before = components_of(running, classes);
  const auto after = components_of(wanted, classes);
  auto changes = plan_changes{};
  for (const auto* c : before) {
    const auto* next = find_in(after, c->name);
    if (next == nullptr || !is_same_thing(*c, *next)) changes.removed.push_back(c->name);
  }
  for (const auto* c : after) {
    const auto* old = find_in(before, c->name);
    if (old == nullptr || !is_same_thing(*old, *c))
      changes.added.push_back(c->name);
    else if (!says_the_same(own_settings(old->written), own_settings(c->written))
             || settings_text(running, *old) != settings_text(wanted, *c))
      changes.replaced.push_back(c->name);
    else if (surroundings(running, *old, before) != surroundings(wanted, *c, after))
      changes.rewired.push_back(c->name);
    if (old != nullptr && is_same_thing(*old, *c) && instances_of(*old) != instances_of(*c)) changes.scaled.push_back(c->name);
  }
  const auto edges_before = edges_of(running, before);
  const auto edges_after = edges_of(wanted, after);
  changes.joined = less(edges_after, edges_before);
  changes.parted = less(edges_before, edges_after);
  return changes;
}

auto wants_restart(const topology_plan& running, const topology_plan& wanted, std::string_view node) -> std::string {
  if (running.cluster != wanted.cluster)
    return "the cluster is \"" + wanted.cluster + "\" instead of \"" + running.cluster + '"';
  if (own_listen_text(running, node) != own_listen_text(wanted, node))
    return "the address or the classes of node \"" + std::string{node} + "\" under nodes: are others";
  if (joining_text(running) != joining_text(wanted)) return "how nodes find each other under cluster: is another";
  if (running.classes.empty() != wanted.classes.empty())
    return wanted.classes.empty() ? "there is no placement: any more" : "there was no placement: before";
  return {};
}

auto held_by(const component_plan& c, std::string_view node) -> std::vector<std::string> {
  auto held = texts{};
  const auto where = plugin_context{c.name, std::string{node}};
  const auto add = [&](const plugin_claims& made) {
    for (const auto& one : made.held)
      if (!one.is_shared) held.push_back(one.what);
  };
  if (const auto* known = c.in == tier::collector ? plugin_registry<source>::find(c.type) : nullptr)
    add(known->claims(c.written, where));
  if (const auto* known = c.in == tier::sink ? plugin_registry<store>::find(c.type) : nullptr)
    add(known->claims(c.written, where));
  const auto* passes = std::get_if<aggregator_plan>(&c.details);
  if (passes != nullptr && passes->buffer.type == buffer_type::disk) held.push_back(buffer_root(c, node));
  return held;
}

auto to_text(const plan_changes& changes) -> std::string {
  auto text = std::string{};
  const auto add = [&](std::string_view what, const texts& names) {
    if (!names.empty()) text += (text.empty() ? "" : "; ") + std::string{what} + ": " + joined_text(names);
  };
  add("added", changes.added);
  add("removed", changes.removed);
  add("changed", changes.replaced);
  add("another number of instances", changes.scaled);
  add("other neighbours", changes.rewired);
  return text.empty() ? "nothing changes" : text;
}

} // namespace weir
