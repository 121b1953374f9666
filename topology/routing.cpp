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

/// Calls `visit(sink)` for each sink behind a component, once.
template <class Find, class Visit>
void for_each_sink_behind(const component_plan& c, const Find& find, const Visit& visit) {
  auto seen = std::set<std::string_view>{};
  auto open = std::vector<const component_plan*>{&c};
  while (!open.empty()) {
    const auto* at = open.back();
    open.pop_back();
    if (const auto* sink = std::get_if<sink_plan>(&at->details)) visit(*sink);
    for (const auto& name : at->to)
      if (seen.insert(name).second) open.push_back(find(name));
  }
}

using shapes = std::vector<tag_shape>;

/// The tags that reach those who read from `senders`, each once.
auto tags_from(draft& d, const std::vector<std::string>& senders) -> shapes {
  auto found = shapes{};
  auto seen = std::set<std::string_view>{};
  auto open = std::vector<std::string_view>{senders.begin(), senders.end()};
  while (!open.empty()) {
    const auto name = open.back();
    open.pop_back();
    if (!seen.insert(name).second) continue;
    const auto& plan = d.find(name)->plan;
    open.insert(open.end(), plan.from.begin(), plan.from.end());
    const auto* collects = std::get_if<collector_plan>(&plan.details);
    if (collects == nullptr || !plan.letters_of.empty()) continue;
    for (const auto& tag : collects->tags)
      if (std::find(found.begin(), found.end(), tag) == found.end()) found.push_back(tag);
  }
  return found;
}

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
      else if (const auto* collects = std::get_if<collector_plan>(&c.plan.details))
        if (c.plan.letters_of.empty()) check_collector(c, *collects);
    }
  }

private:
  void check_sink(const draft_component& c, const sink_plan& sink) {
    if (sink.match.matches_all()) return;
    if (d_.dead_letters.contains(c.plan.name))
      return warn(place_of(c, "match"),
                  c.owner() + ": gets dead letters, but takes only those whose tag its \"match\" takes",
                  "the others stay in their files; a sink without \"match\" gets all");
    const auto [at, is_new] = reaching_.try_emplace(c.plan.from);
    if (is_new) at->second = tags_from(d_, c.plan.from);
    const auto& tags = at->second;
    if (std::any_of(tags.begin(), tags.end(), [&](const auto& t) { return sink.match.may_match(t); })) return;
    warn(place_of(c, "match"),
         c.owner() + ": takes no event; its \"match\" fits none of the tags that can reach it: "
             + list_tags(tags));
  }

  void check_collector(const draft_component& c, const collector_plan& collects) {
    auto lost = collects.tags;
    const auto find = [&](std::string_view name) { return &d_.find(name)->plan; };
    for_each_sink_behind(c.plan, find, [&](const sink_plan& sink) {
      std::erase_if(lost, [&](const tag_shape& tag) { return sink.match.may_match(tag); });
    });
    if (lost.empty()) return;
    warn(place_of(c, "tag"),
         c.owner() + ": no sink takes its events of the tag" + (lost.size() > 1 ? "s " : " ") + list_tags(lost)
             + "; they are dropped",
         "\"match: rest\" takes what no other sink does");
  }

  void warn(const config::place& where, std::string what, std::string hint = {}) {
    d_.problems.push_back({config::diagnostic::severity::warning, where, std::move(what), std::move(hint)});
  }

  draft& d_;
  std::map<std::vector<std::string>, shapes> reaching_; ///< by the senders
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
  for_each_sink_behind(
      c, [&](std::string_view name) { return plan.find(name); },
      [&](const sink_plan& sink) {
        takes_all = takes_all || sink.match.matches_all();
        all->push_back(sink.match);
      });
  return takes_all ? sink_patterns{} : sink_patterns{std::move(all)};
}

void resolve_rest(draft& d) {
  for (auto& c : d.components)
    if (auto* sink = std::get_if<sink_plan>(&c.plan.details); sink && sink->is_rest)
      sink->match = sink->match.without(others_of(d, c.plan));
}

void find_unrouted(draft& d) { unrouted{d}.run(); }

} // namespace weir
