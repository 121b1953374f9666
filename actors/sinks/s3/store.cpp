#include "actors/sinks/store.hpp"

#include "actors/sinks/batch_digits.hpp"
#include "actors/sinks/objects/object_commits.hpp"
#include "actors/sinks/objects/object_names.hpp"
#include "actors/sinks/s3/http_bucket.hpp"
#include "actors/sinks/s3/settings.hpp"

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
  auto knowledge(const std::string& source) -> result<stream_knowledge> override { return commits_.knowledge(source); }
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override { return commits_.known_ids(asked); }
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return bucket_.close(), result<void>{}; }

private:
  auto commit_at_least_once(const commit_batch& batch) -> result<committed>;

  settings settings_;
  object_commits commits_; ///< without a ledger: at least once
  object_form form_;
  http_bucket bucket_;
};

auto name_of_sink(const s3_settings& s, const std::string& component) -> std::string {
  return name_part_of(s.ledger.empty() ? component : s.ledger);
}

auto form_of(const s3_settings& s, const object_commits& commits) -> object_form {
  auto tags = std::string{};
  for (const auto& [name, value] : s.tags)
    tags += (tags.empty() ? "" : "&") + percent_encoded_name(name) + '=' + percent_encoded_name(value);
  return {commits.content_type(), s.storage_class, s.server_side_encryption, std::move(tags)};
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
    : settings_(std::move(s)),
      commits_(object_writer{settings_.format, settings_.compress,
                             object_prefixes{settings_.prefix, context.node, context.component, zone_of_names(settings_.time_zone)}}),
      form_(form_of(settings_, commits_)), bucket_(settings_, *context.clock) {
  if (!settings_.conditional) return;
  auto its = bucket_ledger_settings{};
  its.name = name_of_sink(settings_, context.component);
  its.directory = object_prefixes{settings_.prefix, context.node, context.component}.directory() + "_weir/" + its.name + '/';
  its.keep = context.keep;
  its.form = form_;
  its.no_conditions = "the server takes no notice of If-None-Match, which each event once rests on: \"conditional: false\" does without";
  commits_.use_ledger(bucket_, std::move(its), *context.clock);
}

auto s3_store::open() -> result<void> {
  if (auto& ledger = commits_.ledger()) return ledger->open();
  WEIR_CHECK(bucket_.list("_weir/"));
  return {};
}

auto s3_store::commit(const commit_batch& batch) -> result<committed> {
  if (batch.chunks.empty()) return committed{};
  return commits_.ledger() ? commits_.commit(batch) : commit_at_least_once(batch);
}

auto s3_store::commit_at_least_once(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  WEIR_TRY(const auto objects, commits_.build_all(batch, done));
  const auto name = digits_of_batch(batch);
  for (const auto& o : objects) WEIR_CHECK(bucket_.put(o.prefix + name + o.ending, o.bytes, form_));
  return done;
}

auto s3_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  bucket_.examine(wrong);
  return wrong;
}

const register_store<s3_store> registered_s3{"s3", std::string{s3_help}};

} // namespace
} // namespace weir
