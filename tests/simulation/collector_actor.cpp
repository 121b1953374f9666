#include "tests/simulation/collector_actor.hpp"

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

void lose_positions(chunk& c) {
  c.positions.clear();
  c.cuts.clear();
  for (auto& s : c.sections) s.cuts = 0;
}

/// Makes the mistakes that a collector can make with its chunks.
void spoil(transfer_chunks& sent, bug mistake) {
  for (auto& c : sent.chunks) {
    auto other = std::make_shared<chunk>(*c.content);
    if (mistake == bug::loses_positions) lose_positions(*other);
    if (mistake == bug::settles_too_much) ++other->settled_below;
    if (mistake == bug::tells_settled_early) other->settled = other->positions;
    c.content = std::move(other);
  }
}

auto is_about_chunks(bug mistake) -> bool {
  return mistake == bug::loses_positions || mistake == bug::settles_too_much || mistake == bug::tells_settled_early;
}

} // namespace

collector_actor::collector_actor(world& w, process& host, const plan& how, source_maker make_source,
                                 const script& lines)
    : actor(w, host, how.component, how.address),
      plan_(how),
      make_source_(std::move(make_source)),
      lines_(lines),
      core_(std::make_shared<collector_core>(w.random.next(), how.address, how.outlets)) {
  core_->hold_bytes = how.hold_bytes;
  begin();
}

void collector_actor::begin() {
  auto settings = collector_machine_settings{};
  settings.address = address;
  settings.source = address;
  settings.context.clock = &in.time;
  settings.make_source = [this](const plugin_context&) { return make_source_(core_->starts == 1); };
  settings.downstream = plan_.downstream;
  settings.resumes = true;
  settings.listens = plan_.listens;
  settings.pace = plan_.pace;
  settings.random = [this] { return in.random.next(); };
  machine_ = std::make_unique<collector_machine>(std::move(settings), core_);
}

void collector_actor::start() {
  machine_->start();
  pass_on();
}

/// The source threw: what it handed on survives, it is opened again.
void collector_actor::fail() {
  if (machine_->is_waiting()) return;
  actor::fail();
  begin();
  on_peers();
  start();
}

void collector_actor::on_peers() {
  for (const auto& to : plan_.downstream) {
    auto there = std::vector<sender_links::receiver>{};
    for (const auto* p : in.peers_of(*this, to.name)) there.push_back({p->id, p->address});
    machine_->on_peers(to.name, std::move(there), in.unheard_of(*this, to.name));
  }
  pass_on();
}

void collector_actor::on_down(handle who) {
  machine_->on_down(who);
  pass_on();
}

void collector_actor::receive(handle, const message& m) {
  if (const auto* answer = std::get_if<known_positions>(&m)) {
    auto note = *answer;
    if (in.mistake == bug::takes_some_for_all)
      note.positions.insert(note.positions.end(), note.elsewhere.begin(), note.elsewhere.end());
    if (in.mistake == bug::takes_some_for_all) note.settled = note.positions;
    machine_->on_answer(note);
  }
  if (const auto* feedback = std::get_if<link_feedback>(&m)) machine_->on_feedback(*feedback);
  if (const auto* reopen = std::get_if<reopen_link>(&m)) machine_->on_reopen(*reopen);
  if (const auto* close = std::get_if<close_link>(&m)) machine_->on_close(*close);
  pass_on();
}

/// There are more lines.
void collector_actor::wake() {
  machine_->on_wake();
  pass_on();
}

void collector_actor::step() {
  machine_->on_time();
  pass_on();
}

void collector_actor::pass_on() {
  auto notes = machine_->take_outgoing();
  for (auto& n : notes) {
    auto* sent = std::get_if<transfer_chunks>(&n.what);
    if (sent == nullptr) continue;
    for (const auto& c : sent->chunks) {
      auto& span = in.spans[c.content->id.origin];
      span = std::max(span, c.content->id.sequence - c.content->settled_below + 1);
    }
    if (is_about_chunks(in.mistake)) spoil(*sent, in.mistake);
  }
  in.send_all(*this, std::move(notes));
  for (auto& q : machine_->take_questions()) in.send(*this, q.to, std::move(q.what));
  const auto now = in.time.monotonic();
  call_at(machine_->has_more() ? now + 1us : std::max(machine_->deadline(), now + 1us));
}

auto collector_actor::check() const -> std::string {
  return imbalance_of(*core_->board, {address, component, "collector", {}}, in.time);
}

auto collector_actor::is_at_rest() const -> bool {
  return !machine_->is_waiting() && core_->is_empty() && lines_.is_done();
}

} // namespace weir::test
