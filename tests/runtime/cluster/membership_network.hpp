/// Connections between the nodes of a model in virtual time: in order, slow, cut in one direction or both, with ends that find
/// out of it when something comes, or nothing.
#pragma once

#include "runtime/cluster/membership.hpp"
#include "tests/simulation/seeded.hpp"
#include "tests/simulation/timeline.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace weir::test {

struct pulse_note {};
struct end_note {
  bool is_meant = false;
};
using network_note = std::variant<gossip, pulse_note, end_note>;

class membership_network {
public:
  using place = std::size_t;

  membership_network(timeline& time, seeded& random) : time_(time), random_(random) {}

  /// Something came at one end; false: that end takes nothing now, it comes again after wake().
  std::function<bool(link_id, place to, const network_note&)> arrives;

  auto open(place from, place to) -> link_id {
    const auto id = ++last_;
    auto& c = connections_[id];
    c.ends = {from, to};
    c.delay = random_.time_between(std::chrono::milliseconds{1}, std::chrono::milliseconds{30});
    return id;
  }
  void send(link_id id, place from, network_note what) {
    const auto at = connections_.find(id);
    if (at == connections_.end()) return;
    auto& its = at->second.ways[at->second.ends[0] == from ? 0 : 1];
    its.waiting.push_back(std::move(what));
    come_later(id, at->second.ends[0] == from ? 0 : 1, at->second.delay);
  }
  /// Nothing more comes of it.
  void remove(link_id id) { connections_.erase(id); }

  void block(place from, place to) { blocked_.insert({from, to}); }
  void unblock(place from, place to) {
    blocked_.erase({from, to});
    for (auto& [id, c] : connections_)
      for (auto w = std::size_t{0}; w < 2; ++w)
        if (c.ends[w] == from && c.ends[1 - w] == to) come_later(id, w, c.delay);
  }
  void unblock_all() {
    for (const auto& [from, to] : std::set{blocked_}) unblock(from, to);
  }
  auto is_blocked(place from, place to) const -> bool { return blocked_.contains({from, to}); }
  /// What waits for it comes now.
  void wake(place at) {
    for (auto& [id, c] : connections_)
      for (auto w = std::size_t{0}; w < 2; ++w)
        if (c.ends[1 - w] == at) come_later(id, w, {});
  }

private:
  struct way {
    std::deque<network_note> waiting;
    bool is_coming = false;
  };
  struct connection {
    std::array<place, 2> ends{};
    std::array<way, 2> ways; // from the first, from the second
    duration delay{};
  };

  void come_later(link_id id, std::size_t w, duration after) {
    auto& its = connections_.at(id).ways[w];
    if (its.is_coming || its.waiting.empty()) return;
    its.is_coming = true;
    time_.after(after, [this, id, w] { come(id, w); });
  }
  void come(link_id id, std::size_t w) {
    const auto at = connections_.find(id);
    if (at == connections_.end()) return;
    const auto [from, to] = std::pair{at->second.ends[w], at->second.ends[1 - w]};
    at->second.ways[w].is_coming = false;
    while (!is_blocked(from, to)) {
      const auto now = connections_.find(id); // what comes may end it
      if (now == connections_.end() || now->second.ways[w].waiting.empty()) return;
      const auto what = now->second.ways[w].waiting.front();
      if (!arrives(id, to, what)) return;
      const auto left = connections_.find(id);
      if (left == connections_.end()) return;
      left->second.ways[w].waiting.pop_front();
    }
  }

  timeline& time_;
  seeded& random_;
  std::map<link_id, connection> connections_;
  std::set<std::pair<place, place>> blocked_;
  link_id last_ = 0;
};

} // namespace weir::test
