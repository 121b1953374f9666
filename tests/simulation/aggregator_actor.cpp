#include "tests/simulation/aggregator_actor.hpp"

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_interval = 5s;

} // namespace

aggregator_actor::aggregator_actor(world& w, process& host, const plan& how, std::unique_ptr<chunk_log> log)
    : actor(w, host, how.component, how.address),
      plan_(how),
      core_(how.window, how.outlets, std::move(log)),
      from_(std::make_unique<receiver_links>(core_.in)) {
  make_links();
}

void aggregator_actor::start() { step(); }

/// Its actor failed; the core survives. What the syncer was about to say is lost.
void aggregator_actor::fail() {
  actor::fail();
  questions_.clear();
  asked_.clear();
  syncing_ = false;
  from_ = std::make_unique<receiver_links>(core_.in);
  core_.begin_again(in.time.monotonic());
  make_links();
  on_peers();
}

void aggregator_actor::make_links() {
  links_.clear();
  for (std::size_t i = 0; i < plan_.downstream.size(); ++i)
    links_.emplace_back(address, i, [this] { return in.random.next(); });
}

void aggregator_actor::on_peers() {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    auto there = std::vector<sender_links::receiver>{};
    for (const auto* p : in.peers_of(*this, plan_.downstream[i])) there.push_back({p->id, p->address});
    links_[i].update(core_.flow, there);
  }
  step();
}

void aggregator_actor::on_down(handle who) {
  from_->on_down(who);
  for (auto& l : links_) l.on_down(core_.flow, who);
}

void aggregator_actor::take(const transfer_chunks& note) {
  auto fresh = from_->on_transfer(note).fresh;
  if (in.mistake == bug::drops_last_chunk && fresh.size() > 1) {
    core_.in.make_safe(fresh.back()->id);
    fresh.pop_back();
  }
  for (const auto& c : fresh) {
    biggest_ = std::max<std::uint64_t>(biggest_, c->footprint_bytes());
    core_.take(c, in.time.monotonic());
  }
}

void aggregator_actor::on_feedback(const link_feedback& note) {
  for (auto& l : links_) {
    auto news = l.on_feedback(core_.flow, note);
    if (!news) continue;
    return core_.on_news(std::move(*news));
  }
}

void aggregator_actor::ask(const ask_positions& note, handle from) {
  if (in.mistake != bug::does_not_fence) from_->fence(note.source);
  if (in.mistake == bug::forgets_mark) questions_.clear();
  questions_.add(note, from, core_.mark());
  auto& first = asked_[note.source];
  if (first.first != note.question) first = {note.question, core_.mark()};
}

void aggregator_actor::answer() {
  const auto is_early = in.mistake == bug::answers_early;
  questions_.answer([&](std::uint64_t mark) { return is_early || core_.is_safe_up_to(mark); },
                    [&](const auto& q) {
                      const auto& [question, source, sender, is_passed_on, is_urgent] = q.note;
                      in.send(*this, q.from, known_positions{question, address, core_.positions_of(source)});
                      asked_.erase(source);
                      return true;
                    });
}

void aggregator_actor::receive(handle from, const message& m) {
  if (const auto* open = std::get_if<open_link>(&m)) from_->on_open(*open, from);
  if (const auto* chunks = std::get_if<transfer_chunks>(&m)) take(*chunks);
  if (const auto* feedback = std::get_if<link_feedback>(&m)) on_feedback(*feedback);
  if (const auto* probe = std::get_if<probe_link>(&m)) from_->on_probe(*probe, from);
  if (const auto* close = std::get_if<close_link>(&m)) from_->on_close(*close, from);
  if (const auto* asked = std::get_if<ask_positions>(&m)) ask(*asked, from);
  if (const auto* reopen = std::get_if<reopen_link>(&m))
    for (auto& l : links_) l.on_reopen(core_.flow, *reopen);
  links_max_ = std::max(links_max_, core_.in.links());
  step();
}

/// Another thread waits for the device meanwhile.
void aggregator_actor::start_sync() {
  auto job = core_.take_sync(in.time.monotonic());
  if (!job) return;
  syncing_ = true;
  const auto takes = in.peace ? 1ms : in.random.time_between(0ns, plan_.sync_takes);
  // Whoever takes the job may be gone before it is done.
  in.time.after(takes / 2,
                [this, &w = in, me = id, takes, shared = std::make_shared<sync_job>(std::move(*job))] {
                  if (w.find(me) == nullptr) return;
                  const auto outcome = shared->run();
                  w.note(address, "fsync: ", outcome ? "done" : outcome.failure().what);
                  w.time.after(outcome ? takes / 2 : 0ns, [this, &w, me, shared, outcome] {
                    if (w.find(me) == nullptr) return;
                    syncing_ = false;
                    core_.finish_sync(*shared, outcome, w.time.monotonic());
                    step();
                  });
                });
}

/// The mistake: what was sent is taken for acked.
void aggregator_actor::pass_early(std::size_t outlet, const std::vector<outgoing>& notes) {
  if (in.mistake != bug::passes_cursor_early || !core_.is_durable()) return;
  for (const auto& n : notes) {
    const auto* sent = std::get_if<transfer_chunks>(&n.what);
    if (sent == nullptr) continue;
    auto ids = std::vector<chunk_id>{};
    for (const auto& c : sent->chunks) ids.push_back(c.content->id);
    core_.on_news({outlet, core_.flow.at(outlet).ack(ids), {}});
  }
}

void aggregator_actor::step() {
  const auto now = in.time.monotonic();
  core_.work(now);
  start_sync();
  const auto is_due = now >= probe_at_;
  if (is_due) probe_at_ = now + probe_interval;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    links_[i].flush(core_.flow, now);
    if (is_due) links_[i].probe();
    auto notes = links_[i].take_outgoing();
    pass_early(i, notes);
    in.send_all(*this, std::move(notes));
  }
  from_->send_feedback();
  in.send_all(*this, from_->take_outgoing());
  answer();
  auto next = probe_at_;
  if (const auto due = core_.deadline()) next = std::min(next, *due);
  call_at(std::max(next, now + 1us));
}

auto aggregator_actor::check() const -> std::string {
  const auto used = core_.in.granted_bytes() + core_.in.held_bytes();
  if (used > plan_.window.capacity_bytes + links_max_ * (plan_.window.floor_bytes + biggest_))
    return "granted and holds more than its capacity";
  auto gone = std::uint64_t{0};
  for (const auto& [why, events] : core_.dropped) gone += events;
  for (const auto& [source, first] : asked_)
    if (core_.is_safe_up_to(first.second)) return "does not answer though all before the question is safe";
  if (core_.held().events_held + gone > core_.events_in) return "holds more events than came in";
  return {};
}

} // namespace weir::test
