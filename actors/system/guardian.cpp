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
void on_finished(guardian_actor::stateful_pointer<guardian_state> self, const child_finished& note) {
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

/// The node ends with any of them, and they with the guardian, however that ends. No link would do: its state goes first,
/// and who is held by nobody ends as unreachable, which is nothing that was asked for.
void start_supervisors(guardian_actor::stateful_pointer<guardian_state> self) {
  auto& s = self->state;
  for (auto& tier : s.settings.tiers) {
    tier.directory = s.settings.directory;
    tier.boards = s.settings.boards;
    auto child = self->spawn(supervisor, tier, guardian_actor{self});
    self->attach_functor([child] { caf::anon_send_exit(child, caf::exit_reason::user_shutdown); });
    end_node_with(*child, "supervisor", s.settings.on_failed);
    s.supervisors.push_back(std::move(child));
  }
}

} // namespace

auto guardian(guardian_actor::stateful_pointer<guardian_state> self, guardian_settings settings)
    -> guardian_actor::behavior_type {
  end_node_on_exceptions(self, "guardian");
  auto& s = self->state;
  s.settings = std::move(settings);
  start_supervisors(self);
  return {
      [self](const child_finished& note) { on_finished(self, note); },
      [self](const children_changed& note) { on_change(self->state, note); },
      [self](supervisors_atom) { return self->state.supervisors; },
  };
}

} // namespace weir
