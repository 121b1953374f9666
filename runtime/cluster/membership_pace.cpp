// What bounds what others have a membership do.

#include "runtime/cluster/membership.hpp"

#include <utility>

namespace weir {
namespace {

constexpr auto held_max = std::size_t{256}; // of more the digests tell

} // namespace

/// Whether one more version of it is taken now.
auto membership::may_change(const std::string& node, const std::string& as_said_by) -> bool {
  const auto bound = allowance::bound{static_cast<double>(settings_.changes_at_once), 1, settings_.heartbeat};
  auto& pace = paces_.try_emplace(node, member_pace{allowance{bound, now_}, {}}).first->second;
  if (pace.may.take_one(now_)) return true;
  if (!pace.told || now_ - *pace.told >= std::chrono::minutes{1}) {
    pace.told = now_;
    tell_restless(node, as_said_by);
  }
  return false;
}

void membership::tell_restless(const std::string& node, const std::string& as_said_by) {
  if (!restless_told_.take_one(now_)) return;
  if (node == self_.node)
    return tell(member_news::kind::restless, node,
                "others say all the time that this node is gone: it answers once in " + to_text(settings_.heartbeat));
  tell(member_news::kind::restless, node,
       quoted_node(node) + " changes all the time, as " + quoted_node(as_said_by) + " says: that is taken once in "
           + to_text(settings_.heartbeat));
}

void membership::hold(const member& m, const std::string& from) {
  const auto at = held_.find(m.node);
  if (at == held_.end() && held_.size() >= held_max) return;
  if (at == held_.end() || is_newer(m, at->second.who)) held_.insert_or_assign(m.node, held_member{m, from});
}

/// Those whose turn it is.
void membership::take_held() {
  if (contested_) {
    auto unsaid = answer{}; // it is spread
    on_self(*std::exchange(contested_, std::nullopt), "", unsaid);
  }
  for (auto at = held_.begin(); at != held_.end();) {
    const auto* old = table_.find(at->first);
    const auto is_old = old != nullptr && !is_newer(at->second.who, old->who);
    if (!is_old && !may_change(at->first, at->second.from)) {
      ++at;
      continue;
    }
    const auto [who, from] = std::move(at->second);
    at = held_.erase(at);
    if (!is_old && has_room_for(who.node)) take(who, from);
  }
}

/// Of those that kept quiet there is nothing to remember.
void membership::forget_paces() {
  std::erase_if(paces_, [&](const auto& p) {
    return p.second.may.is_full(now_) && (!p.second.told || now_ - *p.second.told >= std::chrono::minutes{1});
  });
}

/// Whether one more gossip of it is read.
auto membership::may_say_more(link& from) -> bool {
  if (from.may.gossips.take_one(now_)) return true;
  if ((!from.may.told || now_ - *from.may.told >= std::chrono::minutes{1}) && restless_told_.take_one(now_)) {
    from.may.told = now_;
    tell(member_news::kind::talkative, from.node,
         quoted_node(from.node) + " says more of members than is read: it is left out until it says less");
  }
  return false;
}

} // namespace weir
