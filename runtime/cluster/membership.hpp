/// Who belongs to the cluster, as one node sees it: a plain object that takes what comes and the time, and says what is to
/// be sent. Failure detection is a hint: it says whom to show as down, and what to dial; data never depends on it.
//
// A link is a connection to another node, whoever dialled; there may be several to one node for a moment.
//
// Who serves keeps all members; who does not (an edge) keeps those that serve, and itself. So on a link of which one end
// does not serve, only members that serve are talked about, and what each end is itself. Edges judge nobody, and pass on
// nothing but by digests.
//
// A verdict (down) is given by who was linked to that very run, and has heard nothing of it for `down_after`, whether the
// link is open still or broke. Once, until it hears of it again; the owner contradicts with its next version. Nobody judges
// whom it was never linked to, or only introduced: there no pulses come. Who was stopped itself counts silence from when it
// goes on. What becomes of those that are left or down is in runtime/cluster/member_table.hpp.
//
// What others say costs no more than this, however much they say: of one member `changes_at_once` versions are taken as they
// come, and from then on one in a heartbeat, the newest; so each passes on no more of it, tells no more of it, and dials
// by it no more often. Of one link 512 gossips are read, and 64 in each heartbeat; 4 digests are answered, and 2 in each
// heartbeat; 8192 members are sent in answers, and 4096 in each heartbeat. 256 changes are spread, and 256 in each heartbeat.
// What falls short of that comes by digests. A member or link that wants more is told of, once a minute.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/cluster/allowance.hpp"
#include "runtime/cluster/gossip.hpp"
#include "runtime/cluster/member_news.hpp"
#include "runtime/cluster/member_table.hpp"
#include "runtime/cluster/member_watch.hpp"
#include "runtime/cluster/membership_settings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace weir {

using link_id = std::uint64_t;

struct member_view {
  member who;
  bool is_self = false;
  bool is_linked = false;
  bool is_suspect = false;
  double phi = 0;                                 ///< of a linked one
  std::optional<std::int64_t> clock_offset_ns;    ///< how far its clock is ahead; of one that is or was linked
};

class membership {
public:
  /// `self.version.incarnation` is given; its version is counted here.
  membership(membership_settings settings, member self, std::int64_t wall_ns);

  /// Connected, and greeted: what the other says of itself comes by gossip.
  void on_linked(link_id link, const greeted_node& who, monotonic_time now, std::int64_t wall_ns);
  /// `is_meant`: one side said that it ends it; nothing follows from that.
  void on_unlinked(link_id link, bool is_meant, monotonic_time now, std::int64_t wall_ns);
  /// Anything came of it.
  void on_heard(link_id link, monotonic_time now);
  void on_gossip(link_id link, const gossip& said, monotonic_time now, std::int64_t wall_ns);
  void on_time(monotonic_time now, std::int64_t wall_ns);
  /// Of this node itself: the next version.
  void change_self(const member& now_is, std::int64_t wall_ns);
  /// One that is down, or of which the caller knows that it cannot be reached, is gone for good, as `by` wants it. If it lives
  /// all the same it answers that, as any verdict. An error says why not.
  auto give_up(const std::string& node, const std::string& by, bool is_unreachable, monotonic_time now, std::int64_t wall_ns)
      -> result<void>;
  auto self() const -> const member&;

  struct outgoing {
    link_id link = 0;
    gossip what;
  };
  auto take_outgoing() -> std::vector<outgoing>;
  auto take_news() -> std::vector<member_news>;
  /// Rises with each change of a member, and of those that are lost.
  auto edition() const -> std::uint64_t;
  /// By name.
  auto members(monotonic_time now) const -> std::vector<member_view>;
  auto find(const std::string& node) const -> const member*;
  /// Those whose connection broke and that are judged soon: whoever can is to dial them, wanted or not, as they may live.
  auto lost() const -> std::set<std::string>;
  auto deadline() const -> monotonic_time;

private:
  struct link {
    std::string node;
    bool serves = false;
    bool has_pulses = true;
    member_watch* of = nullptr; // it lives as long as there is a link
    link_allowances may;
  };
  struct clock_view {
    std::int64_t offset_ns = 0;
    std::optional<monotonic_time> told;
  };
  /// A member that is to be told of.
  struct change {
    std::string from; // who told it
    bool served = false;
  };
  /// What is newer and waits for its turn.
  struct held_member {
    member who;
    std::string from;
  };
  struct member_pace {
    allowance may;
    std::optional<monotonic_time> told;
  };
  /// What one link is to be told, in as many pieces as it takes.
  struct answer {
    gossip first;
    std::set<std::string> members;
  };

  void note_time(monotonic_time now, std::int64_t wall_ns);
  auto wall_at(monotonic_time now) const -> std::int64_t;
  void tell(member_news::kind what, const std::string& node, const std::string& text);
  auto find_shown(const std::string& node) const -> const member*;

  // Changes.
  void put_self(member now_is);
  void adopt(const member& m, const std::string& from, const std::string& why);
  void tell_change(const member* old, const member& m, const std::string& why);
  void forget(const member& gone);
  void forget_gone();
  void drop_edges();
  void spread_soon(const std::string& node, change c);
  void spread();
  auto picked_links() -> std::vector<link_id>;

  // Pace.
  auto may_change(const std::string& node, const std::string& as_said_by) -> bool;
  void hold(const member& m, const std::string& from);
  void take_held();
  void forget_paces();
  auto may_say_more(link& from) -> bool;
  void tell_restless(const std::string& node, const std::string& as_said_by);

  // Liveness.
  void note_attention(monotonic_time now);
  void heard(const std::string& node, member_watch& w, monotonic_time now);
  void watch_all(monotonic_time now);
  void judge(const std::string& node, member_watch& w, monotonic_time now);
  auto judge_other_run(member_watch& w, const member& known, monotonic_time now) -> bool;
  void rely_no_more_on(const std::string& gone);
  void call_down(const member& known, const std::string& why);
  void send_own_entry(link_id to, const link& l);
  void send_digest();

  // Gossip.
  auto scope_of(const link& l) const -> member_scope;
  auto may_say(const link& l, const member& m) const -> bool;
  auto may_hear(const link& l, const member& m) const -> bool;
  void on_clock(const std::string& node, std::int64_t clock_ns);
  auto is_proof(const link& from, const member& m, const member& known) const -> bool;
  void on_member(const link& from, const member& m, answer& reply);
  void take(const member& m, const std::string& from);
  void on_self(const member_known& said, const std::string& address, answer& reply);
  void on_digest(const link& from, const std::vector<std::uint64_t>& theirs, answer& reply);
  void on_known(const link& from, const gossip& said, answer& reply);
  void on_known_one(const member_known& k, answer& reply);
  void on_wanted(const link& from, const std::vector<std::string>& names, answer& reply);
  auto has_room_for(const std::string& node) -> bool;
  void add_digest(const link& to, answer& reply) const;
  void send(link_id to, answer what);

  membership_settings settings_;
  member self_;
  member_table table_;
  std::map<link_id, link> links_;
  std::map<std::string, member_watch> watches_;
  std::map<std::string, clock_view> clocks_;
  std::map<std::string, change> changes_; // not spread yet
  allowance spreads_;
  std::map<std::string, member_pace> paces_; // of those that changed lately
  std::map<std::string, held_member> held_;
  std::optional<member_known> contested_; // a word about this node that is not answered yet
  allowance restless_told_;
  std::set<std::string> asked_;           // since the last heartbeat
  std::vector<outgoing> outgoing_;
  std::vector<member_news> news_;
  std::mt19937_64 random_;
  std::uint64_t edition_ = 1;
  monotonic_time now_; // the latest that was told, and the wall clock then
  std::int64_t wall_ns_;
  monotonic_time next_beat_;
  std::optional<monotonic_time> spread_at_;
  std::optional<monotonic_time> last_on_time_;
  monotonic_time judges_from_;
  monotonic_time attentive_since_;
  std::optional<monotonic_time> same_name_told_;
  std::optional<monotonic_time> too_many_told_;
};

} // namespace weir
