#include "actors/system/supervisor.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <memory>

namespace weir {
namespace {

using namespace std::chrono_literals;

} // namespace

void supervisor_state::announce(const child& c) {
  if (const auto directory = caf::actor_cast<caf::actor>(settings.directory))
    self->send(directory, announce_peer{{c.spec.address, c.spec.component, c.handle}});
}

/// As long as there is a supervisor of it, also while it is away.
void supervisor_state::show(child& c) {
  if (!c.spec.board) return;
  c.spec.board->note_start();
  if (!settings.boards || c.shown.is_there()) return;
  c.shown = settings.boards->add({c.spec.address, c.spec.component, c.spec.tier, c.spec.type}, c.spec.board);
}

void supervisor_state::start(std::size_t index) {
  auto& c = children[index];
  c.handle = c.spec.make(self);
  self->monitor(c.handle);
  self->link_to(c.handle); // children do not outlive their supervisor
  announce(c);
  show(c);
  if (c.draining) self->send(c.handle, drain_atom::value); // the one before it may not have got to it
}

void supervisor_state::on_down(const caf::down_msg& m) {
  for (std::size_t i = 0; i < children.size(); ++i) {
    auto& c = children[i];
    if (!c.handle || c.handle.address() != m.source) continue;
    c.handle = nullptr;
    announce(c);
    const auto asked = !m.reason || m.reason == caf::exit_reason::user_shutdown;
    if (!asked) restart_later(i, m.reason);
    return;
  }
}

void supervisor_state::restart_later(std::size_t index, const caf::error& reason) {
  auto& c = children[index];
  const auto now = settings.time->monotonic();
  const auto why = failure_text(self->system(), reason);
  if (c.spec.board) c.spec.board->note_failure(why, settings.time->wall_ns(), settings.window.count());
  c.recent.push_back(now);
  while (!c.recent.empty() && now - c.recent.front() > settings.window) c.recent.pop_front();
  if (is_fatal(reason)) return give_up(reason);
  if (c.recent.size() > settings.restarts_max) {
    spdlog::error("{}: failed {} times within {}: gives up", c.spec.address, c.recent.size(),
                  to_text(settings.window));
    return give_up(failure_reason(failure::fatal, c.spec.address + " keeps failing: " + why));
  }
  const auto wait = backoff_delay(settings.backoff, static_cast<std::uint32_t>(c.recent.size()), random_id());
  spdlog::warn("{}: restarts in {}ms", c.spec.address, wait / 1ms);
  self->delayed_send(self, wait, restart_atom::value, static_cast<std::uint64_t>(index));
}

/// What its children have shown is the last that is known of them.
void supervisor_state::give_up(const caf::error& reason) {
  for (auto& c : children) c.shown.leave();
  self->quit(reason);
}

void supervisor_state::on_finished(const child_finished& note) {
  for (auto& c : children)
    if (c.spec.address == note.address) c.finished = true;
  if (const auto to = caf::actor_cast<caf::actor>(parent)) self->send(to, note);
}

void supervisor_state::drain() {
  for (auto& c : children)
    if (c.spec.drained_after.empty()) drain(c);
}

void supervisor_state::drain_after(const std::string& component) {
  for (auto& c : children)
    if (c.spec.drained_after == component) drain(c);
}

void supervisor_state::drain(child& c) {
  c.draining = true;
  if (c.handle) self->send(c.handle, drain_atom::value);
}

auto supervisor(caf::stateful_actor<supervisor_state>* self, supervisor_settings settings,
                caf::actor_addr parent) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.parent = std::move(parent);
  for (auto& spec : settings.children) s.children.push_back({std::move(spec), nullptr, {}});
  s.settings = std::move(settings);
  self->set_down_handler([self](const caf::down_msg& m) { self->state.on_down(m); });
  self->set_exit_handler([self](const caf::exit_msg& m) {
    // A child's exit means nothing here: its down_msg decides, and may come before or after.
    if (!m.source || m.source == self->state.parent) self->quit(m.reason);
  });
  for (std::size_t i = 0; i < s.children.size(); ++i) s.start(i);
  return {
      [self](restart_atom, std::uint64_t index) { self->state.start(index); },
      [self](const child_finished& note) { self->state.on_finished(note); },
      [self](drain_atom) { self->state.drain(); },
      [self](drain_atom, const std::string& component) { self->state.drain_after(component); },
  };
}

} // namespace weir
