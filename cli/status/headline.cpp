#include "cli/status/headline.hpp"

#include "cli/figures.hpp"
#include "cli/health.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace weir::cli {
namespace {

constexpr auto old_ns = std::uint64_t{60'000'000'000}; // nothing that flows is so old
constexpr auto sinks_named_max = std::size_t{3};

auto capital(std::string text) -> std::string {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

/// "a", "a and b", "a, b and 3 more".
auto list_text(const std::vector<std::string>& names) -> std::string {
  if (names.empty()) return {};
  if (names.size() == 1) return names.front();
  const auto rest = names.size() == 2 ? std::string{} : count_text(names.size() - 2) + " more";
  return rest.empty() ? names[0] + " and " + names[1] : names[0] + ", " + names[1] + " and " + rest;
}

/// What dead letters bring was counted when it came first.
auto is_source(const component_flow& f) -> bool { return f.of->in == tier::collector && f.of->type != letters_type; }

struct sums {
  double in_rate = 0;
  double out_rate = 0;
  std::uint64_t accepted = 0;
  std::uint64_t held = 0; ///< of the tier that holds most: what one holds, another may hold too until it is stored
  std::uint64_t delay_ns = 0;
  std::vector<const component_flow*> sinks;
};

auto sums_of(const std::vector<component_flow>& flows) -> sums {
  auto all = sums{};
  auto held = std::array<std::uint64_t, all_tiers.size()>{};
  for (const auto& f : flows) {
    held[static_cast<std::size_t>(f.of->in)] += f.sum.events_held;
    if (f.sum.events_held > 0) all.delay_ns = std::max(all.delay_ns, f.sum.delay_ns);
    if (is_source(f)) {
      all.in_rate += f.rates.events_in;
      all.accepted += f.sum.events_in;
    } else if (f.of->in == tier::sink) {
      all.out_rate += f.rates.events_out;
      all.sinks.push_back(&f);
    }
  }
  all.held = *std::max_element(held.begin(), held.end());
  return all;
}

auto stored_text(const sums& all) -> std::string {
  if (all.sinks.empty() || all.sinks.size() > sinks_named_max)
    return many(all.sinks.size(), "sink stores ", "sinks store ") + rate_text(all.out_rate) + " in all";
  auto text = std::string{};
  for (const auto* s : all.sinks)
    text += (text.empty() ? s->of->name + " stores " : ", " + s->of->name + ' ') + rate_text(s->rates.events_out);
  return text;
}

auto with_kind(const component_flow& f) -> std::string { return (f.of->in == tier::sink ? "sink " : "") + f.of->name; }

/// Components that nobody runs; empty if there are none.
auto gone_text(const headline_ground& of) -> std::string {
  auto names = std::vector<std::string>{};
  auto classes = std::set<std::string>{};
  for (const auto& f : of.flows) {
    if (f.actors > 0 || f.is_hidden || !f.silent.empty()) continue;
    names.push_back(with_kind(f));
    classes.insert(f.of->classes.begin(), f.of->classes.end());
  }
  if (names.empty()) return {};
  const auto where = classes.empty() ? std::string{"no node runs "} + (names.size() == 1 ? "it" : "them")
                                     : "no node of class " + list_text({classes.begin(), classes.end()}) + " is linked to " + of.node;
  return list_text(names) + (names.size() == 1 ? " is" : " are") + " not there: " + where;
}

/// Components whose nodes do not answer; empty if there are none.
auto silent_text(const headline_ground& of) -> std::string {
  auto names = std::vector<std::string>{};
  auto nodes = std::set<std::string>{};
  for (const auto& f : of.flows) {
    if (f.silent.empty()) continue;
    names.push_back(with_kind(f));
    nodes.insert(f.silent.begin(), f.silent.end());
  }
  if (names.empty()) return {};
  return list_text(names) + (names.size() == 1 ? " is" : " are") + " not seen: node " + list_text({nodes.begin(), nodes.end()})
         + (nodes.size() == 1 ? " does" : " do") + " not answer";
}

/// It keeps what it has, or its store takes nothing; another one that has nothing only wants attention.
auto is_in_trouble(const component_flow& f) -> bool {
  if (f.actors == 0 || f.rates.events_out > 0) return false;
  return f.failing > 0 || (!f.problems.empty() && (f.sum.events_held > 0 || f.of->in == tier::sink));
}

/// Nothing waits for it yet, but it takes nothing: that is no flow. Of several it is the one that holds most.
auto trouble_text(const headline_ground& of, const sums& all) -> std::string {
  const auto found = std::max_element(of.flows.begin(), of.flows.end(), [](const component_flow& a, const component_flow& b) {
    const auto weight = [](const component_flow& f) { return is_in_trouble(f) ? f.sum.events_held + 1 : 0; };
    return weight(a) < weight(b);
  });
  if (found == of.flows.end() || !is_in_trouble(*found) || all.in_rate + static_cast<double>(all.held) == 0) return {};
  const auto why = !found->problems.empty() ? found->problems.front()
                                            : many(found->failing, "actor", "actors") + " of it " + (found->failing == 1 ? "does" : "do") + " not answer";
  return with_kind(*found) + (found->of->in == tier::sink ? " stores nothing: " : " passes nothing on: ") + why;
}

/// Where nobody is away or holds others up.
auto quiet_headline(const headline_ground& of, const sums& all, verdict found, const std::string& flow) -> headline {
  const auto missing = missing_in(of.seen);
  const auto unseen = missing.empty() ? std::string{} : " From " + of.node + " not all nodes are seen.";
  auto& more = found.reasons;
  if (found.state == health::degraded) {
    const auto things = many(more.size(), "thing wants", "things want");
    return {mood::tries, "Data flows, and " + things + " attention: " + flow + '.' + unseen, std::move(more)};
  }
  const auto has_source = std::any_of(of.flows.begin(), of.flows.end(), is_source);
  if (!has_source || (!missing.empty() && all.accepted == 0))
    return {mood::unseen, "The collectors are not seen from " + of.node + '.', missing};
  if (all.delay_ns > old_ns) {
    const auto age = age_text(std::chrono::nanoseconds{all.delay_ns});
    return {mood::waits, "The oldest event on its way is " + age + " old: " + flow + '.' + unseen, std::move(more)};
  }
  if (all.in_rate == 0 && all.held == 0)
    return {mood::rests, "Everything has arrived; nothing comes in now." + unseen, std::move(more)};
  return {mood::flows, "Everything is arriving: " + flow + '.' + unseen, std::move(more)};
}

} // namespace

auto headline_of(const headline_ground& of) -> headline {
  const auto all = sums_of(of.flows);
  auto found = judge_all(of.seen.nodes);
  const auto stuck = bottleneck_text(of.flows);
  const auto flow = rate_text(all.in_rate) + " come in, " + stored_text(all);
  if (const auto gone = gone_text(of); !gone.empty()) {
    if (!stuck.empty()) found.reasons.insert(found.reasons.begin(), capital(stuck));
    const auto sentence = capital(gone) + '.';
    return {mood::fails, sentence, std::move(found.reasons), sentence};
  }
  if (const auto silent = silent_text(of); !silent.empty()) {
    const auto sentence = capital(silent) + '.';
    return {mood::fails, sentence + ' ' + capital(flow) + '.', std::move(found.reasons), sentence};
  }
  const auto has_failed = found.state == health::failed;
  const auto trouble = trouble_text(of, all);
  if (!stuck.empty() || !trouble.empty()) {
    const auto sentence = capital(stuck.empty() ? trouble : stuck) + '.';
    const auto how = has_failed || stuck.empty() ? mood::fails : mood::waits;
    return {how, sentence + ' ' + capital(flow) + '.', std::move(found.reasons), sentence};
  }
  if (has_failed) return {mood::fails, "Something has failed. " + capital(flow) + '.', std::move(found.reasons)};
  return quiet_headline(of, all, std::move(found), flow);
}

} // namespace weir::cli
