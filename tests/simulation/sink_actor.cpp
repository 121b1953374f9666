#include "tests/simulation/sink_actor.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

} // namespace

sink_actor::sink_actor(world& w, process& host, const plan& how, store_maker make_store)
    : actor(w, host, how.component, how.address),
      plan_(how),
      make_store_(std::move(make_store)),
      core_(how.window, tag_pattern{}),
      from_(std::make_unique<receiver_links>(core_.in)) {}

/// The store threw: what was not committed survives.
void sink_actor::fail() {
  actor::fail();
  target_.reset();
  is_open_ = false;
  scheduled_ = false;
  questions_.clear();
  from_ = std::make_unique<receiver_links>(core_.in);
  schedule(1ms);
}

void sink_actor::on_down(handle who) {
  from_->on_down(who);
  send_feedback();
}

void sink_actor::receive(handle from, const message& m) {
  if (const auto* open = std::get_if<open_link>(&m)) from_->on_open(*open, from);
  if (const auto* chunks = std::get_if<transfer_chunks>(&m))
    for (const auto& c : from_->on_transfer(*chunks).fresh) core_.take(c);
  if (const auto* probe = std::get_if<probe_link>(&m)) from_->on_probe(*probe, from);
  if (const auto* close = std::get_if<close_link>(&m)) from_->on_close(*close, from);
  if (const auto* asked = std::get_if<ask_positions>(&m)) {
    if (in.mistake != bug::does_not_fence) from_->fence(asked->source);
    questions_.add(*asked, from, core_.taken);
    answer();
  }
  send_feedback();
  schedule(in.random.time_between(0ns, plan_.commit_takes));
}

void sink_actor::send_feedback() {
  from_->send_feedback();
  in.send_all(*this, from_->take_outgoing());
}

void sink_actor::schedule(std::chrono::nanoseconds after) {
  if (scheduled_ || core_.ready.empty()) return;
  scheduled_ = true;
  call_at(in.time.monotonic() + after);
}

auto sink_actor::open_store() -> bool {
  if (is_open_) return true;
  if (!target_) target_ = make_store_();
  is_open_ = bool{target_->open()};
  return is_open_;
}

void sink_actor::commit() {
  scheduled_ = false;
  const auto group = core_.next_group(plan_.group_bytes_max);
  if (group.empty()) return go_idle();
  if (!open_store()) return schedule(in.random.time_between(10ms, 500ms));
  const auto done = target_->commit({group, core_.match});
  if (home.disk->is_dead()) return;
  if (!done) {
    in.note(address, "could not commit: ", done.failure().what);
    is_open_ = false;
    return schedule(in.random.time_between(10ms, 500ms));
  }
  in.note(address, "committed ", done->events, " events");
  core_.settle(group.size(), *done, {});
  send_feedback();
  answer();
  schedule(in.random.time_between(0ns, plan_.commit_takes));
  if (!scheduled_) call_at(in.time.monotonic() + 1s);
}

void sink_actor::go_idle() {
  answer();
  if (!is_open_) return;
  if (const auto done = target_->idle(); !done) in.note(address, "is not idle: ", done.failure().what);
}

void sink_actor::answer() {
  questions_.answer([this](std::uint64_t mark) { return core_.taken - core_.ready.size() >= mark; },
                    [this](const auto& q) {
                      if (!open_store()) return false;
                      auto known = target_->positions(q.note.source);
                      if (!known) return false;
                      in.send(*this, q.from, known_positions{q.note.question, address, std::move(*known)});
                      return true;
                    });
}

auto sink_actor::check() const -> std::string {
  const auto gone = core_.events_stored + core_.ready_events + core_.dropped.total();
  if (gone > core_.events_in) return "more events left than came in";
  return {};
}

} // namespace weir::test
