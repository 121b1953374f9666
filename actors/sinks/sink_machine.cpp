#include "actors/sinks/sink_machine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto idle_after = 1s;
constexpr auto slow_after = 30s; // a store that takes so long for one job may never answer

struct word_of_job {
  auto operator()(const open_job&) const -> const char* { return "opening the store"; }
  auto operator()(const positions_job&) const -> const char* { return "asking the store what it has"; }
  auto operator()(const ids_job&) const -> const char* { return "asking the store which chunks it has"; }
  auto operator()(const idle_job&) const -> const char* { return "resting the store"; }
  auto operator()(const expire_job&) const -> const char* { return "deleting what is too old"; }
  auto operator()(const commit_job&) const -> const char* { return "commit"; }
};

} // namespace

sink_machine::sink_machine(sink_machine_settings settings, sink_core& core, const clock& time)
    : settings_(std::move(settings)),
      core_(core),
      time_(time),
      links_(core.in),
      upkeep_(settings_.remember),
      writers_(settings_.writers),
      permits_(settings_.writers),
      how_(settings_.once ? ending::with_its_senders : ending::never) {
  core_.queue.begin_again();
}

void sink_machine::on_open(const open_link& note, std::uint64_t sender) {
  if (const auto refused = links_.on_open(note, sender); !refused.empty()) spdlog::warn("{}", refused);
  links_.send_feedback();
  check_end(); // one that was finished may go on
}

void sink_machine::on_transfer(const transfer_chunks& note) {
  const auto done = links_.on_transfer(note);
  if (done.lost) spdlog::warn("a message from {} was lost; its link is opened anew", done.sender);
  if (done.damaged) spdlog::warn("a chunk from {} arrived damaged; it is asked for again", done.sender);
  const auto now = settings_.fill_delay > duration{0} ? time_.monotonic() : monotonic_time{};
  const auto wall_ns = time_.wall_ns();
  for (const auto& c : done.fresh) {
    core_.take(c, now);
    if (c->count > 0) core_.arrival_ns.add(delay_of(*c, wall_ns));
  }
  links_.send_feedback();
}

/// Comes every few seconds from every sender.
void sink_machine::on_probe(const probe_link& note, std::uint64_t sender) {
  links_.on_probe(note, sender);
  if (!upkeep_.is_due(time_.monotonic())) return;
  const auto now_s = seconds_of(time_.wall_ns());
  core_.in.forget(now_s - seconds_of(upkeep_.remember()), now_s);
}

void sink_machine::on_close(const close_link& note, std::uint64_t sender) {
  links_.on_close(note, sender);
  links_.send_feedback();
  check_end();
}

void sink_machine::on_down(std::uint64_t who) {
  std::erase_if(questions_, [&](const auto& q) { return q.asker == who; });
  links_.on_down(who);
  links_.send_feedback();
  check_end();
}

/// A question that is asked again takes the place of its earlier one.
void sink_machine::on_question(const ask_positions& note, std::uint64_t asker) {
  std::erase_if(questions_, [&](const auto& q) {
    const auto* earlier = std::get_if<ask_positions>(&q.note);
    return earlier != nullptr && q.asker == asker && earlier->source == note.source;
  });
  questions_.push_back({note, asker});
  is_asked_ = true;
}

void sink_machine::on_question(const ask_had& note, std::uint64_t asker) {
  std::erase_if(questions_, [&](const auto& q) { return q.asker == asker && std::holds_alternative<ask_had>(q.note); });
  questions_.push_back({note, asker});
  is_asked_ = true;
}

void sink_machine::obey(const sink_order& wanted) {
  using enum sink_order::kind;
  switch (wanted.what) {
  case pause:
    if (how_ == ending::drained || !core_.paused_by.empty()) return;
    core_.paused_by = wanted.by;
    return spdlog::warn("{}: paused: asked for by {}", settings_.address, wanted.by);
  case resume:
    if (!std::exchange(core_.paused_by, {}).empty()) spdlog::info("{}: goes on: asked for by {}", settings_.address, wanted.by);
    return;
  case retry:
    spdlog::info("{}: tries again now: asked for by {}", settings_.address, wanted.by);
    for (auto& w : writers_) w.retry_at = {};
  }
}

/// Who is asked to end stores what it has.
void sink_machine::drain() {
  if (!std::exchange(core_.paused_by, {}).empty()) spdlog::info("{}: paused no longer, since it is to end", settings_.address);
  how_ = ending::drained;
  check_end();
}

void sink_machine::leave() {
  settings_.local_senders.clear();
  drain();
}

void sink_machine::change(const sink_change& wanted) {
  settings_.local_senders = wanted.local_senders;
  settings_.senders_keep = wanted.senders_keep;
  check_end();
}

auto sink_machine::opening() const -> std::optional<std::string> {
  const auto any = [&](auto test) { return std::any_of(writers_.begin(), writers_.end(), test); };
  if (any([](const writer_state& w) { return !w.was_opened && w.failures > 0; })) return core_.last_error;
  if (any([](const writer_state& w) { return !w.was_opened; })) return std::nullopt;
  return std::string{};
}

auto sink_machine::has_job(std::size_t writer) const -> bool {
  return !writers_[writer].under_way && next_task(writer) != task::nothing;
}

auto sink_machine::take_job(std::size_t writer) -> std::optional<writer_job> {
  auto& w = writers_[writer];
  const auto what = w.under_way ? task::nothing : next_task(writer);
  if (what == task::nothing) return std::nullopt;
  w.under_way = make_job(writer, what);
  w.since = time_.monotonic();
  return w.under_way;
}

auto sink_machine::next_task(std::size_t writer) const -> task {
  const auto& w = writers_[writer];
  if (is_at_end_ && !w.is_idle) return task::idle;
  const auto now = time_.monotonic();
  const auto may_try = now >= w.retry_at;
  if ((may_try || is_asked_) && !is_answering() && !questions_.empty()) return task::answer;
  if (!may_try) return task::nothing;
  if (!w.was_opened) return task::open;
  if (may_expire(writer) && now >= expire_at_) return task::expire;
  if (may_commit(writer)) return task::commit;
  return !w.is_idle && now >= w.idle_at ? task::idle : task::nothing;
}

/// One of them looks for all.
auto sink_machine::may_expire(std::size_t writer) const -> bool {
  const auto& w = writers_[writer];
  return settings_.expires_every > duration{0} && writer == 0 && w.was_opened && w.failures == 0 && !is_at_end_;
}

auto sink_machine::may_commit(std::size_t writer) const -> bool {
  if (is_at_end_ || !core_.paused_by.empty() || core_.queue.empty() || is_filling() || commits_under_way() >= permits_) return false;
  return writers_.size() == 1 || core_.queue.has_some(writer);
}

/// What came back is tried as it is. Who waits for the end waits no longer.
auto sink_machine::is_filling() const -> bool {
  const auto& queue = core_.queue;
  if (settings_.fill_delay <= duration{0} || queue.empty() || how_ == ending::drained) return false;
  const auto& front = queue.front();
  if (front.judged || front.failing_since) return false;
  const auto is_full = queue.waiting_bytes() >= settings_.batch.bytes_max
                       || queue.waiting_events() >= settings_.batch.events_max || core_.in.is_full();
  return !is_full && time_.monotonic() < front.since + settings_.fill_delay;
}

auto sink_machine::make_job(std::size_t writer, task what) -> writer_job {
  switch (what) {
  case task::commit: return make_commit(writer);
  case task::answer: return make_answer();
  case task::idle: return idle_job{is_at_end_};
  case task::expire: return expire_job{};
  case task::open:
  case task::nothing: break;
  }
  return open_job{};
}

auto sink_machine::make_answer() const -> writer_job {
  const auto& note = questions_.front().note;
  if (const auto* asked = std::get_if<ask_had>(&note)) return ids_job{asked->ids};
  return positions_job{std::get<ask_positions>(note).source};
}

/// A store that failed gets little, while there are others: it may be long before that comes back.
auto sink_machine::make_commit(std::size_t writer) -> commit_job {
  auto most = settings_.batch;
  if (writers_[writer].failures > 0 && failing_writers() < writers_.size()) most.chunks_max = 1;
  auto job = commit_job{};
  const auto& group = core_.queue.take(writer, most);
  for (const auto& i : group) job.chunks.push_back(i.content);
  if (is_given_up(group.front())) {
    job.how = commit_job::way::give_up;
    job.reason = *group.front().judged->reason;
  } else if (is_one_suspect(group.front())) {
    job.how = commit_job::way::without_rejected;
  }
  return job;
}

auto sink_machine::is_answering() const -> bool {
  return std::any_of(writers_.begin(), writers_.end(), [](const writer_state& w) {
    return w.under_way
           && (std::holds_alternative<positions_job>(*w.under_way) || std::holds_alternative<ids_job>(*w.under_way));
  });
}

auto sink_machine::commits_under_way() const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(writers_.begin(), writers_.end(), [](const writer_state& w) {
    return w.under_way && std::holds_alternative<commit_job>(*w.under_way);
  }));
}

auto sink_machine::failing_writers() const -> std::size_t {
  return static_cast<std::size_t>(
      std::count_if(writers_.begin(), writers_.end(), [](const writer_state& w) { return w.failures > 0; }));
}

auto sink_machine::deadline() const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  const auto consider = [&](monotonic_time at) {
    if (!first || at < *first) first = at;
  };
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    const auto& w = writers_[i];
    if (w.under_way && !w.is_slow_told) consider(w.since + slow_after);
    if (!w.under_way && may_expire(i)) consider(expire_at_);
    if (w.under_way || (w.failures == 0 && w.is_idle)) continue;
    // One whose time has come without anything to do for it waits for something else, and hides no later one.
    const auto at = w.failures > 0 ? w.retry_at : w.idle_at;
    if (at > time_.monotonic() || next_task(i) != task::nothing) consider(at);
  }
  if (is_filling()) consider(core_.queue.front().since + settings_.fill_delay);
  return first;
}

void sink_machine::on_time() {
  for (auto& w : writers_) {
    if (w.is_slow_told || !is_slow(w)) continue;
    spdlog::warn("{}: {}", settings_.address, slow_text(w));
    w.is_slow_told = true;
  }
}

auto sink_machine::is_slow(const writer_state& w) const -> bool {
  return w.under_way && time_.monotonic() - w.since >= slow_after;
}

auto sink_machine::name_of(const writer_state& w, const std::string& sink) const -> std::string {
  if (writers_.size() == 1) return sink;
  return sink + (sink.empty() ? "writer " : " writer ") + std::to_string(&w - writers_.data() + 1);
}

auto sink_machine::slow_text(const writer_state& w) const -> std::string {
  const auto who = name_of(w, {});
  return (who.empty() ? "" : who + ": ") + "its store has not answered for "
         + std::to_string((time_.monotonic() - w.since) / 1s) + "s";
}

void sink_machine::on_outcome(std::size_t writer, job_outcome done) {
  auto& w = writers_[writer];
  if (std::exchange(w.is_slow_told, false))
    spdlog::info("{}: its store answers again, after {}s", name_of(w, settings_.address),
                 (time_.monotonic() - w.since) / 1s);
  const auto job = std::exchange(w.under_way, std::nullopt);
  core_.busy_ns += static_cast<std::uint64_t>(std::chrono::nanoseconds{time_.monotonic() - w.since}.count());
  std::visit([&](const auto& what) { on_done(writer, what, std::move(done)); }, *job);
  check_end();
}

void sink_machine::on_done(std::size_t writer, const open_job&, job_outcome done) {
  auto& w = writers_[writer];
  if (done.failure) return retry_later(w, *done.failure);
  w.was_opened = true;
  if (w.is_idle) rest(w, done.idle_again);
  on_success(w);
}

/// Until something comes, or for so long.
void sink_machine::rest(writer_state& w, std::optional<std::chrono::seconds> at_most) {
  w.is_idle = !at_most;
  if (at_most) w.idle_at = time_.monotonic() + *at_most;
}

auto sink_machine::has_answered(writer_state& w, const job_outcome& done) -> bool {
  is_asked_ = false;
  if (done.failure) return retry_later(w, *done.failure), false;
  w.was_opened = true;
  is_asked_ = true; // there may be another question
  if (!w.are_commits_failing) on_success(w); // commits may go on failing
  return true;
}

/// What is held counts as had: it is about to be stored.
void sink_machine::on_done(std::size_t writer, const ids_job& job, job_outcome done) {
  if (!has_answered(writers_[writer], done)) return;
  std::erase_if(questions_, [&](const question& q) {
    const auto* note = std::get_if<ask_had>(&q.note);
    if (note == nullptr || note->ids != job.ids) return false;
    auto all = known_had{note->question, done.known_ids};
    for (const auto& r : note->ids)
      for (const auto& part : core_.in.seen_in(r)) all.ids.push_back(part);
    known_had_.push_back({q.asker, std::move(all)});
    return true;
  });
}

auto sink_machine::take_outgoing() -> std::vector<outgoing> {
  auto all = links_.take_outgoing();
  std::move(known_had_.begin(), known_had_.end(), std::back_inserter(all));
  known_had_.clear();
  return all;
}

void sink_machine::on_done(std::size_t writer, const positions_job& job, job_outcome done) {
  if (!has_answered(writers_[writer], done)) return;
  std::erase_if(questions_, [&](const question& q) {
    const auto* note = std::get_if<ask_positions>(&q.note);
    if (note == nullptr || note->source != job.source) return false;
    answers_.push_back({q.asker, {note->question, settings_.address, done.known.positions, done.known.settled,
                                  core_.queue.positions_of(job.source)}});
    return true;
  });
}

void sink_machine::on_done(std::size_t writer, const idle_job& job, job_outcome done) {
  auto& w = writers_[writer];
  rest(w, job.is_last ? std::nullopt : done.idle_again);
  if (done.failure) spdlog::warn("{}: {}", name_of(w, settings_.address), done.failure->what);
}

void sink_machine::on_done(std::size_t writer, const expire_job&, job_outcome done) {
  constexpr auto soon = duration{100ms}; // commits come in between
  expire_at_ = time_.monotonic() + (done.gone.has_more ? soon : settings_.expires_every);
  if (done.failure) return spdlog::warn("{}: {}", name_of(writers_[writer], settings_.address), done.failure->what);
  if (done.gone.items > 0) core_.noted.add(done.gone.name, done.gone.items);
  if (!done.gone.told.empty()) spdlog::info("{}: {}", settings_.address, done.gone.told);
}

void sink_machine::on_done(std::size_t writer, const commit_job& job, job_outcome done) {
  auto& w = writers_[writer];
  w.is_idle = false;
  w.idle_at = time_.monotonic() + idle_after;
  core_.commit_ns.add(static_cast<std::uint64_t>(std::chrono::nanoseconds{time_.monotonic() - w.since}.count()));
  if (done.failure) return on_failed_commit(writer, job, *done.failure);
  const auto is_stored = job.how != commit_job::way::give_up;
  w.was_opened = w.was_opened || is_stored;
  if (is_stored) {
    const auto wall_ns = time_.wall_ns();
    for (const auto& i : core_.queue.with(writer))
      if (i.events > 0) core_.stored_ns.add(delay_of(*i.content, wall_ns));
  }
  core_.settle(writer, done);
  links_.send_feedback();
  w.are_commits_failing = false;
  if (is_stored)
    on_success(w);
  else
    w.failures = 0, w.retry_at = {}; // the next ones have their own time
}

void sink_machine::on_failed_commit(std::size_t writer, const commit_job& job, const error& why) {
  auto& queue = core_.queue;
  const auto now = time_.monotonic();
  const auto is_given_up = job.how == commit_job::way::give_up;
  const auto is_rejected = why.code == errc::rejected && !is_given_up;
  // The search for what is rejected may take its time.
  const auto failing_since = is_rejected ? now : queue.fails(writer, now);
  const auto is_over = !is_rejected && !is_given_up && settings_.give_up_after
                       && now - failing_since >= *settings_.give_up_after;
  if (is_over || (is_rejected && job.how == commit_job::way::without_rejected)) {
    spdlog::error("{}: gives up {} chunks: {}", settings_.address, job.chunks.size(), why.what);
    queue.give_up(writer, (is_over ? "gave up: " : "rejected: ") + why.what);
    core_.note_error(why.what, time_.wall_ns());
  } else if (is_rejected) {
    queue.reject(writer);
    core_.note_error(why.what, time_.wall_ns());
  } else {
    queue.give_back(writer);
    writers_[writer].are_commits_failing = true;
    retry_later(writers_[writer], why);
  }
}

void sink_machine::retry_later(writer_state& w, const error& why) {
  core_.note_error(why.what, time_.wall_ns());
  ++core_.retries;
  const auto now = time_.monotonic();
  if (now < w.retry_at) return; // a try for a question, before its time
  const auto wait = backoff_delay(settings_.retry, ++w.failures, settings_.random());
  w.retry_at = now + wait;
  if (!w.are_commits_failing && now < w.tell_at) return; // nothing is held up by it
  spdlog::warn("{}: {}; next try in {}ms", name_of(w, settings_.address), why.what, wait / 1ms);
  w.tell_at = now + backoff_delay(settings_.retry, w.failures, UINT64_MAX);
}

void sink_machine::on_success(writer_state& w) {
  if (w.failures > 0)
    spdlog::info("{}: the store can be used again after {} failures", name_of(w, settings_.address), w.failures);
  w.failures = 0;
  w.retry_at = {};
  if (failing_writers() == 0) core_.note_error({}, 0);
}

void sink_machine::check_end() {
  const auto may_leave = settings_.senders_keep && how_ == ending::drained;
  is_at_end_ = links_.is_done(settings_.local_senders, how_) && (core_.in.held_chunks() == 0 || may_leave);
  if (is_at_end_
      && std::all_of(writers_.begin(), writers_.end(), [](const auto& w) { return !w.under_way && w.is_idle; }))
    is_finished_ = true;
}

auto sink_machine::state_word() const -> const char* {
  if (is_finished_) return "finished";
  if (!core_.paused_by.empty()) return "paused";
  if (failing_writers() == writers_.size()) return "retrying";
  return how_ == ending::drained ? "draining" : "running";
}

auto sink_machine::words() const -> actor_texts {
  auto now = actor_texts{};
  now.last_error = core_.last_error;
  now.last_error_ns = core_.last_error_ns;
  if (!core_.paused_by.empty()) now.problems.push_back("it is paused, by " + core_.paused_by + ": nothing is stored until it is resumed");
  const auto failing = failing_writers();
  if (failing > 0 && failing < writers_.size())
    now.problems.push_back(std::to_string(failing) + " of " + std::to_string(writers_.size())
                           + " writers cannot use the store: " + core_.last_error);
  for (const auto& w : writers_)
    if (is_slow(w)) now.problems.push_back(slow_text(w));
  return now;
}

/// The one that lasts longest.
void sink_machine::show_work() {
  const auto* longest = static_cast<const writer_state*>(nullptr);
  for (const auto& w : writers_)
    if (w.under_way && (longest == nullptr || w.since < longest->since)) longest = &w;
  if (longest == nullptr) return core_.board->tell_work(nullptr, {});
  core_.board->tell_work(std::visit(word_of_job{}, *longest->under_way), longest->since);
}

void sink_machine::show() {
  words_.tell(*core_.board, words(), links_);
  show_work();
  core_.show(state_word());
}

} // namespace weir
