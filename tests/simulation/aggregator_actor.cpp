#include "tests/simulation/aggregator_actor.hpp"

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

/// The same chunk without its events.
auto emptied(const chunk_ptr& c) -> chunk_ptr {
  auto other = std::make_shared<chunk>(*c);
  other->sections.clear();
  other->cuts.clear();
  other->count = 0;
  other->body = {};
  return other;
}

} // namespace

namespace {

auto found_in(const chunk_log* log) -> std::uint64_t {
  auto most = std::uint64_t{0};
  for (std::size_t i = 0; log != nullptr && i < log->readers(); ++i)
    most = std::max(most, log->is_new(i) ? world::unbounded : log->last() - log->settled_up_to(i));
  return most;
}

} // namespace

aggregator_actor::aggregator_actor(world& w, process& host, const plan& how, std::unique_ptr<chunk_log> log)
    : actor(w, host, how.component, how.address),
      plan_(how),
      found_(found_in(log.get())),
      core_(std::make_shared<aggregator_core>(how.window, how.outlets, std::move(log))) {
  begin();
}

void aggregator_actor::begin() {
  auto settings = aggregator_machine_settings{};
  settings.address = address;
  settings.downstream = plan_.downstream;
  settings.random = [this] { return in.random.next(); };
  if (plan_.keeps_copies) {
    settings.copies.component = component;
    settings.copies.take_over_after = in.mistake == bug::takes_nothing_over ? duration{1h} : duration{3s};
    settings.copies.give_up_after = duration{1000h}; // nothing should have to wait for that
    settings.refills.replicas = in.mistake == bug::makes_up_for_no_copies ? 1 : 2;
  }
  machine_ = std::make_unique<aggregator_machine>(std::move(settings), core_, in.time);
}

/// Its actor failed; the core survives. What the syncer was about to say is lost.
void aggregator_actor::fail() {
  actor::fail();
  is_syncing_ = false;
  begin();
  on_peers();
}

void aggregator_actor::on_peers() {
  if (plan_.keeps_copies) {
    auto others = std::vector<sender_links::receiver>{};
    for (const auto* p : in.others_of(*this)) others.push_back({p->id, p->address});
    machine_->on_peers(component, std::move(others), {});
  }
  for (const auto& to : plan_.downstream) {
    auto there = std::vector<sender_links::receiver>{};
    for (const auto* p : in.peers_of(*this, to.name)) there.push_back({p->id, p->address});
    machine_->on_peers(to.name, std::move(there), in.unheard_of(*this, to.name));
  }
  step();
}

void aggregator_actor::on_down(handle who) {
  machine_->on_down(who);
  step();
}

void aggregator_actor::take(const transfer_chunks& note) {
  auto taken = note;
  for (const auto& c : taken.chunks) {
    if (!c.content) continue;
    biggest_ = std::max<std::uint64_t>(biggest_, c.content->footprint_bytes());
    taken_.add(*c.content);
  }
  if (in.mistake == bug::acks_copies_it_has_not)
    for (auto& c : taken.chunks)
      if (c.content && !c.content->copy_of.empty()) c.content = emptied(c.content);
  auto& last = taken.chunks.back().content;
  if (in.mistake == bug::drops_last_chunk && taken.chunks.size() > 1 && last) last = emptied(last);
  machine_->on_transfer(taken);
}

void aggregator_actor::receive(handle from, const message& m) {
  if (const auto* open = std::get_if<open_link>(&m)) machine_->on_open(*open, from);
  if (const auto* chunks = std::get_if<transfer_chunks>(&m)) take(*chunks);
  if (const auto* feedback = std::get_if<link_feedback>(&m)) machine_->on_feedback(*feedback);
  if (const auto* probe = std::get_if<probe_link>(&m)) machine_->on_probe(*probe, from);
  if (const auto* close = std::get_if<close_link>(&m)) machine_->on_close(*close, from);
  if (const auto* asked = std::get_if<ask_positions>(&m)) {
    source_of_[asked->question] = asked->source;
    machine_->on_question(*asked, from);
  }
  if (const auto* answer = std::get_if<known_positions>(&m)) machine_->on_answer(*answer);
  if (const auto* asked = std::get_if<ask_settled>(&m)) machine_->on_question(*asked, from);
  if (const auto* answer = std::get_if<known_settled>(&m)) {
    auto heard = *answer;
    if (in.mistake == bug::takes_what_never_came_for_stored) std::swap(heard.settled, heard.unseen);
    if (in.mistake == bug::takes_nothing_over) heard.unseen.clear();
    machine_->on_answer(heard);
  }
  if (const auto* asked = std::get_if<ask_had>(&m)) machine_->on_question(*asked, from);
  if (const auto* answer = std::get_if<known_had>(&m)) machine_->on_answer(*answer);
  if (const auto* reopen = std::get_if<reopen_link>(&m)) machine_->on_reopen(*reopen);
  links_max_ = std::max(links_max_, core_->in.links());
  step();
}

/// Another thread waits for the device meanwhile.
void aggregator_actor::start_sync() {
  auto job = machine_->take_sync();
  if (!job) return;
  is_syncing_ = true;
  const auto takes = in.peace ? 1ms : in.random.time_between(0ns, plan_.sync_takes);
  // Whoever takes the job may be gone before it is done.
  in.time.after(takes / 2,
                [this, &w = in, me = id, takes, shared = std::make_shared<sync_job>(std::move(*job))] {
                  if (w.find(me) == nullptr) return;
                  const auto outcome = shared->run();
                  w.note(address, "fsync: ", outcome ? "done" : outcome.failure().what);
                  w.time.after(outcome ? takes / 2 : 0ns, [this, &w, me, shared, outcome] {
                    if (w.find(me) == nullptr) return;
                    is_syncing_ = false;
                    machine_->on_synced(*shared, outcome);
                    step();
                  });
                });
}

/// The mistake: what was sent is taken for acked.
void aggregator_actor::pass_early(const std::vector<outgoing>& notes) {
  if (in.mistake != bug::passes_cursor_early || !core_->is_durable()) return;
  auto ids = std::vector<chunk_id>{};
  for (const auto& n : notes)
    if (const auto* sent = std::get_if<transfer_chunks>(&n.what))
      for (const auto& c : sent->chunks) ids.push_back(c.content->id);
  for (std::size_t i = 0; i < core_->flow.size(); ++i) core_->on_news({i, core_->flow.at(i).ack(ids), {}});
}

/// The mistake: whoever asks is not told that nobody passes on what it asks for.
void aggregator_actor::leave_open(std::vector<outgoing>& notes) {
  if (in.mistake != bug::says_nothing_of_copies_of_copies) return;
  for (auto& n : notes)
    if (auto* answer = std::get_if<known_settled>(&n.what))
      std::erase_if(answer->unseen, [&](const id_range& r) { return core_->copies().contains({r.origin, r.first}); });
}

/// The mistakes: copies go when they are acked, or when their keeper starts again.
void aggregator_actor::mistake_copies() {
  if (in.mistake == bug::lets_copies_go_when_acked && !is_syncing_)
    for (const auto& holder : core_->copies().holders())
      for (const auto& ids : core_->copies().ids_of(holder, in.time.monotonic(), 1000)) core_->note_stored(ids);
}

void aggregator_actor::step() {
  machine_->work();
  mistake_copies();
  start_sync();
  send();
  const auto now = in.time.monotonic();
  call_at(std::max(machine_->deadline(), now + 1us));
}

void aggregator_actor::send() {
  auto notes = machine_->take_outgoing();
  pass_early(notes);
  leave_open(notes);
  in.send_all(*this, std::move(notes));
  for (auto& q : machine_->take_questions()) in.send(*this, q.to, std::move(q.what));
  for (auto& a : machine_->take_answers()) {
    if (in.mistake == bug::answers_early)
      for (const auto& p : taken_.of(source_of_[a.what.question])) a.what.positions.push_back(p);
    in.send(*this, a.to, std::move(a.what));
  }
}

auto aggregator_actor::check() const -> std::string {
  const auto used = core_->in.granted_bytes() + core_->in.held_bytes();
  if (used > plan_.window.capacity_bytes + links_max_ * (plan_.window.floor_bytes + biggest_))
    return "granted and holds more than its capacity";
  if (core_->held().events_held + core_->dropped.total() > core_->events_in) return "holds more events than came in";
  return imbalance_of(*core_->board, {address, component, "destination_aggregator", {}}, in.time);
}

} // namespace weir::test
