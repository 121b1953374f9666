/// Members for tests of membership, and one that a test leads by the hand.
#pragma once

#include "runtime/cluster/membership.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

inline constexpr auto wall_start = std::int64_t{1'700'000'000'000'000'000};

inline auto member_named(std::string node, bool serves = true, member_version version = {1, 1}) -> member {
  auto m = member{};
  m.node = std::move(node);
  m.version = version;
  m.since_ns = wall_start;
  m.serves = serves;
  m.classes = {serves ? "core" : "edge"};
  m.program = "0.1.0";
  m.protocol = 1;
  return m;
}

/// Node "a" with its time: what it says and tells is kept until it is taken.
struct led {
  membership of;
  monotonic_time now{std::chrono::hours{1}};
  std::int64_t wall_ns = wall_start;

  explicit led(bool serves = true, membership_settings settings = {})
      : of(settings, member_named("a", serves, {10, 0}), wall_start) {
    of.on_time(now, wall_ns);
  }
  void advance(duration by) {
    now += by;
    wall_ns += by.count();
  }
  /// In steps of half a second, hearing `heard` all the time.
  void pass(duration time, const std::vector<link_id>& heard = {}) {
    for (const auto until = now + time; now < until;) {
      advance(std::min<duration>(until - now, std::chrono::milliseconds{500}));
      for (const auto link : heard) of.on_heard(link, now);
      of.on_time(now, wall_ns);
    }
  }
  void link(link_id id, const std::string& node, bool serves = true) {
    of.on_linked(id, {node, serves}, now, wall_ns);
    hear(id, {member_named(node, serves)});
    (void)of.take_outgoing();
  }
  void unlink(link_id id) { of.on_unlinked(id, false, now, wall_ns); }
  void hear(link_id from, std::vector<member> members) {
    auto g = gossip{};
    g.members = std::move(members);
    hear(from, g);
  }
  void hear(link_id from, const gossip& g) { of.on_gossip(from, g, now, wall_ns); }
  auto state_of(const std::string& node) const -> std::string {
    const auto* m = of.find(node);
    return m == nullptr ? "unknown" : name_of(m->state);
  }
  auto news() -> std::vector<std::string> {
    auto texts = std::vector<std::string>{};
    for (auto& n : of.take_news()) texts.push_back(std::move(n.text));
    return texts;
  }
  auto count_news(member_news::kind kind) -> std::size_t {
    const auto all = of.take_news();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& n) { return n.what == kind; }));
  }
  /// "b@1 up 3" of each member that was sent over this link.
  auto sent_to(link_id id) -> std::vector<std::string> {
    auto texts = std::vector<std::string>{};
    for (const auto& o : of.take_outgoing())
      if (o.link == id)
        for (const auto& m : o.what.members)
          texts.push_back(m.node + " " + name_of(m.state) + " " + std::to_string(m.version.version));
    return texts;
  }
};

inline auto in_state(member m, member_state state) -> member {
  m.state = state;
  return m;
}

} // namespace weir::test
