#include "actors/system/resume_inquiry.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir {
namespace {

auto node_of(const std::string& address) -> std::string { return address.substr(0, address.find('/')); }

/// Whether what the answer says is no more under way.
auto is_final(const known_positions& note, const std::string& source) -> bool {
  auto has = position_index{SIZE_MAX};
  for (const auto* list : {&note.positions, &note.settled})
    for (const auto& p : *list) has.add(source, p);
  return std::all_of(note.elsewhere.begin(), note.elsewhere.end(),
                     [&](const position_range& p) { return p.begin == p.end || has.covers(source, {{p}}); });
}

/// The parts of `a` that are in `b` as well; both by stream and in order, without overlaps.
auto intersection(const std::vector<position_range>& a, const std::vector<position_range>& b)
    -> std::vector<position_range> {
  auto common = std::vector<position_range>{};
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->stream == j->stream) {
      const auto begin = std::max(i->begin, j->begin);
      const auto end = std::min(i->end, j->end);
      // An empty range says that a stream is there.
      if (begin < end || (begin == end && *i == *j)) common.push_back({i->stream, begin, end});
    }
    const auto i_first = std::tie(i->stream, i->end) < std::tie(j->stream, j->end);
    ++(i_first ? i : j);
  }
  return common;
}

} // namespace

auto absence_text(const std::vector<downstream_component>& all, const std::string& component) -> std::string {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == component; });
  if (at == all.end() || at->placed.empty()) return "no " + component + " is there to send to";
  return "waits for a node of " + at->placed + ": nobody there hosts " + component;
}

resume_inquiry::resume_inquiry(std::string source, std::vector<downstream_component> components)
    : source_(std::move(source)) {
  for (auto& c : components) components_.emplace_back().plan = std::move(c);
}

void resume_inquiry::on_peers(const std::string& name, const std::vector<std::string>& addresses,
                              const std::vector<std::string>& unheard) {
  for (auto& c : components_) {
    if (c.plan.name != name) continue;
    c.receivers.insert(addresses.begin(), addresses.end());
    c.unheard = c.plan.is_local ? std::vector<std::string>{} : unheard;
  }
}

void resume_inquiry::on_answer(const known_positions& note) {
  for (auto& c : components_) {
    if (!c.plan.is_asked || !c.receivers.contains(note.receiver)) continue;
    if (!c.plan.has_to_be_sure || is_final(note, source_)) answered_.insert(note.receiver);
    for (const auto& p : note.positions) c.known.add(source_, p);
    auto& on_node = c.by_node.try_emplace(node_of(note.receiver), SIZE_MAX).first->second;
    for (const auto& p : note.positions) on_node.add(source_, p);
    for (const auto& p : note.settled) c.settled.add(source_, p);
    elsewhere_.insert(elsewhere_.end(), note.elsewhere.begin(), note.elsewhere.end());
  }
}

auto resume_inquiry::is_whole(const component& c) const -> bool {
  if (!c.plan.is_asked) return true;
  auto on_node = std::map<std::string, std::uint32_t>{};
  for (const auto& r : c.receivers) {
    if (!answered_.contains(r)) return false;
    ++on_node[node_of(r)];
  }
  return !on_node.empty() && c.unheard.empty()
         && std::all_of(on_node.begin(), on_node.end(),
                        [&](const auto& n) { return n.second >= c.plan.instances; });
}

auto resume_inquiry::is_complete() const -> bool {
  return std::all_of(components_.begin(), components_.end(), [&](const auto& c) { return is_whole(c); });
}

auto resume_inquiry::is_enough_answered() const -> bool {
  return !answered_.empty() && std::all_of(components_.begin(), components_.end(), [&](const component& c) {
    return !c.plan.wants_all || is_whole(c);
  });
}

auto resume_inquiry::patience(duration least) const -> duration {
  for (const auto& c : components_) least = std::max(least, c.plan.wait_for);
  return least;
}

auto resume_inquiry::is_awaited(const std::string& receiver) const -> bool {
  return !answered_.contains(receiver)
         && std::any_of(components_.begin(), components_.end(),
                        [&](const auto& c) { return c.plan.is_asked && c.receivers.contains(receiver); });
}

auto resume_inquiry::missing() const -> std::set<std::string> {
  auto all = std::set<std::string>{};
  for (const auto& c : components_) {
    if (!c.plan.is_asked) continue;
    for (const auto& r : c.receivers)
      if (!answered_.contains(r)) all.insert(r);
    for (const auto& node : c.unheard) all.insert("node " + node);
    if (c.receivers.empty() && c.unheard.empty()) all.insert(c.plan.name);
  }
  return all;
}

auto resume_inquiry::missing_text() const -> std::string {
  auto text = std::string{};
  for (const auto& who : missing()) text += (text.empty() ? "" : ", ") + who;
  return text;
}

/// Where copies are wanted, what only one node has may have been on its way to the others when its sender died.
auto resume_inquiry::had_by(const component& c) const -> std::vector<position_range> {
  if (c.plan.copies <= 1) return c.known.of(source_);
  auto had = std::vector<position_index>(c.plan.copies, position_index{SIZE_MAX}); // by one node more each
  for (const auto& [node, known] : c.by_node) {
    const auto own = known.of(source_);
    for (auto n = had.size() - 1; n > 0; --n)
      for (const auto& p : intersection(had[n - 1].of(source_), own)) had[n].add(source_, p);
    for (const auto& p : own) had[0].add(source_, p);
  }
  return had.back().of(source_);
}

auto resume_inquiry::common() const -> std::vector<position_range> {
  if (components_.empty()) return {};
  auto common = had_by(components_.front());
  for (const auto& c : components_) common = intersection(common, had_by(c));
  return common;
}

auto resume_inquiry::not_missed(std::vector<position_range> covered) const -> std::vector<position_range> {
  for (const auto& c : components_) {
    if (!c.plan.wants_all) continue;
    auto own = c.known;
    for (const auto& p : c.settled.of(source_)) own.add(source_, p);
    covered = intersection(covered, own.of(source_));
  }
  return covered;
}

auto resume_inquiry::settled() const -> std::vector<position_range> {
  auto all = position_index{SIZE_MAX};
  for (const auto& c : components_)
    for (const auto& p : c.settled.of(source_)) all.add(source_, p);
  return not_missed(all.of(source_));
}

/// Of one component alone nothing is read again that it has.
auto resume_inquiry::not_again_to(const std::string& name) const -> std::vector<position_range> {
  for (const auto& c : components_)
    if (c.plan.name == name && components_.size() > 1 && c.plan.wait_for > duration{0} && !c.plan.wants_all) return had_by(c);
  return {};
}

auto resume_inquiry::result() const -> resume_info {
  auto covered = position_index{SIZE_MAX};
  for (const auto& p : settled()) covered.add(source_, p);
  for (const auto& p : common()) covered.add(source_, p);
  auto info = resume_info{covered.of(source_), elsewhere_};
  for (const auto& c : components_)
    for (const auto& p : c.known.of(source_))
      if (!covered.covers(source_, {{p}})) info.elsewhere.push_back(p);
  return info;
}

} // namespace weir
