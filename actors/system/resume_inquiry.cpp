#include "actors/system/resume_inquiry.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

auto node_of(const std::string& address) -> std::string { return address.substr(0, address.find('/')); }

/// The parts of `a` that are in `b` as well; both by stream and in order, without overlaps.
auto intersection(const std::vector<position_range>& a, const std::vector<position_range>& b)
    -> std::vector<position_range> {
  auto common = std::vector<position_range>{};
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->stream == j->stream) {
      const auto begin = std::max(i->begin, j->begin);
      const auto end = std::min(i->end, j->end);
      if (begin < end) common.push_back({i->stream, begin, end});
    }
    const auto i_first = std::tie(i->stream, i->end) < std::tie(j->stream, j->end);
    ++(i_first ? i : j);
  }
  return common;
}

} // namespace

resume_inquiry::resume_inquiry(std::string source, std::vector<downstream_component> components,
                               monotonic_time give_up_at)
    : source_(std::move(source)), give_up_at_(give_up_at) {
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

void resume_inquiry::on_answer(const std::string& receiver, const std::vector<position_range>& positions,
                               const std::vector<position_range>& partly) {
  for (auto& c : components_) {
    if (!c.receivers.contains(receiver)) continue;
    if (answered_.insert(receiver).second) partly_.insert(partly_.end(), partly.begin(), partly.end());
    for (const auto& p : positions) c.known.add(source_, p);
  }
}

auto resume_inquiry::is_answered(const component& c) const -> bool {
  return std::any_of(c.receivers.begin(), c.receivers.end(),
                     [&](const auto& r) { return answered_.contains(r); });
}

/// Everybody who may have something has answered.
auto resume_inquiry::is_whole(const component& c) const -> bool {
  auto on_node = std::map<std::string, std::uint32_t>{};
  for (const auto& r : c.receivers) {
    if (!answered_.contains(r)) return false;
    ++on_node[node_of(r)];
  }
  return !on_node.empty() && c.unheard.empty()
         && std::all_of(on_node.begin(), on_node.end(),
                        [&](const auto& n) { return n.second >= c.plan.instances; });
}

auto resume_inquiry::is_decided(std::size_t index, monotonic_time now) const -> bool {
  const auto& c = components_[index];
  return is_whole(c) || (now >= give_up_at_ && is_answered(c));
}

auto resume_inquiry::is_complete(monotonic_time now) const -> bool {
  for (std::size_t i = 0; i < components_.size(); ++i)
    if (!is_decided(i, now)) return false;
  return true;
}

auto resume_inquiry::missing() const -> std::vector<std::string> {
  auto all = std::set<std::string>{};
  for (const auto& c : components_) {
    for (const auto& r : c.receivers)
      if (!answered_.contains(r)) all.insert(r);
    for (const auto& node : c.unheard) all.insert("node " + node);
    if (c.receivers.empty() && c.unheard.empty()) all.insert(c.plan.name);
  }
  return {all.begin(), all.end()};
}

auto resume_inquiry::missing_text() const -> std::string {
  auto text = std::string{};
  for (const auto& who : missing()) text += (text.empty() ? "" : ", ") + who;
  return text;
}

auto resume_inquiry::known() const -> std::vector<std::vector<position_range>> {
  auto by_component = std::vector<std::vector<position_range>>{};
  for (const auto& c : components_) by_component.push_back(c.known.of(source_));
  return by_component;
}

auto resume_inquiry::result() const -> resume_info {
  auto info = where_to_go_on(source_, known());
  info.partly.insert(info.partly.end(), partly_.begin(), partly_.end());
  return info;
}

auto where_to_go_on(const std::string& source, const std::vector<std::vector<position_range>>& by_receiver)
    -> resume_info {
  auto info = resume_info{};
  if (by_receiver.empty()) return info;
  info.covered = by_receiver.front();
  for (const auto& some : by_receiver) info.covered = intersection(info.covered, some);
  auto everywhere = position_index{SIZE_MAX};
  for (const auto& p : info.covered) everywhere.add(source, p);
  for (const auto& some : by_receiver)
    for (const auto& p : some)
      if (!everywhere.covers(source, {{p}})) info.partly.push_back(p);
  return info;
}

} // namespace weir
