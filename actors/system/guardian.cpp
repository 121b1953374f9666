#include "actors/system/guardian.hpp"

#include "actors/system/failure.hpp"

namespace weir {
namespace {

void on_change(guardian_state& s, const children_changed& note) {
  if (note.is_there) return void(s.unfinished[note.component].insert(note.address));
  const auto at = s.unfinished.find(note.component);
  if (at == s.unfinished.end()) return;
  at->second.erase(note.address);
  if (at->second.empty()) s.unfinished.erase(at);
}

/// When a component has finished, so that nothing new can come of it, what reads its leavings is drained.
void on_finished(caf::stateful_actor<guardian_state>* self, const child_finished& note) {
  auto& s = self->state;
  for (auto at = s.unfinished.begin(); at != s.unfinished.end(); ++at) {
    if (at->second.erase(note.address) == 0) continue;
    if (!at->second.empty()) return;
    for (const auto& child : s.supervisors) self->send(child, drain_atom::value, at->first);
    s.unfinished.erase(at);
    break;
  }
  if (s.unfinished.empty()) s.settings.on_finished();
}

} // namespace

auto guardian(caf::stateful_actor<guardian_state>* self, guardian_settings settings) -> caf::behavior {
  auto& s = self->state;
  s.settings = std::move(settings);
  for (const auto& tier : s.settings.tiers)
    for (const auto& c : tier.children) s.unfinished[c.component].insert(c.address);
  self->set_down_handler([self](const caf::down_msg& m) {
    if (m.reason && m.reason != caf::exit_reason::user_shutdown)
      self->state.settings.on_failed(failure_text(self->system(), m.reason));
  });
  for (auto& tier : s.settings.tiers) {
    tier.directory = s.settings.directory;
    tier.boards = s.settings.boards;
    auto child = self->spawn(supervisor, tier, caf::actor_cast<caf::actor_addr>(self));
    self->monitor(child);
    s.supervisors.push_back(std::move(child));
  }
  self->set_exit_handler([self](const caf::exit_msg& m) {
    for (const auto& child : self->state.supervisors) self->send_exit(child, m.reason);
    self->state.supervisors.clear();
    self->quit(m.reason);
  });
  return {
      [self](const child_finished& note) { on_finished(self, note); },
      [self](const children_changed& note) { on_change(self->state, note); },
      [self](supervisors_atom) { return self->state.supervisors; },
      [self](drain_atom) {
        for (const auto& child : self->state.supervisors) self->send(child, drain_atom::value);
      },
  };
}

} // namespace weir
