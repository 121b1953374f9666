#include "actors/aggregators/aggregator_core.hpp"

#include "actors/aggregators/doubt_feed.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/base/units.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_interval = 500ms;
constexpr auto full_by_dropping_for = 5s;
constexpr auto dropped_tags_max = std::size_t{1000}; // clients may make up as many as they like
constexpr auto upkeep_told_each = 60s;
constexpr auto hangs_after = 30s; // a device that takes so long for one sync may never answer
/// A memory buffer is full whenever its sources are faster than its sinks; that is told when nothing moves.
constexpr auto memory_full_for = 5s;

} // namespace

aggregator_core::aggregator_core(inlet_settings window, const std::vector<outlet_settings>& outlets,
                                 std::unique_ptr<chunk_log> log, full_policy when_full)
    : in(window),
      flow(outlets),
      capacity_(window.capacity_bytes),
      log_(std::move(log)),
      when_full_(when_full),
      readers_(outlets.size()),
      fullness_(log_ ? duration{0} : duration{memory_full_for}) {
  if (!log_) return;
  log_->seen().for_each([&](const id_range& r) { in.remember(r); });
  found_up_to_ = log_->last();
  for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i].is_new = log_->is_new(i);
  if (std::any_of(readers_.begin(), readers_.end(), [](const outlet_feed& r) { return r.is_new; }))
    log_->seen().for_each([&](const id_range& r) { found_origins_.insert(r.origin); });
  for (std::size_t i = 0; i < readers_.size(); ++i) doubt_feed{*this, i}.begin();
  const auto left = log_->figures();
  events_in = left.unsettled_events;
  bytes_in = left.unsettled_bytes;
}

void aggregator_core::take(const chunk_ptr& c, monotonic_time now) {
  const auto is_copy = log_ && !c->copy_of.empty();
  if (!is_copy) events_in += c->count;
  if (!is_copy) bytes_in += c->body.size();
  if (!is_copy) board->taps().entry.note(c);
  flow.fold(c->id.origin, c->settled_below);
  if (log_ && copies_.size() > 0 && c->settled_below > 1) note_stored({c->id.origin, 1, c->settled_below - 1});
  if (!log_ && process) return unprocessed_.push_back(c), process_waiting(now);
  if (!log_) return board->taps().exit.note(c), flow.push(c, now);
  log_->fold(c->id.origin, c->settled_below);
  waiting_.push_back({c, 0});
}

void aggregator_core::forget_old(std::int64_t wall_ns, duration age) {
  const auto now_s = seconds_of(wall_ns);
  in.forget(now_s - seconds_of(age), now_s);
  passed_on_.note_unknown_seen(now_s);
  passed_on_.forget(now_s - seconds_of(age), origins_max);
  flow.forget(now_s - seconds_of(age), now_s);
}

void aggregator_core::on_news(link_news news) {
  for (const auto& r : flow.settle(news.outlet, news.settled)) in.settle(r);
  if (!log_) return release(flow.release(news.acked));
  auto& pushed = readers_[news.outlet].pushed;
  for (const auto& c : news.acked) {
    const auto at = pushed.find(c->id);
    WEIR_ASSERT(at != pushed.end());
    settle_record(news.outlet, at->second, c->id);
    pushed.erase(at);
  }
}

/// What operators did not let through counts when the chunk is gone from the buffer: as long as an outlet has no ack for
/// it, it may be sent and worked on again, by this process or the next.
void aggregator_core::settle_record(std::size_t outlet, record_number number, const chunk_id& id) {
  auto& tallies = readers_[outlet].tallies;
  const auto at = tallies.find(number);
  const auto still_has = [&](const outlet_feed& r) {
    return &r != &readers_[outlet] && (r.is_to_come(number) || r.pushed.contains(id));
  };
  if (std::none_of(readers_.begin(), readers_.end(), still_has)) passed_on_.insert(id);
  if (const auto taken = taken_over_.find(number); taken != taken_over_.end() && --taken->second == 0) taken_over_.erase(taken);
  if (at == tallies.end()) return log_->settle(outlet, number);
  const auto held = log_->figures().unsettled_chunks;
  log_->settle(outlet, number);
  if (process && log_->figures().unsettled_chunks < held) process->count(at->second, dropped);
  tallies.erase(at);
}

void aggregator_core::process_waiting(monotonic_time now) {
  for (; !unprocessed_.empty(); unprocessed_.pop_front()) {
    if (!process) { // it was there when they came
      board->taps().exit.note(unprocessed_.front());
      flow.push(unprocessed_.front(), now);
      continue;
    }
    const auto done = process->run(unprocessed_.front(), now);
    if (!done) return;
    process->count(done->tally, dropped);
    board->taps().exit.note(done->content);
    flow.push(done->content, now);
  }
}

void aggregator_core::work(monotonic_time now) {
  if (!log_) return process_waiting(now);
  finish_failed_sync(now);
  write_waiting(now);
  ack_durable();
  for (std::size_t i = 0; i < readers_.size(); ++i) feed(i, now);
  keep_up(now);
  if (is_hanging(now) && !std::exchange(is_hang_told_, true)) tell(hang_text(now));
}

void aggregator_core::write_waiting(monotonic_time now) {
  if (retry_at_ && now < *retry_at_) return;
  for (; written_ < waiting_.size(); ++written_) {
    const auto done = write(waiting_[written_], now);
    if (done) continue;
    if (done.failure().code != errc::limit) return note_problem(write_fails_, done.failure(), now);
    retry_at_.reset(); // the disk is well: what makes room is an ack, not time
    note_works(write_fails_);
    full_reason_ = done.failure().what;
    return;
  }
  note_works(write_fails_);
  retry_at_.reset();
  if (now >= full_until_) full_reason_.clear();
}

auto aggregator_core::write(waiting_chunk& w, monotonic_time now) -> result<void> {
  auto number = log_->append(w.content);
  while (!number && number.failure().code == errc::limit && when_full_ == full_policy::drop_oldest) {
    const auto lost = log_->drop_oldest();
    if (lost.empty()) break;
    for (const auto& old : lost)
      if (!copies_.take(old->id)) drop(*old, number.failure(), now);
    number = log_->append(w.content);
  }
  if (!number && number.failure().code == errc::limit && when_full_ == full_policy::drop_newest)
    return write_dropped(w, number.failure(), now);
  if (!number) return number.failure();
  w.safe_with = *number;
  if (!w.content->copy_of.empty()) copies_.add(*w.content, w.content->body.size(), *number, now);
  return {};
}

auto aggregator_core::write_dropped(waiting_chunk& w, const error& why, monotonic_time now) -> result<void> {
  WEIR_TRY(w.safe_with, log_->append_dropped(*w.content));
  drop(*w.content, why, now);
  return {};
}

void aggregator_core::drop(const chunk& c, const error& why, monotonic_time now) {
  full_reason_ = why.what;
  full_until_ = now + full_by_dropping_for;
  events_lost_ += c.count;
  for (const auto& s : c.sections) {
    auto name = "buffer full: " + s.tag;
    if (dropped.size() >= dropped_tags_max && !dropped.contains(name)) name = "buffer full: (other tags)";
    dropped.add(name, s.count);
    bytes_dropped += s.bytes;
  }
  settle(c.id);
}

/// Safe are those before the first that is not: they were written in this order.
void aggregator_core::ack_durable() {
  for (; written_ > 0 && waiting_.front().safe_with <= log_->durable(); --written_) {
    in.make_safe(waiting_.front().content->id);
    waiting_.pop_front();
  }
}

void aggregator_core::feed(std::size_t outlet, monotonic_time now) {
  auto& r = readers_[outlet];
  auto& to = flow.at(outlet);
  if (r.retry_at && now < *r.retry_at) return;
  r.retry_at.reset();
  if (r.doubts) doubt_feed{*this, outlet}.feed(now);
  while (to.room_bytes() > 0) {
    const auto number = r.next(*log_, outlet);
    if (number == 0 || (r.ends && number > *r.ends)) return;
    const auto c = log_->read(number);
    if (!c && c.failure().code != errc::not_found) return note_unreadable(r, number, c.failure(), now);
    r.fails.reset();
    if (!c || r.pushed.contains((*c)->id))
      log_->settle(outlet, number);
    else if (!keeps_for_another(number, **c, now) && !hand_on(outlet, {number, *c}, now, nullptr))
      return;
    r.note_fed(number);
  }
}

auto aggregator_core::hand_on(std::size_t outlet, const outcome_inquiry::record& what, monotonic_time now,
                              const std::string* only_to) -> bool {
  auto& r = readers_[outlet];
  const auto& [number, c] = what;
  auto content = c;
  if (process) {
    auto done = process->run(c, now);
    if (!done) return r.retry_at = process->retry_at(), false;
    if (!done->tally.is_empty()) r.tallies.emplace(number, std::move(done->tally));
    content = std::move(done->content);
  }
  r.pushed.emplace(c->id, number);
  const auto had_it = [&](const outlet_feed& other) { return &other != &r && !other.is_to_come(number); };
  if (auto& tap = board->taps().exit; tap.is_watched() && std::none_of(readers_.begin(), readers_.end(), had_it)) tap.note(content);
  auto sent = as_true_for(r, number, content);
  if (only_to)
    flow.at(outlet).push_to(*only_to, std::move(sent), now);
  else
    flow.at(outlet).push(std::move(sent), now);
  return true;
}

auto aggregator_core::as_true_for(const outlet_feed& r, record_number number, const chunk_ptr& c) const -> chunk_ptr {
  const auto is_doubtful = number <= found_up_to_ || (r.is_new && found_origins_.contains(c->id.origin));
  const auto promises_too_much = is_doubtful && c->settled_below > 1;
  if (!promises_too_much && c->copy_of.empty()) return c;
  auto changed = std::make_shared<chunk>(*c);
  if (promises_too_much) changed->settled_below = 1;
  changed->copy_of.clear(); // those behind it are to pass it on
  return changed;
}

void aggregator_core::note_problem(std::optional<aggregator_trouble>& which, const error& e, monotonic_time now) {
  if (!which) tell(e.what + "; it is tried again until it works");
  which = {e.what, now};
  retry_at_ = now + retry_interval;
}

void aggregator_core::note_works(std::optional<aggregator_trouble>& which) {
  if (!std::exchange(which, std::nullopt)) return;
  if (!write_fails_ && !sync_fails_) tell_good("the buffer takes data again");
}

/// Data comes and goes also while that fails.
void aggregator_core::keep_up(monotonic_time now) {
  const auto kept = log_->maintain(now);
  if (kept) return upkeep_fails_.reset();
  upkeep_fails_ = {kept.failure().what, now};
  if (now < tell_upkeep_at_) return;
  tell(kept.failure().what + "; it is tried again until it works");
  tell_upkeep_at_ = now + upkeep_told_each;
}

auto aggregator_core::is_hanging(monotonic_time now) const -> bool {
  return syncing_ && !sync_failure_ && now - syncing_since_ >= hangs_after;
}

auto aggregator_core::hang_text(monotonic_time now) const -> std::string {
  return "the device of the buffer has not answered for " + std::to_string((now - syncing_since_) / 1s) + "s";
}

auto aggregator_core::troubles(monotonic_time now) const -> std::vector<aggregator_trouble> {
  auto all = std::vector<aggregator_trouble>{};
  const auto add = [&](const std::optional<aggregator_trouble>& t) {
    const auto is_same = [&](const aggregator_trouble& other) { return other.what == t->what; };
    if (t && std::none_of(all.begin(), all.end(), is_same)) all.push_back(*t);
  };
  for (const auto* t : {&write_fails_, &sync_fails_, &upkeep_fails_}) add(*t);
  for (const auto& r : readers_) add(r.fails);
  if (process && !process->problem().empty()) add(aggregator_trouble{process->problem(), process->failed_at()});
  if (is_hanging(now)) all.push_back({hang_text(now), now});
  return all;
}

/// That is this outlet's affair alone.
void aggregator_core::note_unreadable(outlet_feed& r, record_number number, const error& e, monotonic_time now) {
  if (std::exchange(r.unreadable, number) != number)
    tell("record " + std::to_string(number) + " of the buffer: " + e.what + "; it is tried again a few times");
  r.fails = {e.what, now};
  r.retry_at = now + retry_interval;
}

void aggregator_core::begin_again(monotonic_time now) {
  adopt_copies(now);
  for (std::size_t i = 0; i < flow.size(); ++i) flow.at(i).drop_peers();
  if (!syncing_ || sync_failure_) return;
  finish_sync(sync_job{*syncing_}, error{errc::failed, "nobody waited for the device"}, now);
}

auto aggregator_core::take_sync(monotonic_time now) -> std::optional<sync_job> {
  // Also while the disk is full: only a sync lets old segments go.
  if (!log_ || (sync_again_at_ && now < *sync_again_at_)) return std::nullopt;
  auto job = log_->take_sync(now);
  if (!job) return job;
  syncing_ = *job;
  syncing_since_ = now;
  return job;
}

void aggregator_core::finish_sync(const sync_job& job, const result<void>& outcome, monotonic_time now) {
  if (std::exchange(is_hang_told_, false)) tell_good("the device of the buffer answers again");
  sync_again_at_.reset();
  if (!outcome) {
    note_problem(sync_fails_, outcome.failure(), now);
    sync_again_at_ = retry_at_;
  }
  if (const auto done = log_->finish_sync(job, outcome); !done) {
    sync_failure_ = outcome.failure();
    return note_problem(sync_fails_, done.failure(), now);
  }
  if (outcome) {
    sync_ns.add(static_cast<std::uint64_t>(std::chrono::nanoseconds{now - syncing_since_}.count()));
    note_works(sync_fails_);
  }
  syncing_.reset();
  sync_failure_.reset();
}

/// There was no room for writing it again: nothing is durable before that is done.
void aggregator_core::finish_failed_sync(monotonic_time now) {
  if (!sync_failure_ || (retry_at_ && now < *retry_at_)) return;
  const auto failure = *sync_failure_;
  finish_sync(sync_job{*syncing_}, failure, now);
}

auto aggregator_core::deadline() const -> std::optional<monotonic_time> {
  auto first = flow.deadline();
  const auto consider = [&](std::optional<monotonic_time> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  consider(retry_at_);
  for (const auto& r : readers_) consider(r.retry_at);
  if (process && !unprocessed_.empty()) consider(process->retry_at());
  if (const auto due = log_ ? log_->deadline() : std::nullopt)
    consider(sync_again_at_ ? std::max(*due, *sync_again_at_) : *due);
  return first;
}

auto aggregator_core::knowledge_of(const std::string& source) const -> stream_knowledge {
  auto known = log_ ? log_->knowledge_of(source) : stream_knowledge{};
  for (auto i = written_; i < waiting_.size(); ++i)
    if (const auto& c = *waiting_[i].content; c.source == source)
      known.elsewhere.insert(known.elsewhere.end(), c.positions.begin(), c.positions.end());
  return known;
}

auto aggregator_core::is_empty() const -> bool {
  return is_safe() && (!log_ || log_->figures().unsettled_chunks <= copies_.size());
}

auto aggregator_core::held() const -> figures {
  if (!log_) return held_in_memory();
  const auto logged = log_->figures();
  auto sum = figures{logged.unsettled_events - std::min(logged.unsettled_events, copies_.events()),
                     logged.unsettled_bytes - std::min(logged.unsettled_bytes, copies_.bytes()), logged.oldest_closed_ns,
                     logged.segments, logged.bytes};
  for (auto i = written_; i < waiting_.size(); ++i) {
    if (!waiting_[i].content->copy_of.empty()) continue;
    sum.events_held += waiting_[i].content->count;
    sum.bytes_held += waiting_[i].content->body.size();
    if (sum.oldest_closed_ns == 0) sum.oldest_closed_ns = waiting_[i].content->closed_ns;
  }
  return sum;
}

auto aggregator_core::held_in_memory() const -> figures {
  auto sum = figures{flow.unacked_events(), flow.unacked_bytes(), flow.oldest_closed_ns()};
  for (const auto& c : unprocessed_) {
    sum.events_held += c->count;
    sum.bytes_held += c->body.size();
    if (sum.oldest_closed_ns == 0) sum.oldest_closed_ns = c->closed_ns;
  }
  return sum;
}

auto aggregator_core::passed_on(const figures& left) const -> aggregator_account {
  const auto gone = aggregator_account{left.events_held + dropped.total(), left.bytes_held + bytes_dropped};
  const auto grown = process ? process->counted().bytes_grown : 0;
  const auto came = bytes_in + static_cast<std::uint64_t>(grown);
  return {events_in - std::min(events_in, gone.events), came - std::min(came, gone.bytes)};
}

void aggregator_core::show(const char* state) {
  const auto left = held();
  const auto out = passed_on(left);
  auto now = actor_figures{};
  now.events_in = events_in;
  now.bytes_in = bytes_in;
  now.events_out = out.events;
  now.bytes_out = out.bytes;
  now.events_held = left.events_held;
  now.bytes_held = left.bytes_held;
  now.demand_granted = in.granted_bytes();
  now.damaged = in.damaged_chunks();
  now.copies_held = copies_.events();
  now.copies_lacking = copies_lacking;
  now.sent_unsure = sent_unsure + flow.sent_unsure();
  now.delay_ns = static_cast<std::uint64_t>(left.oldest_closed_ns);
  now.mailbox = mailbox;
  now.arrival_ns = arrival_ns;
  now.sync_ns = sync_ns;
  now.log_segments = left.log_segments;
  now.log_bytes = left.log_bytes;
  for (const auto& to : flow.outlets()) now.demand_held += to.credit_bytes();
  if (!process) return board->publish(state, now, {&dropped, nullptr, nullptr, nullptr});
  auto& counted = process->counted();
  now.unparsed = counted.unparsed;
  board->publish(state, now, {&dropped, &process->dead_letters(), &counted.no_sink, &counted.noted});
}

auto aggregator_core::remarks() const -> std::string {
  const auto found = damage();
  if (!is_full()) return found;
  const auto waits = when_full_ == full_policy::block ? "full, its senders wait" : "full, it drops";
  return found.empty() ? waits : waits + ("; " + found);
}

auto aggregator_core::take_news(monotonic_time now) -> std::vector<aggregator_bulletin> {
  const auto told = fullness_.update(is_full(), now);
  if (told == full_notice::news::has_room) tell_good("the buffer has room again");
  if (told == full_notice::news::is_full) tell(full_text());
  return std::exchange(news_, {});
}

auto aggregator_core::full_text() const -> std::string {
  const auto what = log_ ? full_reason_ : "the buffer has reached its " + to_text(byte_count{capacity_});
  if (when_full_ == full_policy::block) return what + ": its senders wait until some of it is stored";
  return what + ": " + std::to_string(events_lost_) + " events were dropped for it so far";
}

auto aggregator_core::damage() const -> std::string {
  if (!log_) return {};
  const auto found = log_->figures();
  auto text = std::string{};
  if (found.damaged_records > 0)
    text = "damaged or missing in the buffer: " + std::to_string(found.damaged_records) + " records";
  if (found.cut_tails > 0)
    text += (text.empty() ? "" : ", ") + std::string{"torn tails cut: "} + std::to_string(found.cut_tails);
  return text;
}

} // namespace weir
