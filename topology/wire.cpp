#include "topology/draft.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Resolves `from:` of every component and checks the graph that comes out.
class wiring {
public:
  explicit wiring(draft& d) : d_(d), edges_(d.components.size()) {}

  void run() {
    for (std::size_t i = 0; i < d_.components.size(); ++i) resolve(i);
    const auto looping = find_cycles();
    for (std::size_t i = 0; i < d_.components.size(); ++i) connect(i, looping);
    for (const auto& c : d_.components) check_consumer(c);
    for (std::size_t i = 0; i < d_.components.size(); ++i) check_start(i);
    for (const auto& c : d_.components) check_ack(c);
  }

private:
  /// From a component to one that it reads from.
  struct edge {
    std::size_t sender;
    config::place where;
  };

  void resolve(std::size_t receiver) {
    auto& c = d_.components[receiver];
    if (c.plan.in == tier::collector) return;
    const auto gets_dead_letters = d_.dead_letters.contains(c.plan.name);
    if (!c.has_from) return gets_dead_letters ? void() : choose(receiver);
    if (c.from.empty() && !gets_dead_letters && c.written.find("from")->is_sequence())
      d_.complain(c.written.find("from")->where,
                  c.owner() + ": \"from\" is empty; wants names of components");
    for (const auto& r : c.from) {
      const auto found = d_.by_name.find(r.name);
      if (const auto route = found == d_.by_name.end() ? route_named(d_, r.name) : std::nullopt)
        read_route(receiver, r, *route);
      else if (found == d_.by_name.end())
        report_dangling(c, r);
      else if (reads_from(receiver, found->second))
        d_.complain(r.where, c.owner() + ": \"from\" names \"" + r.name + "\" twice");
      else
        edges_[receiver].push_back({found->second, r.where});
    }
  }

  /// Several of one sender are one way from it.
  void read_route(std::size_t receiver, const reference& r, const std::pair<std::size_t, std::string>& route) {
    auto& c = d_.components[receiver];
    const auto& sender = d_.components[route.first].plan.name;
    const auto is_known = [&](const taken_route& t) { return t.sender == sender && t.output == route.second; };
    if (std::any_of(c.taken.begin(), c.taken.end(), is_known))
      return d_.complain(r.where, c.owner() + ": \"from\" names \"" + r.name + "\" twice");
    if (!reads_from(receiver, route.first)) edges_[receiver].push_back({route.first, r.where});
    c.taken.push_back({sender, route.second, r.where});
  }

  auto reads_from(std::size_t receiver, std::size_t sender) const -> bool {
    const auto& edges = edges_[receiver];
    return std::any_of(edges.begin(), edges.end(), [&](const edge& e) { return e.sender == sender; });
  }

  void report_dangling(const draft_component& c, const reference& r) {
    auto candidates = std::vector<std::string>{};
    for (const auto& other : d_.components)
      if (other.plan.in < c.plan.in) add_outputs(other, candidates);
    if (candidates.size() < 2000)
      if (const auto meant = config::nearest(r.name, candidates)) d_.mentioned.insert(*meant);
    d_.complain(r.where, c.owner() + ": reads from \"" + r.name + "\", which does not exist",
                did_you_mean(r.name, candidates));
  }

  static void add_outputs(const draft_component& of, std::vector<std::string>& names) {
    names.push_back(of.plan.name);
    for (const auto& r : of.routes) names.push_back(of.plan.name + '.' + r.name);
    if (!of.routes.empty()) names.push_back(of.plan.name + ".rest");
  }

  /// Without `from:` the nearest tier above that has components must have exactly one.
  void choose(std::size_t receiver) {
    const auto& c = d_.components[receiver];
    auto choices = std::vector<std::size_t>{};
    for (auto t = static_cast<int>(c.plan.in) - 1; t >= 0 && choices.empty(); --t)
      for (std::size_t i = 0; i < d_.components.size(); ++i)
        if (static_cast<int>(d_.components[i].plan.in) == t) choices.push_back(i);
    if (choices.size() == 1) {
      d_.mentioned.insert(d_.components[choices.front()].plan.name);
      return edges_[receiver].push_back({choices.front(), c.plan.where});
    }
    if (choices.empty()) return; // that there are no collectors is a finding of its own
    auto names = std::vector<std::string>{};
    for (const auto i : choices) {
      names.push_back(d_.components[i].plan.name);
      d_.mentioned.insert(names.back());
    }
    d_.complain(c.plan.where,
                c.owner() + ": \"from\" is missing and there is more than one choice: " + list_names(names));
  }

  /// Takes away what has nothing left to read from, then what nobody left reads from; the rest loops.
  auto find_cycles() -> std::vector<bool> {
    auto looping = std::vector<bool>(edges_.size(), true);
    strip(looping, edges_);
    auto reversed = std::vector<std::vector<edge>>(edges_.size());
    for (std::size_t i = 0; i < edges_.size(); ++i)
      for (const auto& e : edges_[i]) reversed[e.sender].push_back({i, e.where});
    strip(looping, reversed);
    auto told = std::vector<bool>(edges_.size(), false);
    for (std::size_t i = 0; i < edges_.size(); ++i)
      if (looping[i] && !told[i]) report_cycle(i, looping, told);
    return looping;
  }

  /// Kahn's algorithm; clears `left` for all that is not behind a cycle.
  static void strip(std::vector<bool>& left, const std::vector<std::vector<edge>>& edges) {
    auto open = std::vector<std::size_t>(edges.size(), 0);
    auto followers = std::vector<std::vector<std::size_t>>(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i)
      for (const auto& e : edges[i])
        if (left[i] && left[e.sender]) {
          ++open[i];
          followers[e.sender].push_back(i);
        }
    auto ready = std::vector<std::size_t>{};
    for (std::size_t i = 0; i < edges.size(); ++i)
      if (left[i] && open[i] == 0) ready.push_back(i);
    while (!ready.empty()) {
      const auto done = ready.back();
      ready.pop_back();
      left[done] = false;
      for (const auto i : followers[done])
        if (--open[i] == 0) ready.push_back(i);
    }
  }

  void report_cycle(std::size_t start, const std::vector<bool>& looping, std::vector<bool>& told) {
    auto path = std::vector<std::size_t>{};
    auto at = start;
    while (!told[at]) {
      told[at] = true;
      path.push_back(at);
      const auto next = std::find_if(edges_[at].begin(), edges_[at].end(),
                                     [&](const edge& e) { return looping[e.sender]; });
      at = next->sender;
    }
    const auto begin = std::find(path.begin(), path.end(), at);
    if (begin == path.end()) return; // led into a cycle that was told already
    const auto& c = d_.components[*begin];
    auto text = '"' + c.plan.name + '"';
    for (auto i = begin + 1; i != path.end(); ++i)
      text += " reads from \"" + d_.components[*i].plan.name + "\", which";
    text += " reads from \"" + c.plan.name + '"';
    const auto next = std::find_if(edges_[*begin].begin(), edges_[*begin].end(),
                                   [&](const edge& e) { return looping[e.sender]; });
    d_.complain(next->where, c.owner() + ": a cycle: " + text);
  }

  void connect(std::size_t receiver, const std::vector<bool>& looping) {
    auto& c = d_.components[receiver];
    for (const auto& e : edges_[receiver]) {
      auto& sender = d_.components[e.sender];
      if (sender.plan.in < c.plan.in) {
        c.plan.from.push_back(sender.plan.name);
        sender.plan.to.push_back(c.plan.name);
      } else if (!looping[receiver] || !looping[e.sender]) {
        report_order(c, sender, e.where);
      }
    }
  }

  void report_order(const draft_component& c, const draft_component& sender, const config::place& where) {
    if (sender.plan.in == tier::sink)
      return d_.complain(where, c.owner() + ": reads from " + sender.owner() + ", which passes nothing on");
    const auto wanted =
        c.plan.in == tier::source_aggregator ? "collectors" : "collectors or source aggregators";
    auto hint = std::string{};
    if (sender.plan.in > c.plan.in)
      hint = "the other way round: \"from: [" + c.plan.name + "]\" in \"" + sender.plan.name + '"';
    d_.complain(where,
                c.owner() + ": reads from " + sender.owner() + "; a " + std::string{tier_name(c.plan.in)}
                    + " wants " + wanted,
                std::move(hint));
  }

  void check_consumer(const draft_component& c) {
    if (c.plan.in == tier::sink || !c.plan.to.empty() || d_.mentioned.contains(c.plan.name)) return;
    d_.complain(c.plan.where, c.owner() + ": feeds nothing",
                "name it under \"from:\" of an aggregator or sink, or take it out");
  }

  void check_start(std::size_t receiver) {
    const auto& c = d_.components[receiver];
    const auto* written = c.written.find("start");
    if (c.plan.in == tier::collector || written == nullptr) return;
    if (std::any_of(edges_[receiver].begin(), edges_[receiver].end(), [&](const edge& e) { return has_older(e.sender); }))
      return;
    d_.complain(written->where,
                c.owner() + ": \"start\" is about what was there before, and neither a disk buffer nor a source that can be "
                            "read again is before it",
                "take it out, or give the aggregator before it a buffer with a path");
  }

  /// What a collector is told by whom it sends to is no more than that these have it.
  void check_ack(const draft_component& c) {
    const auto* details = std::get_if<collector_plan>(&c.plan.details);
    if (details == nullptr || details->ack != ack_level::replicated) return;
    for (const auto& name : c.plan.to) {
      const auto* to = d_.find(name);
      if (to == nullptr || replicas_of(to->plan) > 1) continue;
      d_.complain(c.written.find("ack")->where,
                  c.owner() + ": \"ack: replicated\" wants \"replicas\" of all that it sends to, and " + to->owner() + " has none",
                  "\"ack: stored\" waits until all sinks have it");
    }
  }

  /// Whether somebody new behind it may get what came before.
  auto has_older(std::size_t sender) const -> bool {
    const auto& c = d_.components[sender].plan;
    if (c.in == tier::collector) {
      const auto* known = plugin_registry<source>::find(c.type);
      return known != nullptr && known->resumes && !known->listens;
    }
    const auto& buffer = std::get<aggregator_plan>(c.details).buffer;
    return buffer.type == buffer_type::disk
           || std::any_of(edges_[sender].begin(), edges_[sender].end(), [&](const edge& e) { return has_older(e.sender); });
  }

  draft& d_;
  std::vector<std::vector<edge>> edges_; ///< by receiver
};

} // namespace

void wire_up(draft& d) { wiring{d}.run(); }

} // namespace weir
