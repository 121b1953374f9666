#include "actors/system/directory.hpp"

#include "actors/system/failure.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace weir {

auto peer_table::announce(const peer& who) -> std::vector<std::string> {
  if (who.handle)
    local_[who.address] = who;
  else
    local_.erase(who.address);
  return {who.component};
}

auto peer_table::set_node(const std::string& node, const std::vector<peer>& peers)
    -> std::vector<std::string> {
  auto changed = std::set<std::string>{};
  if (const auto before = remote_.find(node); before != remote_.end())
    for (const auto& p : before->second) changed.insert(p.component);
  for (const auto& p : peers) changed.insert(p.component);
  if (peers.empty())
    remote_.erase(node);
  else
    remote_[node] = peers;
  return {changed.begin(), changed.end()};
}

auto peer_table::hear_of(const std::string& node) -> bool {
  const auto is_first = heard_.insert(node).second;
  return std::erase(unheard_, node) > 0 || (is_first && awaited_.components.contains(node));
}

auto peer_table::await(const await_nodes& wanted) -> std::vector<std::string> {
  auto changed = std::set<std::string>{};
  const auto add_changed = [&](const await_nodes& all, const await_nodes& other) {
    for (const auto& [node, components] : all.components) {
      const auto at = other.components.find(node);
      if (!heard_.contains(node) && (at == other.components.end() || at->second != components))
        changed.insert(components.begin(), components.end());
    }
  };
  add_changed(wanted, awaited_);
  add_changed(awaited_, wanted);
  awaited_ = wanted;
  return {changed.begin(), changed.end()};
}

auto peer_table::unheard(const std::string& component) const -> std::vector<std::string> {
  auto all = unheard_;
  for (const auto& [node, components] : awaited_.components) {
    const auto may_have = std::find(components.begin(), components.end(), component) != components.end();
    if (may_have && !heard_.contains(node) && std::find(all.begin(), all.end(), node) == all.end()) all.push_back(node);
  }
  return all;
}

auto peer_table::peers_of(const std::string& component) const -> std::vector<peer> {
  auto found = std::vector<peer>{};
  for (const auto& [address, p] : local_)
    if (p.component == component) found.push_back(p);
  for (const auto& [node, peers] : remote_)
    std::copy_if(peers.begin(), peers.end(), std::back_inserter(found),
                 [&](const peer& p) { return p.component == component; });
  return found;
}

auto peer_table::local() const -> std::vector<peer> {
  auto all = std::vector<peer>{};
  for (const auto& [address, p] : local_) all.push_back(p);
  return all;
}

namespace {

/// Tells who watches `component`, and those who watch all that is local ("").
void tell(directory_actor::stateful_pointer<directory_state> self, const std::string& component) {
  auto& s = self->state;
  const auto note = peers_changed{component, s.table.peers_of(component), s.table.unheard(component)};
  for (const auto& who : s.watchers[component])
    if (const auto to = who.lock()) self->send(to, note);
}

/// Once for all that is announced before its turn comes.
void tell_local_soon(directory_actor::stateful_pointer<directory_state> self) {
  if (!std::exchange(self->state.is_local_news, true)) self->send(self, step_atom::value);
}

void tell_local(directory_actor::stateful_pointer<directory_state> self) {
  auto& s = self->state;
  s.is_local_news = false;
  const auto note = peers_changed{"", s.table.local(), {}};
  for (const auto& who : s.watchers[""])
    if (const auto to = who.lock()) self->send(to, note);
}

void watch(directory_actor::stateful_pointer<directory_state> self, const std::string& component) {
  auto& s = self->state;
  const auto who = caf::actor_cast<watcher_actor>(self->current_sender()); // senders have no type
  if (!who) return;
  auto& watchers = s.watchers[component];
  if (std::none_of(watchers.begin(), watchers.end(), [&](const auto& w) { return w.address() == who.address(); })) {
    watchers.emplace_back(who);
    self->monitor(who);
  }
  self->send(who, component.empty() ? peers_changed{"", s.table.local(), {}}
                                    : peers_changed{component, s.table.peers_of(component), s.table.unheard(component)});
}

} // namespace

auto directory(directory_actor::stateful_pointer<directory_state> self, std::vector<std::string> awaited)
    -> directory_actor::behavior_type {
  end_node_on_exceptions(self, "directory");
  self->state.table = peer_table{std::move(awaited)};
  self->set_down_handler([self](const caf::down_msg& m) {
    for (auto& [component, who] : self->state.watchers)
      std::erase_if(who, [&](const auto& w) { return w.address() == m.source; });
  });
  return {
      [self](const announce_peer& note) {
        for (const auto& component : self->state.table.announce(note.who)) tell(self, component);
        tell_local_soon(self);
      },
      [self](step_atom) { tell_local(self); },
      [self](const node_peers& note) {
        const auto is_news = self->state.table.hear_of(note.node);
        const auto changed = self->state.table.set_node(note.node, note.peers);
        if (!is_news)
          for (const auto& component : changed) tell(self, component);
        else
          for (const auto& [component, who] : std::map{self->state.watchers})
            if (!component.empty()) tell(self, component); // those who wait for all nodes
      },
      [self](const await_nodes& note) {
        for (const auto& component : self->state.table.await(note)) tell(self, component);
      },
      [self](watch_atom, const std::string& component) { watch(self, component); },
  };
}

} // namespace weir
