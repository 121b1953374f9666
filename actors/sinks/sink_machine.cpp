#include "actors/sinks/sink_machine.hpp"

#include "actors/system/tell_senders.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto idle_after = 1s;
constexpr auto slow_after = 30s; // a store that takes so long for one job may never answer

} // namespace

sink_machine::sink_machine(sink_machine_settings settings, sink_core& core, const clock& time)
    : settings_(std::move(settings)),
      core_(core),
      time_(time),
      links_(core.in),
      how_(settings_.once ? ending::with_its_senders : ending::never) {}

void sink_machine::on_open(const open_link& note, std::uint64_t sender) {
  if (const auto refused = links_.on_open(note, sender); !refused.empty()) spdlog::warn("{}", refused);
  links_.send_feedback();
  check_end(); // one that was finished may go on
}

void sink_machine::on_transfer(const transfer_chunks& note) {
  const auto done = links_.on_transfer(note);
  if (done.lost) spdlog::warn("a message from {} was lost; its link is opened anew", done.sender);
  if (done.damaged) spdlog::warn("a chunk from {} arrived damaged; it is asked for again", done.sender);
  for (const auto& c : done.fresh) core_.take(c);
  links_.send_feedback();
}

void sink_machine::on_probe(const probe_link& note, std::uint64_t sender) { links_.on_probe(note, sender); }

void sink_machine::on_close(const close_link& note, std::uint64_t sender) {
  links_.on_close(note, sender);
  links_.send_feedback();
  check_end();
}

void sink_machine::on_down(std::uint64_t who) {
  links_.on_down(who);
  links_.send_feedback();
  check_end();
}

/// The collector's earlier instance may have chunks under way to us still: they must not come in any more.
void sink_machine::on_question(const ask_positions& note, std::uint64_t asker) {
  if (!note.is_passed_on) links_.fence(note.sender);
  questions_.add(note, asker, core_.taken);
  is_asked_ = true;
}

void sink_machine::drain() {
  how_ = ending::drained;
  check_end();
}

auto sink_machine::has_job() -> bool { return !under_way_ && choose_job().has_value(); }

auto sink_machine::take_job() -> std::optional<writer_job> {
  if (under_way_) return std::nullopt;
  under_way_ = choose_job();
  under_way_since_ = time_.monotonic();
  return under_way_;
}

auto sink_machine::choose_job() -> std::optional<writer_job> {
  if (is_at_end_ && !is_idle_) return idle_job{};
  const auto now = time_.monotonic();
  const auto may_try = now >= retry_at_;
  if (may_try || is_asked_)
    if (const auto question = find_question()) return positions_job{question->source};
  if (!may_try) return std::nullopt;
  if (!was_opened_) return open_job{};
  if (!core_.ready.empty() && !is_at_end_) return choose_commit();
  if (!is_idle_ && now >= idle_at_) return idle_job{};
  return std::nullopt;
}

auto sink_machine::choose_commit() -> commit_job {
  if (giving_up_)
    return {core_.next_group(SIZE_MAX, giving_up_->chunks), commit_job::way::give_up, giving_up_->reason};
  if (group_.is_found()) return {core_.next_group(0, 1), commit_job::way::without_rejected};
  return {core_.next_group(settings_.group_bytes_max, group_.max())};
}

/// The first whose chunks are safe.
auto sink_machine::find_question() -> std::optional<ask_positions> {
  auto found = std::optional<ask_positions>{};
  questions_.answer([&](std::uint64_t mark) { return !found && is_safe(mark); },
                    [&](const auto& waiting) {
                      found = waiting.note;
                      return false;
                    });
  return found;
}

auto sink_machine::deadline() const -> std::optional<monotonic_time> {
  if (under_way_) return is_slow_told_ ? std::nullopt : std::optional{under_way_since_ + slow_after};
  if (failures_ > 0) return retry_at_;
  if (!is_idle_ && core_.ready.empty()) return idle_at_;
  return std::nullopt;
}

void sink_machine::on_time() {
  if (is_slow_told_ || !is_slow()) return;
  spdlog::warn("{}: {}", settings_.address, slow_text());
  is_slow_told_ = true;
}

auto sink_machine::is_slow() const -> bool {
  return under_way_ && time_.monotonic() - under_way_since_ >= slow_after;
}

auto sink_machine::slow_text() const -> std::string {
  return "its store has not answered for " + std::to_string((time_.monotonic() - under_way_since_) / 1s) + "s";
}

void sink_machine::on_outcome(job_outcome done) {
  if (std::exchange(is_slow_told_, false))
    spdlog::info("{}: its store answers again, after {}s", settings_.address,
                 (time_.monotonic() - under_way_since_) / 1s);
  const auto job = std::exchange(under_way_, std::nullopt);
  std::visit([&](const auto& what) { on_done(what, std::move(done)); }, *job);
  check_end();
}

void sink_machine::on_done(const open_job&, job_outcome done) {
  if (done.failure) return retry_later(*done.failure);
  was_opened_ = true;
  on_success();
}

void sink_machine::on_done(const positions_job& job, job_outcome done) {
  is_asked_ = false;
  if (done.failure) return retry_later(*done.failure);
  was_opened_ = true;
  is_asked_ = true; // there may be another question
  if (!failing_since_) on_success(); // commits may go on failing
  questions_.answer([this](std::uint64_t mark) { return is_safe(mark); },
                    [&](const auto& waiting) {
                      if (waiting.note.source != job.source) return false;
                      answers_.push_back({waiting.from,
                                          {waiting.note.question, settings_.address, done.positions}});
                      return true;
                    });
}

void sink_machine::on_done(const idle_job&, job_outcome done) {
  is_idle_ = true;
  if (done.failure) spdlog::warn("{}: {}", settings_.address, done.failure->what);
}

void sink_machine::on_done(const commit_job& job, job_outcome done) {
  is_idle_ = false;
  if (done.failure) return on_failed_commit(job, *done.failure);
  const auto is_stored = job.how != commit_job::way::give_up;
  was_opened_ = was_opened_ || is_stored;
  giving_up_.reset();
  group_.done(job.chunks.size());
  core_.settle(job.chunks.size(), done);
  links_.send_feedback();
  failing_since_.reset();
  if (is_stored)
    on_success();
  else
    failures_ = 0, retry_at_ = {}; // the next ones have their own time
  idle_at_ = time_.monotonic() + idle_after;
}

void sink_machine::on_failed_commit(const commit_job& job, const error& why) {
  const auto now = time_.monotonic();
  const auto is_given_up = job.how == commit_job::way::give_up;
  const auto is_rejected = why.code == errc::rejected && !is_given_up;
  // The search for what is rejected may take its time.
  if (!is_rejected && !failing_since_) failing_since_ = now;
  const auto is_over = !is_rejected && !is_given_up && settings_.give_up_after
                       && now - *failing_since_ >= *settings_.give_up_after;
  if (is_over || (is_rejected && job.how == commit_job::way::without_rejected)) {
    spdlog::error("{}: gives up {} chunks: {}", settings_.address, job.chunks.size(), why.what);
    giving_up_ = {job.chunks.size(), (is_over ? "gave up: " : "rejected: ") + why.what};
    core_.note_error(why.what, time_.wall_ns());
  } else if (is_rejected) {
    group_.rejected(job.chunks.size());
    core_.note_error(why.what, time_.wall_ns());
  } else {
    retry_later(why);
  }
}

void sink_machine::retry_later(const error& why) {
  core_.note_error(why.what, time_.wall_ns());
  const auto now = time_.monotonic();
  if (now < retry_at_) return; // a try for a question, before its time
  const auto wait = backoff_delay(settings_.retry, ++failures_, settings_.random());
  retry_at_ = now + wait;
  if (!failing_since_ && now < tell_at_) return; // nothing is held up by it
  spdlog::warn("{}: {}; next try in {}ms", settings_.address, why.what, wait / 1ms);
  tell_at_ = now + backoff_delay(settings_.retry, failures_, UINT64_MAX);
}

void sink_machine::on_success() {
  if (failures_ > 0)
    spdlog::info("{}: the store can be used again after {} failures", settings_.address, failures_);
  core_.note_error({}, 0);
  failures_ = 0;
  retry_at_ = {};
}

void sink_machine::check_end() {
  const auto may_leave = settings_.senders_keep && how_ == ending::drained;
  is_at_end_ = links_.is_done(settings_.local_senders, how_) && (core_.in.held_chunks() == 0 || may_leave);
  if (is_at_end_ && !under_way_ && is_idle_) is_finished_ = true;
}

auto sink_machine::observe() const -> observation {
  auto o = observation{};
  o.address = settings_.address;
  o.component = settings_.component;
  o.tier = "sink";
  o.type = settings_.type;
  o.state = is_finished_                ? "finished"
            : failures_ > 0             ? "retrying"
            : how_ == ending::drained   ? "draining"
                                        : "running";
  o.events_in = core_.events_in;
  o.bytes_in = core_.bytes_in;
  o.events_out = core_.events_stored;
  o.bytes_out = core_.bytes_stored;
  o.events_held = core_.ready_events;
  o.bytes_held = core_.in.held_bytes();
  o.demand_granted = core_.in.granted_bytes();
  tell_senders(o, links_.senders());
  o.damaged = core_.in.damaged_chunks();
  o.dropped = core_.dropped.all();
  o.dead_letters = core_.dead_letters.all();
  o.unparsed = core_.processed.unparsed;
  o.noted = {core_.processed.noted.begin(), core_.processed.noted.end()};
  if (core_.events_repeated > 0)
    o.detail = std::to_string(core_.events_repeated) + " events came again and were known";
  o.last_error = core_.last_error;
  o.last_error_ns = core_.last_error_ns;
  if (is_slow()) o.problems.push_back(slow_text());
  if (!core_.ready.empty()) o.delay_ns = time_.wall_ns() - core_.ready.front().content->closed_ns;
  return o;
}

} // namespace weir
