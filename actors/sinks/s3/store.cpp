#include "actors/sinks/store.hpp"

#include "actors/sinks/batch_digits.hpp"
#include "actors/sinks/s3/bucket_ledger.hpp"
#include "actors/sinks/s3/http_bucket.hpp"
#include "actors/sinks/s3/object_names.hpp"
#include "actors/sinks/s3/object_writer.hpp"
#include "actors/sinks/s3/settings.hpp"
#include "runtime/os/random.hpp"

#include <map>
#include <optional>
#include <utility>

namespace weir {
namespace {

/// A batch is an object, or one for each prefix; the ledger in the bucket says which of its events are new.
class s3_store final : public store {
public:
  using settings = s3_settings;
  /// A connection to each endpoint, and for a moment those that credentials and names take.
  static auto descriptors(const settings& s) -> descriptor_need { return {3 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  s3_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return bucket_.close(), result<void>{}; }

private:
  auto commit_once(const commit_batch& batch) -> result<committed>;
  auto commit_at_least_once(const commit_batch& batch) -> result<committed>;
  auto build(const commit_batch& batch, const bucket_plan& plan, committed& done) -> result<std::vector<new_object>>;
  void note_unsure(const commit_batch& batch, const bucket_plan& plan);

  settings settings_;
  object_writer writer_;
  object_form form_;
  http_bucket bucket_;
  std::optional<bucket_ledger> ledger_; ///< absent: at least once
  std::vector<std::uint64_t> events_;   ///< by chunk of the batch: that are written
  /// Events of chunks whose commit failed when it may have happened: what is known of them is ours.
  std::map<chunk_id, std::uint64_t> unsure_;
};

auto name_of_sink(const s3_settings& s, const std::string& component) -> std::string {
  return name_part_of(s.ledger.empty() ? component : s.ledger);
}

auto form_of(const s3_settings& s, const object_writer& writer) -> object_form {
  auto tags = std::string{};
  for (const auto& [name, value] : s.tags)
    tags += (tags.empty() ? "" : "&") + percent_encoded_name(name) + '=' + percent_encoded_name(value);
  return {writer.content_type(), s.storage_class, s.server_side_encryption, std::move(tags)};
}

auto s3_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{};
  made.knows_by = s.conditional ? store_promise::memory::shared_ledger : store_promise::memory::none;
  if (!s.conditional) made.why_none = "\"conditional: false\" does without a ledger";
  made.writers_max = store_writers_max;
  made.why_not_more = "no store has more writers";
  made.batch_bytes = std::uint64_t{32} << 20;
  return made;
}

auto s3_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  if (!problem_of_object_prefix(s.prefix).empty()) return {};
  const auto place = "s3://" + s.bucket + '/' + object_prefixes{s.prefix, where.node, where.component}.directory();
  auto command = std::vector<std::string>{"aws", "s3", "ls", "--recursive"};
  if (!s.http.endpoints.empty()) command.insert(command.end(), {"--endpoint-url", s.http.endpoints.front()});
  command.push_back(place);
  return {.data = stored_data{place, std::move(command)}};
}

s3_store::s3_store(settings s, const plugin_context& context)
    : settings_(std::move(s)), writer_(settings_, object_prefixes{settings_.prefix, context.node, context.component}),
      form_(form_of(settings_, writer_)), bucket_(settings_, *context.clock) {
  if (!settings_.conditional) return;
  auto its = bucket_ledger_settings{};
  its.name = name_of_sink(settings_, context.component);
  its.directory = object_prefixes{settings_.prefix, context.node, context.component}.directory() + "_weir/" + its.name + '/';
  its.keep = context.keep;
  its.form = form_;
  ledger_.emplace(bucket_, std::move(its), *context.clock, random_id);
}

auto s3_store::open() -> result<void> {
  if (ledger_) return ledger_->open();
  WEIR_CHECK(bucket_.list("_weir/"));
  return {};
}

auto s3_store::commit(const commit_batch& batch) -> result<committed> {
  if (batch.chunks.empty()) return committed{};
  return ledger_ ? commit_once(batch) : commit_at_least_once(batch);
}

auto s3_store::commit_once(const commit_batch& batch) -> result<committed> {
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

auto s3_store::build(const commit_batch& batch, const bucket_plan& plan, committed& done) -> result<std::vector<new_object>> {
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

void s3_store::note_unsure(const commit_batch& batch, const bucket_plan& plan) {
  constexpr auto chunks_max = std::size_t{4096};
  if (unsure_.size() > chunks_max) unsure_.clear();
  for (std::size_t i = 0; i < batch.chunks.size(); ++i)
    if (plan.fresh[i]) unsure_[batch.chunks[i]->id] = events_[i];
}

auto s3_store::commit_at_least_once(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  auto all = bucket_plan{};
  for (const auto& c : batch.chunks) all.fresh.push_back(all_of(*c));
  WEIR_TRY(const auto objects, build(batch, all, done));
  const auto name = digits_of_batch(batch);
  for (const auto& o : objects) WEIR_CHECK(bucket_.put(o.prefix + name + o.ending, o.bytes, form_));
  return done;
}

auto s3_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (!ledger_) return stream_knowledge{};
  WEIR_TRY(const auto* known, ledger_->up_to_date());
  return stream_knowledge{known->positions().of(source), known->settled().of(source), {}};
}

auto s3_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  if (!ledger_) return found;
  WEIR_TRY(const auto* known, ledger_->up_to_date());
  for (const auto& r : asked)
    for (const auto& part : known->ids().common(r)) found.push_back(part);
  return found;
}

auto s3_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  bucket_.examine(wrong);
  return wrong;
}

const register_store<s3_store> registered_s3{"s3", std::string{s3_help}};

} // namespace
} // namespace weir
