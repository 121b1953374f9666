#include "actors/sinks/store_writer.hpp"

#include "actors/sinks/rejection_search.hpp"

#include <iterator>

namespace weir {

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
  if (const auto opened = open(); !opened) out.failure = opened.failure();
  return out;
}

auto store_writer::do_job(const positions_job& job) -> job_outcome {
  auto out = job_outcome{};
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  auto known = target_->positions(job.source);
  if (known)
    out.positions = std::move(*known);
  else
    out.failure = known.failure();
  return out;
}

auto store_writer::do_job(const idle_job&) -> job_outcome {
  auto out = job_outcome{};
  if (!is_open_) return out;
  if (const auto done = target_->idle(); !done) out.failure = done.failure();
  return out;
}

auto store_writer::do_job(const commit_job& job) -> job_outcome {
  auto out = job_outcome{};
  const auto batch = commit_batch{job.chunks, settings_.match};
  if (job.how == commit_job::way::give_up) {
    if (const auto kept = keep(batch, refuse_all(batch, job.reason), out); !kept)
      out.failure = kept.failure();
    return out;
  }
  if (const auto opened = open(); !opened) return out.failure = opened.failure(), out;
  if (job.how == commit_job::way::all)
    commit(batch, {}, out);
  else
    commit_without_rejected(job.chunks.front(), out);
  return out;
}

void store_writer::commit(const commit_batch& batch, const std::vector<refusal>& found, job_outcome& out) {
  // Letters are made of the whole chunk: what was found is not in the part that is committed.
  const auto whole = commit_batch{batch.chunks, batch.match};
  auto is_kept = false;
  const auto keep_all = [&](std::span<const refusal> refused) -> result<void> {
    auto all = found;
    all.insert(all.end(), refused.begin(), refused.end());
    is_kept = true;
    return keep(whole, all, out);
  };
  auto confirmed = batch;
  confirmed.confirm = keep_all;
  const auto done = ask_store(confirmed);
  if (!done) return void(out.failure = done.failure());
  if (!is_kept)
    if (const auto kept = keep_all(done->refused); !kept) return void(out.failure = kept.failure());
  out.events += done->events;
  out.bytes += done->bytes;
}

void store_writer::commit_without_rejected(const chunk_ptr& c, job_outcome& out) {
  auto search = rejection_search{c->count};
  auto batch = commit_batch{{&c, 1}, settings_.match};
  while (!search.is_over()) {
    const auto wanted = search.next();
    batch.only = wanted;
    const auto tried = try_to_commit(batch, out);
    if (tried && *tried == trial::accepted)
      search.accepted();
    else if (tried)
      search.stored();
    else if (tried.failure().code == errc::rejected)
      search.rejected("rejected: " + tried.failure().what);
    else
      return void(out.failure = tried.failure());
  }
  const auto good = search.next();
  batch.only = good;
  commit(batch, search.found(), out);
}

auto store_writer::try_to_commit(const commit_batch& batch, job_outcome& out) -> result<trial> {
  auto is_accepted = false;
  auto attempt = batch;
  attempt.confirm = [&](std::span<const refusal>) -> result<void> {
    is_accepted = true;
    return error{errc::rejected, "it was only a try"};
  };
  const auto done = ask_store(attempt);
  if (is_accepted) return trial::accepted;
  if (!done) return done.failure();
  out.events += done->events;
  out.bytes += done->bytes;
  WEIR_CHECK(keep({batch.chunks, batch.match}, done->refused, out));
  return trial::stored;
}

auto store_writer::ask_store(const commit_batch& batch) -> result<committed> {
  auto done = target_->commit(batch);
  if (!done && done.failure().code != errc::rejected) is_open_ = false;
  return done;
}

auto store_writer::keep(const commit_batch& batch, const std::vector<refusal>& refused, job_outcome& out)
    -> result<void> {
  if (refused.empty()) return {};
  auto aside = set_aside_of(batch, refused);
  for (auto& letter : aside.letters) {
    letter.at_ns = settings_.context.clock->wall_ns();
    letter.from = settings_.address;
  }
  WEIR_TRY(out.letters, settings_.letters->keep(aside.letters, settings_.context.clock->monotonic()));
  std::move(aside.counts.begin(), aside.counts.end(), std::back_inserter(out.dropped));
  return {};
}

} // namespace weir
