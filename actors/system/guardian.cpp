#include "actors/system/guardian.hpp"

#include "actors/system/failure.hpp"

#include <memory>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto supervisor_timeout = 3s;

auto observe_all(caf::stateful_actor<guardian_state>* self) -> caf::result<std::vector<observation>> {
  struct collection {
    std::vector<std::vector<observation>> tiers;
    std::size_t open = 0;
    caf::typed_response_promise<std::vector<observation>> promise;
    void close_one() {
      if (--open > 0) return;
      auto joined = std::vector<observation>{};
      // Tiers were started from the sinks up; people read them in the direction of the data.
      for (auto at = tiers.rbegin(); at != tiers.rend(); ++at)
        joined.insert(joined.end(), at->begin(), at->end());
      promise.deliver(std::move(joined));
    }
  };
  const auto& supervisors = self->state.supervisors;
  auto promise = self->make_response_promise<std::vector<observation>>();
  auto all = std::make_shared<collection>(collection{{}, supervisors.size() + 1, promise});
  all->tiers.resize(supervisors.size());
  for (std::size_t i = 0; i < supervisors.size(); ++i)
    self->request(supervisors[i], supervisor_timeout, observe_atom::value)
        .then(
            [self, all, i](const std::vector<observation>& answers) {
              all->tiers[i] = self->state.last[i] = answers;
              all->close_one();
            },
            [self, all, i](const caf::error&) {
              const auto& children = self->state.settings.tiers[i].children;
              auto& last = self->state.last[i];
              last.resize(children.size());
              for (std::size_t c = 0; c < children.size(); ++c)
                all->tiers[i].push_back(unanswered(children[c], last[c]));
              all->close_one();
            });
  all->close_one(); // the one that kept it open until all were asked
  return promise;
}

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
    auto child = self->spawn(supervisor, tier, caf::actor_cast<caf::actor_addr>(self));
    self->monitor(child);
    s.supervisors.push_back(std::move(child));
  }
  s.last.resize(s.supervisors.size());
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
      [self](observe_atom) { return observe_all(self); },
  };
}

} // namespace weir
