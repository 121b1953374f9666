#include "actors/sinks/store.hpp"

#include "actors/sinks/hdfs/hdfs_directory.hpp"
#include "actors/sinks/objects/object_commits.hpp"
#include "actors/sinks/objects/object_names.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>

namespace weir {
namespace {

/// A batch is a file, or one for each path; the ledger in the directory says which of its events are new.
class hdfs_store final : public store {
public:
  using settings = hdfs_settings;
  /// A connection to each endpoint, and some to data nodes.
  static auto descriptors(const settings& s) -> descriptor_need { return {6 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  hdfs_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override { return commits_.knowledge(source); }
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override { return commits_.known_ids(asked); }
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override;
  auto idle_again() const -> std::optional<std::chrono::seconds> override { return again_; }
  auto finish() -> result<void> override { return tidy(true); }

private:
  auto tidy(bool is_last) -> result<void>;

  settings settings_;
  std::string directory_; ///< that all paths begin with; with a slash at its end, or nothing
  object_commits commits_;
  hdfs_directory files_;
  std::optional<std::chrono::seconds> again_;
};

constexpr auto no_negotiation = std::string_view{"this libcurl has no SPNEGO, which \"spnego\" needs"};

auto prefixes_of(const hdfs_settings& s, const plugin_context& where) -> object_prefixes {
  return {prefix_of_hdfs_path(s.path), where.node, where.component, zone_of_names(s.time_zone)};
}

auto hdfs_store::promise(const settings& /*s*/) -> store_promise {
  auto made = store_promise{};
  made.knows_by = store_promise::memory::shared_ledger;
  made.writers_max = store_writers_max;
  made.why_not_more = "no store has more writers";
  made.batch_bytes = std::uint64_t{32} << 20;
  return made;
}

auto hdfs_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  if (!problem_of_hdfs_path(s.path).empty()) return {};
  const auto place = '/' + prefixes_of(s, where).directory();
  return {.data = stored_data{"hdfs:" + place, {"hdfs", "dfs", "-ls", "-R", place}}};
}

hdfs_store::hdfs_store(settings s, const plugin_context& context)
    : settings_(std::move(s)), directory_(prefixes_of(settings_, context).directory()),
      commits_(object_writer{settings_.format, settings_.compress, prefixes_of(settings_, context)}),
      files_(settings_, *context.clock, random_id) {
  auto its = bucket_ledger_settings{};
  its.name = name_part_of(settings_.ledger.empty() ? context.component : settings_.ledger);
  its.directory = directory_ + "_weir/" + its.name + '/';
  its.keep = context.keep;
  its.no_conditions = "the file system there replaces files when it renames, which each event once rests on that it does not";
  static const auto this_process = random_id();
  commits_.use_ledger(files_, std::move(its), *context.clock,
                      {&files_, {settings_.rotate.size.value, settings_.rotate.age / std::chrono::seconds{1}}, crc32c(context.node), this_process});
}

auto hdfs_store::open() -> result<void> {
  if (settings_.spnego && !can_negotiate()) return error{errc::unavailable, std::string{no_negotiation}};
  WEIR_CHECK(commits_.ledger()->open());
  again_ = commits_.ledger()->wait();
  return {};
}

auto hdfs_store::commit(const commit_batch& batch) -> result<committed> {
  return batch.chunks.empty() ? result<committed>{committed{}} : commits_.commit(batch);
}

auto hdfs_store::tidy(bool is_last) -> result<void> {
  again_.reset();
  auto next = commits_.ledger()->tidy(is_last);
  if (!next) return again_ = std::chrono::seconds{10}, next.failure();
  again_ = *next;
  return {};
}

auto hdfs_store::idle() -> result<void> {
  auto done = tidy(false);
  files_.close();
  return done;
}

auto hdfs_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  if (settings_.spnego && !can_negotiate()) return std::vector{std::string{no_negotiation}};
  files_.examine(directory_.substr(0, directory_.empty() ? 0 : directory_.size() - 1), wrong);
  return wrong;
}

const register_store<hdfs_store> registered_hdfs{"hdfs", std::string{hdfs_help}};

} // namespace
} // namespace weir
