#include "actors/system/supervisor.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

} // namespace

void supervisor_state::announce(const child& c) {
  if (const auto directory = settings.directory.lock())
    self->send(directory, announce_peer{{c.spec.address, c.spec.component, c.handle}});
}

auto supervisor_state::find(const std::string& address) -> child* {
  for (auto& c : children)
    if (c.spec.address == address) return &c;
  return nullptr;
}

/// As long as there is a supervisor of it, also while it is away.
void supervisor_state::show(child& c) {
  if (!c.spec.board) return;
  c.spec.board->note_start();
  if (!settings.boards || c.shown.is_there()) return;
  c.shown = settings.boards->add({c.spec.address, c.spec.component, c.spec.tier, c.spec.type}, c.spec.board);
}

void supervisor_state::start(child& c) {
  c.handle = c.spec.make(*self, supervisor_actor{self});
  self->monitor(c.handle);
  self->link_to(c.handle); // children do not outlive their supervisor
  announce(c);
  show(c);
  tell_what_to_do(c);
}

/// The one before it may not have got to it. Children are of all kinds: they have no type.
void supervisor_state::tell_what_to_do(const child& c) {
  if (!c.has_begun)
    caf::anon_send(c.handle, listen_atom::value);
  else if (c.spec.waits_to_begin)
    caf::anon_send(c.handle, start_atom::value);
  if (c.leaving)
    caf::anon_send(c.handle, leave_atom::value);
  else if (c.draining)
    caf::anon_send(c.handle, drain_atom::value);
}

void supervisor_state::start_again(const std::string& address) {
  if (auto* c = find(address); c != nullptr && !c->handle) start(*c);
}

void supervisor_state::on_down(const caf::down_msg& m) {
  for (auto& c : children) {
    if (!c.handle || c.handle.address() != m.source) continue;
    c.handle = nullptr;
    announce(c);
    return after_its_end(c, m.reason);
  }
}

void supervisor_state::after_its_end(child& c, const caf::error& reason) {
  if (c.dismissed) return remove(c.spec.address);
  if (c.next) {
    c.spec = std::move(*std::exchange(c.next, std::nullopt));
    return start(c);
  }
  const auto asked = !reason || reason == caf::exit_reason::user_shutdown;
  if (c.on_trial) {
    c.on_trial = false;
    const auto why = failure_text(self->system(), reason);
    c.asked.deliver(why.empty() ? std::string{"it ended"} : why);
    return;
  }
  if (!asked) restart_later(c, reason);
}

void supervisor_state::restart_later(child& c, const caf::error& reason) {
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
  self->delayed_send(self, wait, restart_atom::value, c.spec.address);
}

/// What its children have shown is the last that is known of them.
void supervisor_state::give_up(const caf::error& reason) {
  for (auto& c : children) c.shown.leave();
  self->quit(reason);
}

/// The end of one that leaves is not the end of the node's work.
void supervisor_state::on_finished(const child_finished& note) {
  auto* c = find(note.address);
  if (c == nullptr) return;
  c->finished = true;
  if (c->retires) {
    std::ignore = dismiss(note.address);
  } else if (c->leaving) {
    if (c->asked.pending()) c->asked.deliver(std::string{});
  } else if (const auto to = parent.lock()) {
    self->send(to, note);
  }
}

void supervisor_state::on_opened(const child_opened& note) {
  auto* c = find(note.address);
  if (c == nullptr || !std::exchange(c->on_trial, false)) return;
  c->asked.deliver(note.problem);
}

auto supervisor_state::hire(hire_child& change) -> change_outcome {
  const auto& address = change.spec.address;
  if (const auto* there = find(address))
    return address + (there->retires ? " is still on its way out" : " is there already");
  auto& c = children.emplace_back();
  c.spec = std::move(change.spec);
  c.has_begun = !c.spec.waits_to_begin;
  c.on_trial = change.has_to_work;
  if (c.on_trial) c.asked = self->make_response_promise<std::string>();
  tell_parent(c, true);
  start(c);
  if (!c.on_trial) return std::string{};
  return c.asked;
}

/// One that is away at the moment is told when it is back.
auto supervisor_state::begin(const begin_child& change) -> change_outcome {
  auto* c = find(change.address);
  if (c == nullptr) return "there is no " + change.address;
  if (std::exchange(c->has_begun, true)) return std::string{};
  c->on_trial = change.has_to_work;
  if (c->on_trial) c->asked = self->make_response_promise<std::string>();
  if (c->handle) tell_what_to_do(*c);
  if (!c->on_trial) return std::string{};
  return c->asked;
}

auto supervisor_state::revise(revise_child& change) -> change_outcome {
  auto* c = find(change.spec.address);
  if (c == nullptr) return std::string{"there is no " + change.spec.address};
  c->spec = std::move(change.spec);
  if (c->handle) caf::anon_send(c->handle, std::move(change.change));
  return std::string{};
}

auto supervisor_state::replace(child_spec spec) -> change_outcome {
  auto* c = find(spec.address);
  if (c == nullptr) return std::string{"there is no " + spec.address};
  c->leaving = c->finished = c->retires = c->draining = false;
  c->on_trial = true;
  c->recent.clear();
  c->asked = self->make_response_promise<std::string>();
  if (c->handle) {
    c->next = std::move(spec);
    end(*c);
  } else {
    c->spec = std::move(spec);
    start(*c);
  }
  return c->asked;
}

auto supervisor_state::let_leave(const std::string& address) -> change_outcome {
  auto* c = find(address);
  if (c == nullptr || c->finished) return std::string{};
  c->leaving = true;
  c->asked = self->make_response_promise<std::string>();
  if (c->handle) caf::anon_send(c->handle, leave_atom::value);
  return c->asked;
}

auto supervisor_state::retire(const std::string& address) -> change_outcome {
  auto* c = find(address);
  if (c == nullptr) return std::string{};
  c->retires = true;
  if (c->finished) return dismiss(address);
  if (!c->leaving) drain(*c);
  return std::string{};
}

auto supervisor_state::dismiss(const std::string& address) -> change_outcome {
  auto* c = find(address);
  if (c == nullptr) return std::string{};
  if (!c->handle) return remove(address), std::string{};
  c->dismissed = true;
  c->asked = self->make_response_promise<std::string>(); // nobody's, if it ends by itself
  end(*c);
  return c->asked;
}

/// A reason of its own: what ends because it was asked to is nobody's failure.
void supervisor_state::end(child& c) { self->send_exit(c.handle, caf::exit_reason::user_shutdown); }

void supervisor_state::remove(const std::string& address) {
  const auto at = std::find_if(children.begin(), children.end(), [&](const child& c) { return c.spec.address == address; });
  tell_parent(*at, false);
  auto asked = at->asked;
  children.erase(at);
  if (asked.pending()) asked.deliver(std::string{});
}

void supervisor_state::tell_parent(const child& c, bool is_there) {
  if (const auto to = parent.lock())
    self->send(to, children_changed{c.spec.component, c.spec.address, is_there});
}

auto supervisor_state::handle_of(const std::string& address) -> caf::actor {
  const auto* c = find(address);
  return c == nullptr ? nullptr : c->handle;
}

void supervisor_state::drain(const std::string& address) {
  if (auto* c = find(address)) drain(*c);
}

void supervisor_state::drain_after(const std::string& component) {
  for (auto& c : children)
    if (c.spec.drained_after == component) drain(c);
}

void supervisor_state::drain(child& c) {
  c.draining = true;
  if (c.handle) caf::anon_send(c.handle, drain_atom::value);
}

auto supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_settings settings,
                weak_handle<owner_actor> parent) -> supervisor_actor::behavior_type {
  end_node_on_exceptions(self, "supervisor");
  auto& s = self->state;
  s.self = self;
  s.parent = std::move(parent);
  s.settings = std::move(settings);
  self->set_down_handler([self](const caf::down_msg& m) { self->state.on_down(m); });
  self->set_exit_handler([self](const caf::exit_msg& m) {
    // A child's exit means nothing here: its down_msg decides, and may come before or after.
    // What nobody in particular sends has its receiver's own address.
    if (m.source == self->address()) self->quit(m.reason);
  });
  return {
      [self](restart_atom, const std::string& address) { self->state.start_again(address); },
      [self](const child_finished& note) { self->state.on_finished(note); },
      [self](const child_opened& note) { self->state.on_opened(note); },
      [self](hire_child& change) { return self->state.hire(change); },
      [self](const begin_child& change) { return self->state.begin(change); },
      [self](revise_child& change) { return self->state.revise(change); },
      [self](replace_child& change) { return self->state.replace(std::move(change.spec)); },
      [self](const let_child_leave& change) { return self->state.let_leave(change.address); },
      [self](const retire_child& change) { return self->state.retire(change.address); },
      [self](const dismiss_child& change) { return self->state.dismiss(change.address); },
      [self](progress_atom, const std::string& address) { return self->state.handle_of(address); },
      [self](const drain_child& change) { self->state.drain(change.address); },
      [self](drain_atom, const std::string& component) { self->state.drain_after(component); },
  };
}

} // namespace weir
