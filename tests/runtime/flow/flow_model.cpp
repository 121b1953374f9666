#include "tests/runtime/flow/flow_model.hpp"

#include <algorithm>

namespace weir::test {
namespace {

constexpr auto second = std::uint64_t{1'000'000};
constexpr auto trouble_ends = 6 * second;
constexpr auto probe_interval = second;
constexpr auto peace_lasts = 60 * second; // within this everything must arrive
constexpr auto steps_max = std::uint64_t{60'000};

auto body_of(std::uint64_t bytes) -> shared_bytes {
  static const auto all = [] {
    auto zeros = byte_buffer{};
    const auto size = std::size_t{64} << 10;
    std::fill_n(zeros.tail(size), size, '\0');
    zeros.advance(size);
    return shared_bytes{std::move(zeros)};
  }();
  return all.slice(0, bytes);
}

} // namespace

flow_model::flow_model(std::uint64_t seed) : random_(seed) {
  window_.floor_bytes = random_.between(1, 4) << 10;
  window_.capacity_bytes = random_.between(1, 16) << 10;
  chunk_bytes_max_ = random_.one_in(4) ? 24 << 10 : 2 << 10;
  pause_ = random_.between(2, 400) * 1000;
  fault_rate_ = random_.one_in(4) ? 0 : random_.between(4, 60);
  auto settings = std::vector<outlet_settings>(random_.one_in(4) ? 2 : 1);
  for (auto& s : settings) {
    s.policy = static_cast<balance_policy>(random_.between(0, 3));
    s.transfer_bytes_max = random_.between(1, 8) << 10;
    s.linger = std::chrono::milliseconds{random_.one_in(3) ? random_.between(1, 200) : 0};
    keeps_order_.push_back(s.policy == balance_policy::sticky);
  }
  stored_.resize(settings.size());
  for (std::size_t component = 0; component < settings.size(); ++component)
    for (auto left = random_.between(1, 3); left > 0; --left) {
      auto& r = *receivers_.emplace_back(std::make_unique<receiver>());
      r.component = component;
      r.address = "receiver/" + std::to_string(receivers_.size());
      start(r, true);
    }
  for (auto left = random_.between(1, 3); left > 0; --left) {
    auto& s = *senders_.emplace_back(std::make_unique<sender>());
    s.origin = senders_.size();
    s.address = "sender/" + std::to_string(senders_.size());
    s.wanted = random_.between(1, 40);
    s.flow = std::make_unique<fan_out>(settings);
    start(s);
  }
  for (auto left = random_.one_in(3) ? 0 : random_.between(1, 6); left > 0; --left)
    happens(random_.between(0, trouble_ends - second), what::incident, 0);
  happens(trouble_ends, what::peace, 0);
}

auto flow_model::window() const -> std::uint64_t {
  return std::max(window_.capacity_bytes, window_.floor_bytes);
}

void flow_model::broken(const std::string& promise) {
  if (problem_.empty()) problem_ = "at " + std::to_string(now()) + " us: " + promise;
}

auto flow_model::sender_of(std::uint64_t handle) -> sender* {
  for (auto& s : senders_)
    if (s->handle == handle) return s.get();
  return nullptr;
}

auto flow_model::receiver_of(std::uint64_t handle) -> receiver* {
  for (auto& r : receivers_)
    if (handle != 0 && r->handle == handle) return r.get();
  return nullptr;
}

void flow_model::happens(microseconds in, what kind, std::uint64_t to, std::uint64_t from,
                         link_message note) {
  time_.after(std::chrono::microseconds{in},
              [this, h = happening{kind, to, from, std::move(note)}]() mutable { handle(h); });
}

void flow_model::carry(std::uint64_t from, std::vector<outgoing> notes) {
  for (const auto& n : notes) {
    ++messages_;
    const auto fault = fault_rate_ > 0 && random_.one_in(fault_rate_) ? random_.between(1, 3) : 0;
    faults_ += fault > 0 ? 1 : 0;
    if (fault == 1) continue;             // lost
    if (fault == 2) put_on_wire(from, n); // twice
    auto& last = wire_[{from, n.to}];
    const auto before = last;
    if (fault == 3) last = now() + random_.between(0, second); // late, or before its elders
    put_on_wire(from, n);
    if (fault == 3) last = before;
  }
}

void flow_model::put_on_wire(std::uint64_t from, const outgoing& note) {
  auto& last = wire_[{from, note.to}];
  last = std::max(last, now() + random_.between(50, 5000));
  happens(last - now(), what::message, note.to, from, note.what);
}

void flow_model::tell_down(std::uint64_t handle) {
  for (auto& s : senders_) happens(random_.between(100, second), what::down, s->handle, handle);
  for (auto& r : receivers_)
    if (r->handle != 0) happens(random_.between(100, second), what::down, r->handle, handle);
}

void flow_model::tell_directories() {
  for (auto& s : senders_) happens(random_.between(100, second), what::directory, s->handle);
}

void flow_model::start(sender& s) {
  if (s.handle != 0) tell_down(s.handle);
  s.handle = ++last_id_;
  s.links.clear();
  for (std::size_t i = 0; i < s.flow->size(); ++i) {
    s.flow->at(i).drop_peers();
    s.links.emplace_back(s.address, i, [this] { return ++last_id_; });
  }
  happens(random_.between(1, 1000), what::directory, s.handle);
  happens(random_.between(1, 1000), what::step, s.handle);
  happens(random_.between(0, probe_interval), what::probe, s.handle);
}

void flow_model::start(receiver& r, bool forgets) {
  if (r.handle != 0) tell_down(r.handle);
  r.handle = ++last_id_;
  if (forgets) {
    ++r.memory;
    r.committing = false;
    r.links_max = 0;
    r.ready.clear();
    r.fresh.clear();
    r.links.reset();
    r.in = std::make_unique<inlet>(window_);
  }
  r.links = std::make_unique<receiver_links>(*r.in);
  tell_directories();
}

void flow_model::update(sender& s) {
  for (std::size_t i = 0; i < s.links.size(); ++i) {
    auto there = std::vector<sender_links::receiver>{};
    for (const auto& r : receivers_)
      if (r->component == i && r->handle != 0 && r->listed) there.push_back({r->handle, r->address});
    s.links[i].update(*s.flow, there);
  }
}

void flow_model::on_news(sender& s, link_news news) {
  (void)s.flow->settle(news.outlet, news.settled);
  for (const auto& c : s.flow->release(news.acked)) {
    for (const auto& store : stored_)
      if (store.count(c.id) == 0) broken("a chunk was acked that is not stored everywhere");
    if (s.unacked.erase(c.id.sequence) == 0) broken("a chunk was acked twice");
  }
  for (std::uint64_t i = 1; i < s.flow->settled_floor(s.origin); ++i)
    for (const auto& store : stored_)
      if (store.count({s.origin, i}) == 0) broken("a chunk is called settled that is not stored everywhere");
}

/// Like a collector: a little at a time, as long as all outlets have room.
void flow_model::produce(sender& s) {
  for (auto left = random_.between(0, 3); left > 0 && s.produced < s.wanted && s.flow->room_bytes() > 0;
       --left) {
    auto c = std::make_shared<chunk>();
    c->id = {s.origin, ++s.produced};
    c->count = 1;
    c->settled_below = std::min(s.flow->settled_floor(s.origin), c->id.sequence);
    c->body = body_of(random_.between(0, chunk_bytes_max_));
    biggest_ = std::max<std::uint64_t>(biggest_, c->footprint_bytes());
    s.unacked.insert(c->id.sequence);
    s.span_max = std::max(s.span_max, c->id.sequence - c->settled_below + 1);
    s.flow->push(c, clock());
  }
  for (auto& l : s.links) l.flush(*s.flow, clock());
  if (const auto due = s.flow->deadline(); due && *due > clock())
    happens(static_cast<std::uint64_t>((*due - clock()) / std::chrono::microseconds{1}) + 1, what::linger,
            s.handle);
}

void flow_model::to_sender(sender& s, happening& h) {
  for (auto& l : s.links) {
    if (h.kind == what::down) l.on_down(*s.flow, h.from);
    if (h.kind == what::probe) l.probe();
    if (const auto* note = std::get_if<reopen_link>(&h.note); note != nullptr) l.on_reopen(*s.flow, *note);
    if (const auto* note = std::get_if<link_feedback>(&h.note); note != nullptr)
      if (auto news = l.on_feedback(*s.flow, *note)) on_news(s, std::move(*news));
  }
  if (h.kind == what::directory) update(s);
  if (h.kind == what::step && s.produced < s.wanted)
    happens(random_.between(1000, pause_), what::step, s.handle);
  if (h.kind == what::probe) happens(probe_interval, what::probe, s.handle);
  produce(s);
  for (auto& l : s.links) carry(s.handle, l.take_outgoing());
  check(s);
}

void flow_model::take(receiver& r, const transfer_chunks& note) {
  for (const auto& c : r.links->on_transfer(note).fresh) {
    if (!r.fresh.insert(c->id).second) broken("a receiver took a chunk twice");
    r.ready.push_back(c->id);
  }
  if (r.committing || r.ready.empty()) return;
  r.committing = true;
  happens(random_.between(100, 20'000), what::commit, r.handle, r.memory);
}

void flow_model::commit(receiver& r) {
  r.committing = false;
  if (now() < r.stopped_until) {
    r.committing = true;
    return happens(r.stopped_until - now(), what::commit, r.handle, r.memory);
  }
  for (auto left = random_.between(1, 4); left > 0 && !r.ready.empty(); --left) {
    const auto id = r.ready.front();
    auto& stored = stored_[r.component];
    if (keeps_order_[r.component] && id.sequence > 1 && !stored.contains({id.origin, id.sequence - 1}))
      broken("a chunk overtook one of its stream that sticks");
    stored.insert(id);
    r.in->make_safe(id);
    r.in->settle({id.origin, id.sequence, id.sequence});
    r.ready.pop_front();
  }
  if (r.ready.empty()) return;
  r.committing = true;
  happens(random_.between(100, 20'000), what::commit, r.handle, r.memory);
}

void flow_model::to_receiver(receiver& r, happening& h) {
  if (h.kind == what::down) r.links->on_down(h.from);
  if (h.kind == what::commit) commit(r);
  if (const auto* note = std::get_if<open_link>(&h.note); note != nullptr && h.kind == what::message)
    r.links->on_open(*note, h.from);
  if (const auto* note = std::get_if<transfer_chunks>(&h.note)) take(r, *note);
  if (const auto* note = std::get_if<probe_link>(&h.note)) r.links->on_probe(*note, h.from);
  if (const auto* note = std::get_if<close_link>(&h.note)) r.links->on_close(*note, h.from);
  r.links_max = std::max(r.links_max, r.in->links());
  r.links->send_feedback();
  carry(r.handle, r.links->take_outgoing());
  check(r);
}

/// Something happens to somebody.
void flow_model::incident() {
  ++faults_;
  auto& r = *receivers_[random_.between(0, receivers_.size() - 1)];
  switch (random_.between(0, 5)) {
  case 0: return start(*senders_[random_.between(0, senders_.size() - 1)]); // fails, is restarted, remembers
  case 1:                                                                   // the same, to a receiver
    if (r.handle == 0) return;
    start(r, false);
    if (!r.ready.empty()) happens(random_.between(100, 20'000), what::commit, r.handle, r.memory);
    r.committing = !r.ready.empty();
    return;
  case 2: return start(r, true); // another process takes its place, or it returns after case 3
  case 3:                        // goes with all it held
    if (r.handle != 0) tell_down(r.handle);
    r.handle = 0;
    return tell_directories();
  case 4: // seems gone to all, or is seen again
    r.listed = !r.listed;
    return tell_directories();
  default: r.stopped_until = now() + random_.between(1, 2 * second); // its store takes nothing for a while
  }
}

void flow_model::make_peace() {
  fault_rate_ = 0;
  for (auto& r : receivers_) {
    r->listed = true;
    if (r->handle == 0) start(*r, true);
  }
  tell_directories();
}

auto flow_model::all_acked() const -> bool {
  return std::all_of(senders_.begin(), senders_.end(), [](const auto& s) {
    return s->produced == s->wanted && s->flow->unacked_chunks() == 0;
  });
}

auto flow_model::all_done() -> bool {
  auto senders = std::vector<std::string>{};
  for (const auto& s : senders_) senders.push_back(s->address);
  return std::all_of(receivers_.begin(), receivers_.end(), [&](auto& r) {
    return r->in->held_chunks() == 0 && r->links->is_done(senders, ending::with_its_senders);
  });
}

void flow_model::check(const sender& s) {
  for (const auto& o : s.flow->outlets())
    for (const auto& p : o.peers()) {
      if (p.in_flight_bytes > std::max(window(), biggest_)) broken("more than the window is in flight");
      if (p.credit + static_cast<std::int64_t>(p.in_flight_bytes) > static_cast<std::int64_t>(window()))
        broken("a sender has more credit than its window");
    }
}

void flow_model::check(receiver& r) {
  const auto links = r.links_max;
  if (r.in->granted_bytes() + r.in->held_bytes()
      > window_.capacity_bytes + links * window_.floor_bytes + links * biggest_)
    broken("a receiver granted and holds more than its capacity");
  auto ranges = std::uint64_t{0};
  for (const auto& s : senders_) ranges += 2 * (s->span_max + 1); // what is safe, and what is settled
  if (r.in->remembered_ranges() > ranges)
    broken("a receiver remembers more than what was unsettled at a time");
}

void flow_model::handle(happening& h) {
  if (h.kind == what::incident && now() < trouble_ends) return incident();
  if (h.kind == what::peace) return make_peace();
  if (auto* s = sender_of(h.to)) return to_sender(*s, h);
  auto* r = receiver_of(h.to);
  if (r != nullptr && (h.kind != what::commit || h.from == r->memory)) to_receiver(*r, h);
}

auto flow_model::run() -> std::string {
  for (auto steps = std::uint64_t{0}; problem_.empty(); ++steps) {
    if (now() > trouble_ends + peace_lasts || steps > steps_max) {
      broken(closing_ ? "a receiver does not learn that all senders are done" : "something never arrives");
      break;
    }
    if (!time_.step()) break;
    if (!closing_ && now() >= trouble_ends && all_acked()) {
      closing_ = true;
      for (auto& s : senders_)
        for (auto& l : s->links) {
          l.close();
          carry(s->handle, l.take_outgoing());
        }
    }
    if (closing_ && all_done()) break;
  }
  for (const auto& store : stored_)
    for (const auto& s : senders_)
      for (std::uint64_t i = 1; problem_.empty() && i <= s->wanted; ++i)
        if (store.count({s->origin, i}) == 0) broken("a chunk is not in a store");
  return problem_;
}

} // namespace weir::test
