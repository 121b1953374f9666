/// Many memberships in virtual time, with connections that take a while and may break: one seed decides a whole run.
//
// The first nodes serve and are linked to some of each other, the rest are edges, each linked to two that serve.
#pragma once

#include "runtime/cluster/gossip_codec.hpp"
#include "tests/runtime/cluster/members.hpp"
#include "tests/simulation/seeded.hpp"
#include "tests/simulation/timeline.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

struct cluster_shape {
  std::size_t serving = 0;
  std::size_t edges = 0;
  std::size_t peers = 0; ///< that each of those that serve is linked to, or more
};

class cluster_model {
public:
  cluster_model(cluster_shape shape, std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < shape.serving + shape.edges; ++i) begin(i < shape.serving);
    for (std::size_t i = 0; i < shape.serving; ++i)
      for (std::size_t k = 1; k <= shape.peers / 2 + shape.peers % 2; ++k) join(i, (i + k) % shape.serving);
    for (auto i = shape.serving; i < nodes_.size(); ++i)
      for (const auto to : two_serving()) join(i, to);
  }
  cluster_model(const cluster_model&) = delete;
  auto operator=(const cluster_model&) -> cluster_model& = delete;

  void run(duration time) {
    auto is_over = false;
    time_.after(time, [&] { is_over = true; });
    while (!is_over) time_.step();
  }
  /// How long it took, `most` if they did not.
  auto run_until_converged(duration most) -> duration {
    const auto from = time_.now();
    while (time_.now() - from < most && !is_converged()) run(std::chrono::milliseconds{50});
    return time_.now() - from;
  }

  /// One more node, linked to two that serve.
  void add(bool serves) {
    const auto to = two_serving();
    const auto i = begin(serves);
    for (const auto other : to) join(i, other);
  }
  void change(std::size_t i) {
    auto now_is = nodes_[i].of->self();
    now_is.components.push_back("another");
    nodes_[i].of->change_self(now_is, time_.wall_ns());
    settle(i);
  }
  /// Those with even numbers from those with odd ones; connections end.
  void split() {
    for (const auto& [a, b] : pairs())
      if (a % 2 != b % 2) cut(a, b), severed_.push_back({a, b});
  }
  void heal() {
    for (const auto& [a, b] : std::exchange(severed_, {})) join(a, b);
  }
  /// Silently: nobody's connection ends.
  void kill(std::size_t i, bool is_silent) {
    nodes_[i].is_dead = true;
    if (is_silent) return;
    for (const auto& [a, b] : pairs())
      if (a == i || b == i) cut(a, b), severed_.push_back({a, b});
  }
  void start_again(std::size_t i) {
    make(i, nodes_[i].of->self().serves);
    nodes_[i].is_dead = false;
    heal();
    pulse(i, nodes_[i].run);
  }
  /// So many connections end and begin again after a second.
  void flap(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto all = pairs();
      const auto [a, b] = all[random_.next() % all.size()];
      cut(a, b);
      time_.after(std::chrono::seconds{1}, [this, from = a, to = b] { join(from, to); });
    }
  }

  auto bytes_sent() const -> std::uint64_t { return bytes_; }
  auto is_converged() const -> bool { return what_is_missing().empty(); }
  /// Who lacks whose newest word; empty if nobody does. Of the dead there is no newest word.
  auto what_is_missing() const -> std::string {
    for (const auto& n : nodes_) {
      if (n.is_dead) continue;
      const auto all = n.of->members(time_.monotonic());
      auto expected = std::size_t{0};
      for (const auto& other : nodes_) {
        const auto& truth = other.of->self();
        if (!n.of->self().serves && !truth.serves && &other != &n) continue;
        ++expected;
        const auto* known = n.of->find(truth.node);
        const auto is_right = known != nullptr && known->version == truth.version && known->state == truth.state;
        if (!is_right && !other.is_dead) return n.of->self().node + " of " + truth.node;
      }
      if (all.size() != expected) return n.of->self().node + " knows " + std::to_string(all.size());
    }
    return "";
  }
  auto all_serving_say(std::size_t whom, member_state state) const -> bool {
    const auto& name = nodes_[whom].of->self().node;
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
      const auto* known = n.of->find(name);
      return n.is_dead || !n.of->self().serves || (known != nullptr && known->state == state);
    });
  }
  /// How many are down as anyone sees it who lives and serves.
  auto count_down() const -> std::size_t {
    auto down = std::set<std::string>{};
    for (const auto& n : nodes_)
      if (!n.is_dead && n.of->self().serves)
        for (const auto& m : n.of->members(time_.monotonic()))
          if (m.who.state == member_state::down) down.insert(m.who.node);
    return down.size();
  }

private:
  struct node {
    std::unique_ptr<membership> of;
    std::map<link_id, std::size_t> links; // to whom
    std::uint64_t run = 0;
    bool is_dead = false;
    std::optional<monotonic_time> armed;
  };

  auto begin(bool serves) -> std::size_t {
    nodes_.emplace_back();
    const auto i = nodes_.size() - 1;
    if (serves) serving_.push_back(i);
    make(i, serves);
    // They do not beat in step.
    time_.after(random_.time_between(duration{0}, std::chrono::seconds{1}), [this, i] {
      settle(i);
      pulse(i, nodes_[i].run);
    });
    return i;
  }
  void make(std::size_t i, bool serves) {
    auto settings = membership_settings{};
    settings.seed = random_.next();
    const auto incarnation = static_cast<std::uint64_t>(time_.wall_ns());
    auto self = member_named((serves ? "core-" : "edge-") + std::to_string(i), serves, {incarnation, 0});
    self.address = serves ? "10.0.0." + std::to_string(i) + ":7400" : "";
    nodes_[i].of = std::make_unique<membership>(settings, self, time_.wall_ns());
    nodes_[i].links.clear();
    ++nodes_[i].run;
  }
  auto two_serving() -> std::array<std::size_t, 2> {
    const auto first = random_.next() % serving_.size();
    const auto second = (first + 1 + random_.next() % (serving_.size() - 1)) % serving_.size();
    return {serving_[first], serving_[second]};
  }
  auto pairs() const -> std::vector<std::pair<std::size_t, std::size_t>> {
    auto all = std::vector<std::pair<std::size_t, std::size_t>>{};
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (const auto& [link, to] : nodes_[i].links)
        if (i < to) all.push_back({i, to});
    return all;
  }
  void join(std::size_t a, std::size_t b) {
    const auto id = ++last_link_;
    delays_[id] = random_.time_between(std::chrono::milliseconds{1}, std::chrono::milliseconds{20});
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      nodes_[from].links[id] = to;
      const auto& other = nodes_[to].of->self();
      nodes_[from].of->on_linked(id, {other.node, other.serves}, time_.monotonic(), time_.wall_ns());
    }
    settle(a);
    settle(b);
  }
  void cut(std::size_t a, std::size_t b) {
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      auto& links = nodes_[from].links;
      for (auto at = links.begin(); at != links.end();) {
        if (at->second != to) {
          ++at;
          continue;
        }
        if (!nodes_[from].is_dead) nodes_[from].of->on_unlinked(at->first, false, time_.monotonic(), time_.wall_ns());
        at = links.erase(at);
      }
    }
  }
  /// Something comes at the other end, if there still is one.
  template <class Action> void deliver(link_id link, std::size_t to, Action what) {
    time_.after(delays_[link], [this, link, to, what = std::move(what)] {
      if (nodes_[to].is_dead || !nodes_[to].links.contains(link)) return;
      what(*nodes_[to].of);
      settle(to);
    });
  }
  void pulse(std::size_t i, std::uint64_t run) {
    if (nodes_[i].is_dead || nodes_[i].run != run) return;
    for (const auto& [link, to] : nodes_[i].links)
      deliver(link, to, [this, id = link](membership& of) { of.on_heard(id, time_.monotonic()); });
    time_.after(std::chrono::seconds{1}, [this, i, run] { pulse(i, run); });
  }
  /// Sends what is to be sent, and arms its timer.
  void settle(std::size_t i) {
    auto& n = nodes_[i];
    if (n.is_dead) return;
    for (auto& o : n.of->take_outgoing()) {
      const auto at = n.links.find(o.link);
      if (at == n.links.end()) continue;
      const auto bytes = encode_gossip(o.what);
      bytes_ += bytes.size();
      deliver(o.link, at->second, [this, link = o.link, bytes](membership& of) {
        of.on_gossip(link, *decode_gossip(bytes), time_.monotonic(), time_.wall_ns());
      });
    }
    (void)n.of->take_news();
    const auto deadline = std::max(n.of->deadline(), time_.monotonic());
    if (n.armed && *n.armed <= deadline) return;
    n.armed = deadline;
    time_.after(deadline - time_.monotonic(), [this, i, deadline] {
      auto& late = nodes_[i];
      if (late.armed == deadline) late.armed.reset();
      if (!late.is_dead && late.of->deadline() <= time_.monotonic())
        late.of->on_time(time_.monotonic(), time_.wall_ns());
      settle(i);
    });
  }

  timeline time_;
  seeded random_;
  std::vector<node> nodes_;
  std::vector<std::size_t> serving_;
  std::map<link_id, duration> delays_;
  std::vector<std::pair<std::size_t, std::size_t>> severed_;
  link_id last_link_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace weir::test
