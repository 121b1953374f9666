#include "actors/sinks/store_writer.hpp"

#include <iterator>

namespace weir {
namespace {

void add_losses(process_losses& to, const process_losses& more) {
  to.tally.add(more.tally);
  to.letters.insert(to.letters.end(), more.letters.begin(), more.letters.end());
}

} // namespace

store_writer::store_writer(store_writer_settings settings) : settings_(std::move(settings)) {
  if (settings_.operators.empty()) return;
  process_.emplace(chunk_process_settings{settings_.operators, settings_.context, settings_.address});
  through_ = [this](const chunk& of, const event_run& run, const auto& visit) {
    process_->pass(of, {run.first.index, run.events, run.tag, run.entries, {}}, losses_, [&](const event_stretch& left) {
      visit({{run.first.chunk, left.first}, left.events, left.tag, left.entries, left.timed_at_reading});
    });
  };
}

auto store_writer::processed(const commit_batch& batch) -> commit_batch {
  auto made = batch;
  losses_ = {};
  if (process_) made.process = &through_;
  return made;
}

auto store_writer::run(const writer_job& job) -> job_outcome {
  return std::visit([this](const auto& what) { return do_job(what); }, job);
}

auto store_writer::open() -> result<void> {
  if (is_open_) return {};
  if (!target_) target_ = settings_.make_store(settings_.context);
  WEIR_CHECK(target_->open());
  is_open_ = true;
  return {};
}

auto store_writer::do_job(const open_job&) -> job_outcome {
  auto out = job_outcome{};
  if (const auto opened = open(); !opened)
    out.failure = opened.failure();
  else
    out.idle_again = target_->idle_again();
  return out;
}

auto store_writer::do_job(const positions_job& job) -> job_outcome {
  auto out = job_outcome{};
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  auto known = target_->knowledge(job.source);
  if (known)
    out.known = std::move(*known);
  else
    out.failure = known.failure();
  return out;
}

auto store_writer::do_job(const ids_job& job) -> job_outcome {
  auto out = job_outcome{};
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  auto known = target_->known_ids(job.ids);
  if (known)
    out.known_ids = std::move(*known);
  else
    out.failure = known.failure();
  return out;
}

auto store_writer::do_job(const idle_job& job) -> job_outcome {
  auto out = job_outcome{};
  if (!is_open_) return out;
  if (const auto done = job.is_last ? target_->finish() : target_->idle(); !done) out.failure = done.failure();
  out.idle_again = target_->idle_again();
  return out;
}

auto store_writer::do_job(const expire_job&) -> job_outcome {
  auto out = job_outcome{};
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  auto done = target_->expire();
  if (done)
    out.gone = std::move(*done);
  else
    out.failure = done.failure();
  return out;
}

auto store_writer::do_job(const commit_job& job) -> job_outcome {
  auto out = job_outcome{};
  const auto batch = commit_batch{job.chunks, settings_.match};
  if (job.how == commit_job::way::give_up) {
    if (const auto kept = give_up(batch, job.reason, out); !kept) out.failure = kept.failure();
    return out;
  }
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  if (job.how == commit_job::way::all)
    commit(batch, {}, out);
  else
    commit_without_rejected(job.chunks.front(), out);
  return out;
}

auto store_writer::give_up(const commit_batch& batch, const std::string& reason, job_outcome& out) -> result<void> {
  return keep(batch, refuse_all(processed(batch), reason), {}, out);
}

void store_writer::commit(const commit_batch& batch, const findings& before, job_outcome& out) {
  // Letters are made of the whole chunk: what was found is not in the part that is committed.
  const auto whole = commit_batch{batch.chunks, batch.match};
  auto is_kept = false;
  const auto keep_all = [&](std::span<const refusal> refused) -> result<void> {
    auto all = before.refused;
    all.insert(all.end(), refused.begin(), refused.end());
    is_kept = true;
    return keep(whole, all, before.losses, out);
  };
  auto confirmed = batch;
  confirmed.confirm = keep_all;
  const auto done = ask_store(confirmed);
  if (!done) return void(out.failure = done.failure());
  if (!is_kept)
    if (const auto kept = keep_all(done->refused); !kept) return void(out.failure = kept.failure());
  out.events += done->events;
  out.bytes += done->bytes;
  out.regrouped += done->regrouped;
  out.forgotten_id_s = std::max(out.forgotten_id_s, done->forgotten_id_s);
}

void store_writer::commit_without_rejected(const chunk_ptr& c, job_outcome& out) {
  if (!search_ || search_->of != c) search_.emplace(search{c, rejection_search{c->count}, {}, {}});
  if (const auto found = go_on(*search_); !found) return void(out.failure = found.failure());
  auto before = findings{search_->events.found(), search_->losses};
  before.refused.insert(before.refused.end(), search_->stored.refused.begin(), search_->stored.refused.end());
  const auto good = search_->events.next();
  commit({{&c, 1}, settings_.match, good}, before, out);
  if (out.failure) return;
  out.events += search_->stored.events;
  out.bytes += search_->stored.bytes;
  search_.reset();
}

auto store_writer::go_on(search& s) -> result<void> {
  while (!s.events.is_over()) {
    const auto wanted = s.events.next();
    const auto tried = try_to_commit({{&s.of, 1}, settings_.match, wanted}, s.stored);
    if (tried && *tried == trial::accepted)
      s.events.accepted();
    else if (tried)
      s.events.stored();
    else if (tried.failure().code == errc::rejected)
      s.events.rejected("rejected: " + tried.failure().what);
    else
      return tried.failure();
  }
  return {};
}

auto store_writer::try_to_commit(const commit_batch& batch, committed& stored) -> result<trial> {
  auto is_accepted = false;
  auto attempt = batch;
  attempt.confirm = [&](std::span<const refusal>) -> result<void> {
    is_accepted = true;
    return error{errc::rejected, "it was only a try"};
  };
  auto done = ask_store(attempt);
  if (is_accepted) return trial::accepted;
  if (!done) return done.failure();
  add_losses(search_->losses, losses_);
  stored.events += done->events;
  stored.bytes += done->bytes;
  std::move(done->refused.begin(), done->refused.end(), std::back_inserter(stored.refused));
  return trial::stored;
}

auto store_writer::ask_store(const commit_batch& batch) -> result<committed> {
  auto done = target_->commit(processed(batch));
  if (!done && done.failure().code != errc::rejected) is_open_ = false;
  return done;
}

auto store_writer::keep(const commit_batch& batch, const std::vector<refusal>& refused,
                        const process_losses& before, job_outcome& out) -> result<void> {
  auto losses = losses_;
  add_losses(losses, before);
  auto aside = refused.empty() ? set_aside{} : set_aside_of(batch, refused);
  for (auto& letter : aside.letters) {
    letter.at_ns = settings_.context.clock->wall_ns();
    letter.from = settings_.address;
  }
  std::move(losses.letters.begin(), losses.letters.end(), std::back_inserter(aside.letters));
  if (!aside.letters.empty()) {
    WEIR_TRY(out.letters, settings_.letters->keep(aside.letters, settings_.context.clock->monotonic()));
  }
  for (const auto& [tag, events] : losses.tally.letters.all()) aside.counts.push_back({"unparsed", tag, events});
  out.processed = std::move(losses.tally);
  std::move(aside.counts.begin(), aside.counts.end(), std::back_inserter(out.dropped));
  return {};
}

} // namespace weir
