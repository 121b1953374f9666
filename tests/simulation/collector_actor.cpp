#include "tests/simulation/collector_actor.hpp"

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_interval = 5s;

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
    if (mistake == bug::forgets_reread) other->is_reread = false;
    if (mistake == bug::settles_too_much) ++other->settled_below;
    c.content = std::move(other);
  }
}

auto is_about_chunks(bug mistake) -> bool {
  return mistake == bug::loses_positions || mistake == bug::forgets_reread
         || mistake == bug::settles_too_much;
}

} // namespace

collector_actor::collector_actor(world& w, process& host, const plan& how, script& lines)
    : actor(w, host, how.component, how.address),
      plan_(how),
      core_(w.random.next(), how.address, how.outlets),
      lines_(lines) {
  core_.hold_bytes = how.pace.hold_bytes;
  make_links();
}

void collector_actor::make_links() {
  links_.clear();
  for (std::size_t i = 0; i < plan_.downstream.size(); ++i) {
    core_.flow.at(i).drop_peers();
    links_.emplace_back(address, i, [this] { return in.random.next(); });
  }
}

void collector_actor::start() {
  if (core_.starts == 0 || core_.has_undecided()) {
    question_ = in.random.next();
    inquiry_.emplace(address, plan_.downstream, in.time.monotonic() + plan_.pace.patience);
    undecided_at_ = in.time.monotonic() + plan_.pace.undecided_patience;
    ask_at_ = {};
  }
  if (is_waiting()) return inquire();
  on_peers();
  open_source();
}

/// The source threw: what it handed on survives, it is opened again.
void collector_actor::fail() {
  if (is_waiting()) return;
  actor::fail();
  reads_.reset();
  takes_.reset();
  inquiry_.reset();
  make_links();
  start();
}

auto collector_actor::known() const -> std::vector<std::vector<position_range>> {
  auto all = inquiry_->known();
  if (in.mistake != bug::forgets_reread) return all;
  const auto everywhere = inquiry_->result().covered;
  return std::vector<std::vector<position_range>>(all.size(), everywhere);
}

void collector_actor::inquire() {
  if (!is_waiting()) return decide_late();
  const auto now = in.time.monotonic();
  auto decided = std::size_t{0};
  for (std::size_t i = 0; i < links_.size(); ++i) decided += inquiry_->is_decided(i, now) ? 1U : 0U;
  const auto hurries = in.mistake == bug::does_not_ask && is_answered_;
  if (decided == links_.size() || (decided > 0 && now >= undecided_at_) || hurries) return begin();
  ask();
  call_at(ask_at_);
}

void collector_actor::ask() {
  if (in.time.monotonic() < ask_at_) return;
  for (std::size_t i = 0; i < links_.size(); ++i)
    for (const auto* p : in.peers_of(*this, plan_.downstream[i].name))
      if (!inquiry_->has_answered(p->address) && (is_waiting() || core_.is_undecided(i)))
        in.send(*this, p->id, ask_positions{question_, address});
  ask_at_ = in.time.monotonic() + plan_.pace.ask_interval;
}

void collector_actor::begin() {
  auto undecided = std::vector<bool>(links_.size());
  const auto takes_silence = in.mistake == bug::does_not_ask || in.mistake == bug::takes_silence_for_nothing;
  for (std::size_t i = 0; i < links_.size(); ++i)
    undecided[i] = !takes_silence && !inquiry_->is_decided(i, in.time.monotonic());
  has_ = known();
  core_.resume(has_, undecided);
  in.note(address, "knows where to go on", core_.has_undecided() ? ", but not for all" : "");
  if (!core_.has_undecided()) inquiry_.reset();
  for (std::size_t i = 0; i < links_.size(); ++i) link(i);
  open_source();
}

void collector_actor::decide_late() {
  auto again = false;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (!core_.is_undecided(i) || !inquiry_->is_decided(i, in.time.monotonic())) continue;
    core_.close_chunk(in.time);
    has_[i] = known()[i];
    const auto done = core_.decide(i, has_[i]);
    const auto& name = plan_.downstream[i].name;
    in.note(address, "knows what ", name, " has", done.begins_again ? "; reads again" : "");
    if (!done.safe.empty()) reads_->acknowledge(done.safe);
    again = again || done.begins_again;
    link(i);
  }
  if (core_.has_undecided()) {
    ask();
  } else {
    reads_->acknowledge(where_to_go_on(address, has_).covered);
    inquiry_.reset();
  }
  if (again) open_source();
}

void collector_actor::link(std::size_t outlet) {
  if (core_.is_undecided(outlet)) return;
  auto there = std::vector<sender_links::receiver>{};
  const auto& name = plan_.downstream[outlet].name;
  for (const auto* p : in.peers_of(*this, name)) there.push_back({p->id, p->address});
  links_[outlet].update(core_.flow, there);
}

void collector_actor::open_source() {
  const auto resume = core_.begin_again();
  static const auto as_they_are = intake_settings{};
  takes_ = std::make_unique<chunking_intake>(as_they_are, plugin_context{}, core_.builder, core_.counts,
                                             core_.letters);
  if (core_.is_catching_up())
    takes_->set_on_save_point([this](std::string_view stream, std::uint64_t begin, std::uint64_t end) {
      core_.at_save_point({std::string{stream}, begin, end});
    });
  reads_ = std::make_unique<scripted_source>(lines_, in);
  (void)reads_->open(resume);
  const auto all_have_it = core_.starts == 1 && !core_.has_undecided();
  if (all_have_it) reads_->acknowledge(resume.covered); // for good
  step();
}

void collector_actor::on_peers() {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const auto& name = plan_.downstream[i].name;
    auto addresses = std::vector<std::string>{};
    for (const auto* p : in.peers_of(*this, name)) addresses.push_back(p->address);
    if (inquiry_) inquiry_->on_peers(name, addresses, in.unheard_of(*this, name));
    if (!is_waiting()) link(i);
  }
  if (inquiry_) ask_at_ = {};
  step();
}

void collector_actor::on_down(handle who) {
  for (auto& l : links_) l.on_down(core_.flow, who);
}

void collector_actor::on_feedback(const link_feedback& note) {
  for (auto& l : links_) {
    auto news = l.on_feedback(core_.flow, note);
    if (!news) continue;
    const auto safe = core_.on_news(std::move(*news));
    if (reads_ && !safe.empty()) reads_->acknowledge(safe);
    return;
  }
}

void collector_actor::receive(handle, const message& m) {
  if (const auto* answer = std::get_if<known_positions>(&m)) {
    if (!inquiry_ || answer->question != question_) return;
    inquiry_->on_answer(answer->receiver, answer->positions);
    is_answered_ = true;
  }
  if (const auto* feedback = std::get_if<link_feedback>(&m)) on_feedback(*feedback);
  if (const auto* reopen = std::get_if<reopen_link>(&m))
    for (auto& l : links_) l.on_reopen(core_.flow, *reopen);
  step();
}

void collector_actor::close_chunk() {
  if (core_.builder.empty()) return;
  core_.close_chunk(in.time);
}

void collector_actor::read() {
  const auto before = core_.builder.bytes();
  const auto room = plan_.pace.chunk_bytes_max - std::min(before, plan_.pace.chunk_bytes_max);
  const auto budget = std::min({core_.budget_bytes(), plan_.pace.read_bytes_max, room});
  const auto done = reads_->read(*takes_, budget);
  is_ready_ = done && *done == read_status::more && budget > 0;
  if (before == 0 && core_.builder.bytes() > 0) collecting_since_ = in.time.monotonic();
}

auto collector_actor::should_close() const -> bool {
  if (core_.builder.empty()) return false;
  return core_.flow.is_hungry() || core_.builder.bytes() >= plan_.pace.chunk_bytes_max
         || in.time.monotonic() >= collecting_since_ + plan_.pace.chunk_age_max;
}

void collector_actor::step() {
  if (is_waiting()) return inquire();
  if (!reads_) return;
  if (inquiry_) decide_late();
  read();
  const auto now = in.time.monotonic();
  if (should_close()) close_chunk();
  const auto is_due = now >= probe_at_;
  if (is_due) probe_at_ = now + probe_interval;
  for (auto& l : links_) {
    l.flush(core_.flow, now);
    if (is_due) l.probe();
    send(l.take_outgoing());
  }
  auto next = probe_at_;
  if (!core_.builder.empty())
    next = std::min(next, std::max(collecting_since_ + plan_.pace.chunk_age_max, now + 1ms));
  if (const auto linger = core_.flow.deadline()) next = std::min(next, *linger);
  if (inquiry_) next = std::min(next, ask_at_);
  call_at(is_ready_ ? now + 1us : next);
}

void collector_actor::send(std::vector<outgoing> notes) {
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
}

auto collector_actor::check() const -> std::string {
  if (core_.events_closed != core_.events_acked + core_.flow.unacked_events())
    return "closed events are neither acked nor held";
  return {};
}

auto collector_actor::is_at_rest() const -> bool {
  return reads_ && !inquiry_ && core_.is_empty() && lines_.is_done();
}

} // namespace weir::test
