#include "runtime/measure/observation.hpp"
#include "topology/classes.hpp"
#include "topology/draft.hpp"
#include "topology/spec.hpp"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

using config::value;

/// The sink that `written` names; says what is wrong with it otherwise.
auto find_target(draft& d, const std::string& owner, const value& written) -> const draft_component* {
  if (!written.is_scalar()) {
    d.complain(written.where, owner + "\"dead_letter\" wants the name of a sink, not " + written.describe());
    return nullptr;
  }
  const auto* found = d.find(written.scalar);
  if (found != nullptr && found->plan.in == tier::sink) return found;
  auto sinks = std::vector<std::string>{};
  for (const auto& c : d.components)
    if (c.plan.in == tier::sink) sinks.push_back(c.plan.name);
  d.complain(written.where,
             owner + "\"dead_letter\" wants the name of a sink; "
                 + (found ? found->owner() + " is none" : '"' + written.scalar + "\" does not exist"),
             found ? std::string{} : did_you_mean(written.scalar, sinks));
  return nullptr;
}

/// An aggregator has some only if it parses so.
auto takes_dead_letters(const draft_component& c) -> bool {
  return c.plan.in == tier::collector || c.plan.in == tier::sink || c.written.find("dead_letter") || sets_aside(c.written);
}

void read_place(draft& d, const value& root) {
  const auto* found = root.find("dead_letters");
  if (found == nullptr || found->type == value::kind::null) return;
  if (!found->is_map())
    return d.complain(found->where, "\"dead_letters\" wants a map of settings, not " + found->describe(),
                      found->is_scalar() ? "\"dead_letter\" names the sink that gets them" : "");
  const auto spec = config::read_settings<dead_letters_spec>(*found, "dead_letters", d.problems);
  d.plan.dead_letters = {spec.path, spec.max_size, std::nullopt};
  if (const auto limit = parse_give_up(spec.give_up_after)) d.plan.dead_letters.give_up_after = *limit;
}

} // namespace

auto sets_aside(const value& written) -> bool {
  const auto within = [](const auto& all, auto&& inner) { return std::any_of(all.begin(), all.end(), inner); };
  return within(written.items, [](const value& item) { return sets_aside(item); })
         || within(written.members, [](const value::member& m) {
              return (m.key == "on_error" && m.content.scalar == "dead_letter") || sets_aside(m.content);
            });
}

auto may_have_dead_letters(const component_plan& c) -> bool { return c.in == tier::sink || sets_aside(c.written); }

void read_dead_letters(draft& d, const value& root) {
  read_place(d, root);
  const auto* written = root.find("dead_letter");
  const auto* target = written ? find_target(d, {}, *written) : nullptr;
  auto initial = target ? target->plan.name : std::string{};
  if (target) d.dead_letters.insert(initial);
  for (auto& c : d.components) {
    if (!takes_dead_letters(c)) continue;
    const auto* own = c.written.find("dead_letter");
    if (own == nullptr) {
      c.plan.dead_letter = initial;
      continue;
    }
    const auto* chosen = own->is_scalar() ? find_target(d, c.owner() + ": ", *own) : nullptr;
    if (chosen == nullptr) continue; // was reported
    if (c.plan.in != tier::sink && !sets_aside(c.written))
      d.complain(own->where, c.owner() + ": \"dead_letter\" does nothing here: no parse has \"on_error: dead_letter\"");
    c.plan.dead_letter = chosen->plan.name;
    d.dead_letters.insert(chosen->plan.name);
  }
  for (auto& c : d.components) {
    if (!d.dead_letters.contains(c.plan.name)) continue;
    // What it refuses itself stays in its file: letters must not go round in circles.
    c.plan.dead_letter.clear();
    if (const auto* own = c.written.find("dead_letter"))
      d.complain(own->where, c.owner() + ": gets dead letters itself, so its own stay in a file",
                 "take its \"dead_letter\" out");
  }
}

void add_letter_collectors(draft& d) {
  auto made = std::vector<draft_component>{};
  for (auto& c : d.components) {
    auto* target = c.plan.dead_letter.empty() ? nullptr : d.find(c.plan.dead_letter);
    if (target == nullptr) continue;
    auto& reader = made.emplace_back();
    reader.plan.name = c.plan.name + ".dead-letters";
    reader.plan.in = tier::collector;
    reader.plan.type = letters_type;
    reader.plan.where = c.plan.where;
    reader.plan.letters_of = c.plan.name;
    reader.plan.classes = c.plan.classes;
    reader.plan.to = {target->plan.name};
    reader.plan.details = collector_plan{};
    reader.written.type = value::kind::map;
    reader.written.where = c.plan.where;
    if (const auto* taken = d.find(reader.plan.name))
      d.complain(taken->plan.where,
                 taken->owner() + ": the name is taken by the collector that takes the dead letters of \""
                     + c.plan.name + "\" to \"" + target->plan.name + '"');
    else
      target->plan.from.push_back(reader.plan.name);
  }
  const auto behind = std::find_if(d.components.begin(), d.components.end(),
                                   [](const auto& c) { return c.plan.in != tier::collector; });
  d.components.insert(behind, std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  for (std::size_t i = 0; i < d.components.size(); ++i)
    d.by_name.insert_or_assign(d.components[i].plan.name, i);
}

auto dead_letter_path(const topology_plan& plan, const component_plan& c, std::string_view node)
    -> std::string {
  const auto name = c.name + ".jsonl";
  if (!plan.dead_letters.path.empty())
    return directory_of_node(plan, plan.dead_letters.path, node) + '/' + name;
  auto places = c.in == tier::sink ? c.from : c.to;
  if (std::holds_alternative<aggregator_plan>(c.details)) places.insert(places.begin(), c.name);
  for (const auto& beside : places) {
    const auto* other = plan.find(beside);
    const auto* details = other ? std::get_if<aggregator_plan>(&other->details) : nullptr;
    if (details == nullptr || details->buffer.type != buffer_type::disk || !may_meet(c.classes, other->classes))
      continue;
    return buffer_root(*other, node) + "/dead-letters/" + name;
  }
  return directory_of_node(plan, "weir-data/dead-letters", node) + '/' + name;
}

} // namespace weir
