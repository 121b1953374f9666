/// The memberships of a whole cluster in virtual time, linked as nodes link themselves: by seeds, the ring of those that serve,
/// and those that an edge feeds. One seed decides a whole run.
#pragma once

#include "tests/runtime/cluster/membership_bugs.hpp"
#include "tests/runtime/cluster/membership_network.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

struct world_shape {
  std::size_t serving = 3;
  std::size_t edges = 2;
};

class membership_world {
public:
  using place = membership_network::place;
  static constexpr auto tombstone_age = std::chrono::seconds{60};

  membership_world(world_shape shape, std::uint64_t seed, membership_bug mistake, bool tells);
  membership_world(const membership_world&) = delete;
  auto operator=(const membership_world&) -> membership_world& = delete;

  void run(duration time);
  /// Until something is wrong, for ever or at one time: empty if all is well.
  auto problem() const -> const std::string& { return problem_; }
  /// Who does not see what is; empty if all do.
  auto disagreement() const -> std::string;

  // What happens.
  void start(place which);
  void kill(place which, bool is_silent);
  void pause(place which);
  void resume(place which);
  void block(place from, place to);
  void unblock_all();
  void drain(place which);
  void leave(place which); ///< it has drained, and ends
  void turn_clock(place which, duration by);
  void change(place which);
  void flap(place which);
  /// Nothing is to be judged from here on.
  void expect_calm(bool yes) { expects_calm_ = yes; }

  auto size() const -> std::size_t { return nodes_.size(); }
  auto is_running(place which) const -> bool { return nodes_[which].is_running; }
  auto is_paused(place which) const -> bool { return nodes_[which].is_paused; }
  auto name_of(place which) const -> const std::string& { return nodes_[which].name; }
  auto messages() const -> std::uint64_t { return messages_; }

private:
  struct link_end {
    place to = 0;
    bool is_dialler = false;
    bool is_introduction = false;
    monotonic_time heard{};
    monotonic_time since{};
    std::uint64_t incarnation = 0; // of the other's run
  };
  struct node {
    std::string name;
    bool serves = false;
    std::unique_ptr<membership> of;
    bool is_running = false;
    bool is_paused = false;
    bool is_draining = false;
    std::uint64_t run = 0;
    std::uint64_t timer = 0;
    std::uint64_t own_changes = 0;   // versions that it made unasked
    std::uint64_t contradictions = 0;
    std::int64_t clock_off_ns = 0;
    std::map<link_id, link_end> links;
    std::set<place> dialling;
    std::map<std::string, member_version> gone; // as this run has seen
    std::set<std::pair<place, std::uint64_t>> witnesses; // serving runs that were linked to it when it ended
    monotonic_time attentive_since{};
    monotonic_time last_tick{};
    monotonic_time undisturbed_since{}; // it ran, and nothing kept anybody from it
    monotonic_time seeds_again{};
    monotonic_time seeds_anyway{};
  };

  auto now() const -> monotonic_time { return time_.monotonic(); }
  auto wall_of(const node& n) const -> std::int64_t { return time_.wall_ns() + n.clock_off_ns; }
  auto place_of(const std::string& name) const -> std::optional<place>;
  void say(const std::string& what);
  void wrong(const std::string& what);

  // A node.
  auto member_at(const node& n) const -> member;
  void tick(place which, std::uint64_t run);
  void settle(place which);
  void arm(place which);
  void hear_news(place which);
  void look_at(place which);
  void be_disturbed(place which);
  void note_witnesses(node& n) const;

  // Its links.
  auto wanted_of(place which) const -> std::set<place>;
  void dial_wanted(place which);
  void dial_seeds(place which);
  void dial(place from, place to, bool is_introduction);
  void connect(place from, place to, bool is_introduction);
  void greet(place at, link_id id, const link_end& end);
  void end_link(place which, link_id id, bool is_meant);
  void drop_link(place which, link_id id, bool is_meant);
  void check_silence(place which);
  auto arrives(link_id id, place to, const network_note& what) -> bool;
  void hear(place at, link_id id, gossip said);

  // Mistakes.
  void spoil_sent(place from, gossip& what) const;
  void spoil_heard(place at, const std::string& from, gossip& what) const;
  auto missed_bucket() const -> std::size_t;

  timeline time_;
  seeded random_;
  membership_network network_;
  membership_bug mistake_;
  bool tells_;
  bool expects_calm_ = false;
  std::vector<node> nodes_;
  std::uint64_t messages_ = 0;
  std::string problem_;
};

} // namespace weir::test
