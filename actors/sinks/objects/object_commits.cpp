#include "actors/sinks/objects/object_commits.hpp"

#include "runtime/os/random.hpp"

namespace weir {

void object_commits::use_ledger(object_bucket& bucket, bucket_ledger_settings settings, const clock& time, const growth_settings& growth) {
  ledger_.emplace(bucket, std::move(settings), time, random_id, growth);
}

auto object_commits::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  auto planned = bucket_plan{};
  auto what = bucket_ledger::batch{batch.chunks, {}, {}};
  what.build = [&](const bucket_plan& plan) {
    planned = plan;
    done = committed{};
    return build(batch, plan, done);
  };
  if (batch.confirm) what.confirm = [&] { return batch.confirm(done.refused); };
  if (auto in = ledger_->commit(what); !in) {
    if (ledger_->may_have_happened()) note_unsure(batch, planned);
    return in.failure();
  }
  for (const auto& c : batch.chunks) unsure_.erase(c->id);
  done.forgotten_id_s = ledger_->state().client_ids().crowded_out_s().value_or(0);
  return done;
}

auto object_commits::build_all(const commit_batch& batch, committed& done) -> result<std::vector<new_object>> {
  auto all = bucket_plan{};
  for (const auto& c : batch.chunks) all.fresh.push_back(all_of(*c));
  return build(batch, all, done);
}

auto object_commits::build(const commit_batch& batch, const bucket_plan& plan, committed& done) -> result<std::vector<new_object>> {
  writer_.begin();
  events_.assign(batch.chunks.size(), 0);
  done.regrouped = plan.regrouped;
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    if (const auto ours = unsure_.find(batch.chunks[i]->id); !plan.fresh[i] && ours != unsure_.end()) {
      done.events += ours->second;
    } else if (!plan.fresh[i]) {
      ++done.repeated_chunks;
    } else {
      for_each_run(batch, i, *plan.fresh[i], [&](const event_run& run) { events_[i] += writer_.add(run, done); });
      done.events += events_[i];
    }
  }
  WEIR_TRY(auto objects, writer_.take());
  for (const auto& o : objects) done.bytes += o.bytes.size();
  return objects;
}

void object_commits::note_unsure(const commit_batch& batch, const bucket_plan& plan) {
  constexpr auto chunks_max = std::size_t{4096};
  if (unsure_.size() > chunks_max) unsure_.clear();
  for (std::size_t i = 0; i < batch.chunks.size(); ++i)
    if (plan.fresh[i]) unsure_[batch.chunks[i]->id] = events_[i];
}

auto object_commits::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (!ledger_) return stream_knowledge{};
  WEIR_TRY(const auto* known, ledger_->up_to_date());
  return stream_knowledge{known->positions().of(source), known->settled().of(source), {}};
}

auto object_commits::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  if (!ledger_) return found;
  WEIR_TRY(const auto* known, ledger_->up_to_date());
  for (const auto& r : asked)
    for (const auto& part : known->ids().common(r)) found.push_back(part);
  return found;
}

} // namespace weir
