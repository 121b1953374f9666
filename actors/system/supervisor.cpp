#include "actors/system/supervisor.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <memory>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto child_timeout = 2s;

} // namespace

void supervisor_state::announce(const child& c) {
  if (const auto directory = caf::actor_cast<caf::actor>(settings.directory))
    self->send(directory, announce_peer{{c.spec.address, c.spec.component, c.handle}});
}

void supervisor_state::start(std::size_t index) {
  auto& c = children[index];
  c.handle = c.spec.make(self);
  self->monitor(c.handle);
  self->link_to(c.handle); // children do not outlive their supervisor
  announce(c);
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
  c.last_error = failure_text(self->system(), reason);
  ++c.restarts;
  c.recent.push_back(now);
  while (!c.recent.empty() && now - c.recent.front() > settings.window) c.recent.pop_front();
  if (is_fatal(reason)) return self->quit(reason);
  if (c.recent.size() > settings.restarts_max) {
    spdlog::error("{}: failed {} times within {}: gives up", c.spec.address, c.recent.size(),
                  to_text(settings.window));
    return self->quit(failure_reason(failure::fatal, c.spec.address + " keeps failing: " + c.last_error));
  }
  const auto wait = backoff_delay(settings.backoff, static_cast<std::uint32_t>(c.recent.size()), random_id());
  spdlog::warn("{}: restarts in {}ms", c.spec.address, wait / 1ms);
  self->delayed_send(self, wait, restart_atom::value, static_cast<std::uint64_t>(index));
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

auto unanswered(const child_spec& child, const observation& last) -> observation {
  auto o = last;
  o.address = child.address;
  o.component = child.component;
  o.tier = child.tier;
  o.answers = false;
  o.state = "not answering";
  o.problems = {"it does not answer"};
  return o;
}

auto supervisor_state::absent(const child& c) const -> observation {
  auto o = unanswered(c.spec, c.last);
  if (!c.handle) {
    o.state = "restarting";
    o.problems = {"it failed and starts again: " + c.last_error};
  }
  add_failure(c, o);
  return o;
}

/// What ended a child is told until it has run for a while.
void supervisor_state::add_failure(const child& c, observation& to) const {
  to.restarts = c.restarts;
  if (c.recent.empty() || !to.last_error.empty()) return;
  const auto ago = settings.time->monotonic() - c.recent.back();
  if (c.handle && ago > settings.window) return;
  to.last_error = c.last_error;
  to.last_error_ns = settings.time->wall_ns() - std::chrono::nanoseconds{ago}.count();
}

auto supervisor_state::observe() -> caf::result<std::vector<observation>> {
  struct collection {
    std::vector<observation> answers;
    std::size_t open = 0;
    caf::typed_response_promise<std::vector<observation>> promise;
    void close_one() {
      if (--open == 0) promise.deliver(std::move(answers));
    }
  };
  auto promise = self->make_response_promise<std::vector<observation>>();
  auto all = std::make_shared<collection>(collection{{}, children.size() + 1, promise});
  for (const auto& c : children) all->answers.push_back(absent(c));
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto& c = children[i];
    if (!c.handle) {
      all->close_one();
      continue;
    }
    self->request(c.handle, child_timeout, observe_atom::value)
        .then(
            [this, all, i](const observation& o) {
              auto& answer = all->answers[i] = o;
              answer.seen_ns = settings.time->wall_ns();
              children[i].last = answer;
              add_failure(children[i], answer);
              all->close_one();
            },
            [all](const caf::error&) { all->close_one(); });
  }
  all->close_one(); // the one that kept it open until all were asked
  return promise;
}

auto supervisor(caf::stateful_actor<supervisor_state>* self, supervisor_settings settings,
                caf::actor_addr parent) -> caf::behavior {
  auto& s = self->state;
  s.self = self;
  s.parent = std::move(parent);
  for (auto& spec : settings.children) s.children.push_back({std::move(spec), nullptr, 0, {}, {}, {}});
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
      [self](observe_atom) { return self->state.observe(); },
  };
}

} // namespace weir
