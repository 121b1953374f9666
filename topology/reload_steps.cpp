#include "topology/reload_steps.hpp"

#include "topology/routing.hpp"

#include <algorithm>

namespace weir {
namespace {

using step_kind = reload_step::kind;
using component_names = std::vector<std::string>;

auto has(const component_names& all, std::string_view name) -> bool {
  return std::find(all.begin(), all.end(), name) != all.end();
}

class step_maker {
public:
  step_maker(const topology_plan& running, const topology_plan& wanted, const std::vector<std::string>& classes,
             std::string_view node)
      : running_(running), wanted_(wanted), changes_(diff(running, wanted, classes)), node_(node) {
    for (const auto* c : components_of(running, classes)) hosted_.push_back(c->name);
  }

  auto run() -> std::vector<reload_step> {
    wanted_.components.empty() ? end() : change();
    return std::move(steps_);
  }

private:
  /// Dead letters have their turn when nothing new can come of what writes them.
  void end() {
    for (const auto& name : changes_.removed)
      if (running_.find(name)->letters_of.empty()) add(step_kind::drain, name);
  }

  void change() {
    check_backlogs();
    const auto late = late_ones();
    const auto early = without(changes_.added, late);
    for (const auto& name : upwards(early, wanted_)) add(step_kind::hire, name);
    scale();
    const auto rereading = who_rereads();
    for (const auto& name : rereading) add(step_kind::pause, name);
    change_what_stays(rereading);
    for (const auto& name : rereading) add(step_kind::reread, name);
    for (const auto& name : of_tier(early, tier::collector)) add(step_kind::begin, name);
    for (const auto& e : parted_here()) steps_.push_back({step_kind::part, e.from, e.to});
    for (const auto& name : changes_.removed) add(step_kind::dismiss, name); // collectors are the first of a plan
    for (const auto& name : upwards(late, wanted_)) add(step_kind::hire, name);
    for (const auto& name : of_tier(late, tier::collector)) add(step_kind::begin, name);
  }

  /// Those that are too many go while all that they know is as they know it.
  void scale() {
    for (const auto& name : upwards(changes_.scaled, wanted_)) {
      const auto grows = instances_of(*running_.find(name)) < instances_of(*wanted_.find(name));
      add(grows ? step_kind::grow : step_kind::shrink, name);
    }
  }

  /// Who reads anew changes with that.
  void change_what_stays(const component_names& rereading) {
    const auto rewired = without(changes_.rewired, rereading);
    for (const auto& name : of_tier(rewired, tier::sink)) add(step_kind::rewire, name);
    for (const auto& name : upwards(without(changes_.replaced, rereading), wanted_)) add(step_kind::replace, name);
    for (const auto& name : upwards(rewired, wanted_))
      if (wanted_.find(name)->in != tier::sink) add(step_kind::rewire, name);
  }

  auto who_rereads() const -> component_names {
    auto names = component_names{};
    for (const auto& name : hosted_)
      if (!has(changes_.removed, name) && can_reread(*wanted_.find(name)) && gains_who_wants_all(*wanted_.find(name)))
        names.push_back(name);
    return names;
  }

  static auto can_reread(const component_plan& c) -> bool {
    if (c.in != tier::collector || !c.letters_of.empty()) return false;
    const auto* known = plugin_registry<source>::find(c.type);
    return known != nullptr && known->resumes && !known->listens;
  }

  auto gains_who_wants_all(const component_plan& c) const -> bool {
    return std::any_of(c.to.begin(), c.to.end(), [&](const auto& name) {
      const auto& to = *wanted_.find(name);
      const auto& joined = changes_.joined;
      const auto is_new = std::find(joined.begin(), joined.end(), plan_edge{c.name, name}) != joined.end();
      return is_new ? wants_all(wanted_, to) : passes_questions_on(to) && gains_who_wants_all(to);
    });
  }

  void add(step_kind what, const std::string& name) { steps_.push_back({what, name}); }

  /// What is to go has to be able to get rid of what it has, and its senders of what they have for it.
  void check_backlogs() {
    for (const auto& e : parted_here()) steps_.push_back({step_kind::check, e.from, e.to});
    for (const auto& name : changes_.removed) {
      const auto& c = *running_.find(name);
      for (const auto& sender : c.from)
        if (has(hosted_, sender) && !has(changes_.removed, sender) && !is_parted({sender, name}))
          steps_.push_back({step_kind::check, sender, name});
      if (c.in != tier::sink) add(step_kind::check, name);
    }
  }

  auto is_parted(const plan_edge& e) const -> bool {
    return std::find(changes_.parted.begin(), changes_.parted.end(), e) != changes_.parted.end();
  }

  /// Of senders that stay on this node.
  auto parted_here() const -> std::vector<plan_edge> {
    auto edges = changes_.parted;
    std::erase_if(edges, [&](const plan_edge& e) { return !has(hosted_, e.from) || has(changes_.removed, e.from); });
    return edges;
  }

  /// Added ones that cannot be there while what is removed still is.
  auto late_ones() const -> component_names {
    auto held = component_names{};
    for (const auto& name : changes_.removed)
      for (auto& what : held_by(*running_.find(name), node_)) held.push_back(std::move(what));
    for (const auto& name : changes_.replaced)
      for (auto& what : held_by(*running_.find(name), node_)) held.push_back(std::move(what));
    auto late = component_names{};
    for (const auto& name : changes_.added) {
      const auto wants = held_by(*wanted_.find(name), node_);
      if (has(changes_.removed, name) || std::any_of(wants.begin(), wants.end(), [&](const auto& w) { return has(held, w); }))
        late.push_back(name);
    }
    return late;
  }

  static auto without(component_names names, const component_names& taken) -> component_names {
    std::erase_if(names, [&](const auto& name) { return has(taken, name); });
    return names;
  }

  /// Receivers before their senders.
  static auto upwards(component_names names, const topology_plan& plan) -> component_names {
    std::stable_sort(names.begin(), names.end(),
                     [&](const auto& a, const auto& b) { return plan.find(a)->in > plan.find(b)->in; });
    return names;
  }

  auto of_tier(component_names names, tier in) const -> component_names {
    std::erase_if(names, [&](const auto& name) { return wanted_.find(name)->in != in; });
    return names;
  }

  const topology_plan& running_;
  const topology_plan& wanted_;
  plan_changes changes_;
  std::string_view node_;
  component_names hosted_;
  std::vector<reload_step> steps_;
};

} // namespace

auto steps_of(const topology_plan& running, const topology_plan& wanted, const std::vector<std::string>& classes,
              std::string_view node) -> std::vector<reload_step> {
  return step_maker{running, wanted, classes, node}.run();
}

} // namespace weir
