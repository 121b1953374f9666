#include "topology/routing.hpp"

#include "topology/draft.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

constexpr auto rest = std::string_view{"rest"};

/// Whether `c` reads from all of `senders`.
auto reads_from_all(const component_plan& c, const std::vector<std::string>& senders) -> bool {
  return std::all_of(senders.begin(), senders.end(), [&](const std::string& name) {
    return std::find(c.from.begin(), c.from.end(), name) != c.from.end();
  });
}

/// What other sinks leave to a rest.
auto others_of(const draft& d, const component_plan& c) -> std::vector<tag_pattern> {
  auto others = std::vector<tag_pattern>{};
  if (c.from.empty()) return others;
  for (const auto& other : d.components) {
    const auto* sink = std::get_if<sink_plan>(&other.plan.details);
    if (sink && !sink->is_rest && reads_from_all(other.plan, c.from)) others.push_back(sink->match);
  }
  return others;
}

/// Calls `visit(component)` for it and each one behind it, once.
template <class Visit>
void for_each_from(const topology_plan& plan, const component_plan& c, const Visit& visit) {
  auto seen = std::set<std::string_view>{};
  auto open = std::vector<const component_plan*>{&c};
  while (!open.empty()) {
    const auto* at = open.back();
    open.pop_back();
    visit(*at);
    for (const auto& name : at->to)
      if (seen.insert(name).second) open.push_back(plan.find(name));
  }
}

using shapes = tag_shapes;

/// Of an aggregator that changes tags; null of all else.
auto retagging(const component_plan& c) -> const process_plan* {
  const auto* passes = std::get_if<aggregator_plan>(&c.details);
  return passes != nullptr && passes->process.changes_tags() ? &passes->process : nullptr;
}

void add_new(shapes& to, const shapes& more) {
  for (const auto& tag : more)
    if (std::find(to.begin(), to.end(), tag) == to.end()) to.push_back(tag);
}

/// Which tags go where: from the collectors on, changed by aggregators on their way.
class tag_flow {
public:
  explicit tag_flow(draft& d) : d_(d) {}

  /// What reaches those who read from `senders`, each once.
  auto behind(const std::vector<std::string>& senders) -> const shapes& {
    const auto [at, is_new] = reaching_.try_emplace(senders);
    if (is_new)
      for (const auto& name : senders) add_new(at->second, given_by(name));
    return at->second;
  }
  /// What a component gives.
  auto given_by(const std::string& name) -> const shapes& {
    const auto [at, is_new] = given_.try_emplace(name);
    if (!is_new) return at->second;
    const auto& plan = d_.find(name)->plan;
    auto tags = shapes{};
    if (const auto* collects = std::get_if<collector_plan>(&plan.details)) {
      if (plan.letters_of.empty()) tags = collects->tags;
    } else {
      tags = behind(plan.from);
      if (const auto* changes = retagging(plan)) tags = changes->retagged(std::move(tags));
    }
    return given_[name] = std::move(tags);
  }
  /// Whether a sink behind the component may take such events of it.
  auto is_taken(const component_plan& from, const tag_shape& tag) -> bool {
    return std::any_of(from.to.begin(), from.to.end(),
                       [&](const std::string& name) { return takes(d_.find(name)->plan, tag); });
  }

private:
  auto takes(const component_plan& c, const tag_shape& tag) -> bool {
    if (const auto* sink = std::get_if<sink_plan>(&c.details)) return sink->match.may_match(tag);
    const auto [at, is_new] = taken_.try_emplace({c.name, to_text(tag)});
    if (!is_new) return at->second;
    const auto* changes = retagging(c);
    const auto tags = changes ? changes->retagged({tag}) : shapes{tag};
    const auto found = std::any_of(tags.begin(), tags.end(), [&](const auto& t) { return is_taken(c, t); });
    return taken_[{c.name, to_text(tag)}] = found;
  }

  draft& d_;
  std::map<std::vector<std::string>, shapes> reaching_;
  std::map<std::string, shapes, std::less<>> given_;
  std::map<std::pair<std::string, std::string>, bool> taken_;
};

auto list_tags(const shapes& tags) -> std::string {
  auto names = std::vector<std::string>{};
  for (const auto& tag : tags) names.push_back(to_text(tag));
  return list_names(names);
}

/// A component's key, or the component.
auto place_of(const draft_component& c, std::string_view key) -> config::place {
  const auto* written = c.written.find(key);
  return written ? written->where : c.plan.where;
}

class unrouted {
public:
  explicit unrouted(draft& d) : d_(d) {}

  void run() {
    for (const auto& c : d_.components) {
      if (const auto* sink = std::get_if<sink_plan>(&c.plan.details))
        check_sink(c, *sink);
      else if (const auto* collects = std::get_if<collector_plan>(&c.plan.details)) {
        if (c.plan.letters_of.empty()) check_source(c, collects->tags, "tag");
      } else if (retagging(c.plan))
        check_aggregator(c);
    }
  }

private:
  void check_sink(const draft_component& c, const sink_plan& sink) {
    if (sink.match.matches_all()) return;
    if (d_.dead_letters.contains(c.plan.name))
      return warn(place_of(c, "match"),
                  c.owner() + ": gets dead letters, but takes only those whose tag its \"match\" takes",
                  "the others stay in their files; a sink without \"match\" gets all");
    const auto& tags = flow_.behind(c.plan.from);
    if (std::any_of(tags.begin(), tags.end(), [&](const auto& t) { return sink.match.may_match(t); })) return;
    warn(place_of(c, "match"),
         c.owner() + ": takes no event; its \"match\" fits none of the tags that can reach it: "
             + list_tags(tags));
  }

  /// Of the tags that it makes; those that come were somebody else's.
  void check_aggregator(const draft_component& c) {
    auto made = flow_.given_by(c.plan.name);
    for (const auto& tag : flow_.behind(c.plan.from)) std::erase(made, tag);
    check_source(c, std::move(made), "process");
  }

  void check_source(const draft_component& c, shapes lost, std::string_view key) {
    std::erase_if(lost, [&](const tag_shape& tag) { return flow_.is_taken(c.plan, tag); });
    if (lost.empty()) return;
    warn(place_of(c, key),
         c.owner() + ": no sink takes its events of the tag" + (lost.size() > 1 ? "s " : " ") + list_tags(lost)
             + "; they are dropped",
         "\"match: rest\" takes what no other sink does");
  }

  void warn(const config::place& where, std::string what, std::string hint = {}) {
    d_.problems.push_back({config::diagnostic::severity::warning, where, std::move(what), std::move(hint)});
  }

  draft& d_;
  tag_flow flow_{d_};
};

} // namespace

auto match_of(const std::vector<std::string>& written) -> result<sink_match> {
  auto made = sink_match{};
  auto patterns = written;
  made.is_rest = std::erase(patterns, rest) > 0;
  WEIR_TRY(made.pattern, tag_pattern::parse(patterns));
  if (made.is_rest && !made.pattern.only_refuses())
    return error{errc::failed, "\"rest\" takes what no other sink does, and no other pattern than such with a \"!\" "
                               "stands beside it"};
  return made;
}

auto match_text(const sink_plan& sink) -> std::vector<std::string> {
  auto text = sink.match.text();
  if (sink.is_rest) text.insert(text.begin(), std::string{rest});
  return text;
}

auto sinks_behind(const topology_plan& plan, const component_plan& c) -> sink_patterns {
  auto all = std::make_shared<std::vector<tag_pattern>>();
  auto takes_all = false;
  for_each_from(plan, c, [&](const component_plan& at) {
    if (const auto* sink = std::get_if<sink_plan>(&at.details)) {
      takes_all = takes_all || sink->match.matches_all();
      all->push_back(sink->match);
    }
    // What no sink takes now, one may take behind it.
    if (&at != &c && retagging(at) != nullptr) takes_all = true;
  });
  return takes_all ? sink_patterns{} : sink_patterns{std::move(all)};
}

void resolve_rest(draft& d) {
  for (auto& c : d.components)
    if (auto* sink = std::get_if<sink_plan>(&c.plan.details); sink && sink->is_rest)
      sink->match = sink->match.without(others_of(d, c.plan));
}

void find_unrouted(draft& d) { unrouted{d}.run(); }

auto keeps_positions(const component_plan& c) -> bool {
  const auto* known = c.in == tier::sink ? plugin_registry<store>::find(c.type) : nullptr;
  return known == nullptr || known->promise(c.written).has_memory();
}

auto unsure_for(const topology_plan& plan, const component_plan& c) -> duration {
  auto longest = duration{0};
  for_each_from(plan, c, [&](const component_plan& at) {
    if (const auto* sink = std::get_if<sink_plan>(&at.details)) longest = std::max(longest, sink->unsure_for);
  });
  return longest;
}

auto passes_questions_on(const component_plan& c) -> bool {
  const auto* passes_on = std::get_if<aggregator_plan>(&c.details);
  return passes_on != nullptr && passes_on->buffer.type == buffer_type::memory;
}

auto wants_all(const topology_plan& plan, const component_plan& c) -> bool {
  if (c.starts_at_all && keeps_positions(c)) return true;
  return passes_questions_on(c)
         && std::any_of(c.to.begin(), c.to.end(), [&](const auto& name) { return wants_all(plan, *plan.find(name)); });
}

} // namespace weir
