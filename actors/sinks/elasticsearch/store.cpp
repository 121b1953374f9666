#include "actors/sinks/store.hpp"

#include "actors/sinks/elasticsearch/bulk_writer.hpp"
#include "actors/sinks/elasticsearch/earlier_writes.hpp"
#include "actors/sinks/elasticsearch/index_template.hpp"
#include "actors/sinks/elasticsearch/settings.hpp"

#include <algorithm>
#include <optional>

namespace weir {
namespace {

/// Each event is a document whose id follows from where the event was read, so that `create` refuses what is there.
class elasticsearch_store final : public store {
public:
  using settings = elasticsearch_settings;
  /// A connection to each endpoint, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {2 + s.http.endpoints.size(), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  elasticsearch_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return client_.close(), result<void>{}; }

private:
  /// That the server is one, takes the login, and has what is not made; whether it knows require_data_stream.
  auto look(search_api& api) -> result<bool>;
  auto prepare_stream() -> result<rolling_indices>;
  auto install_template() -> result<void>;
  auto mark_known() -> result<void>;
  auto write(const commit_batch& batch, committed& done) -> result<void>;
  void count(const commit_batch& batch, committed& done);
  void note_unsure(const commit_batch& batch);

  settings settings_;
  const class clock& clock_;
  http_client client_;
  search_api api_;
  bulk_batch documents_;
  overload_pace pace_ = request_pace();
  std::optional<bulk_writer> writer_; ///< while open
  /// Chunks of a commit that failed when some of them may have been in: what is known of them is ours.
  std::vector<chunk_id> unsure_;
};

auto name_of_target(const elasticsearch_settings& s) -> const std::string& { return s.rolls() ? s.data_stream : s.index; }

auto client_settings_of(const elasticsearch_settings& s) -> http_client_settings {
  auto made = http_client_settings_of(s.http, endpoints_of(s.http, elasticsearch_port, elasticsearch_default_endpoint));
  made.token_scheme = "ApiKey";
  made.answer_bytes_max = std::size_t{128} << 20; // each document may be refused with some hundred bytes
  made.authority = parse_certificate_hash(s.ca_fingerprint);
  return made;
}

auto elasticsearch_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.knows_by = store_promise::memory::event_keys, .writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  const auto is_by_time = !s.rolls() && index_names{s.index, "node", "component"}.uses_time();
  if (s.ask_first || !(s.rolls() || is_by_time)) return made;
  made.knows_by = store_promise::memory::none;
  made.why_none = s.rolls() ? "\"ask_first: false\" does not look behind the newest index of the data stream"
                            : "\"ask_first: false\" does not look into indices of other times";
  return made;
}

auto elasticsearch_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  const auto endpoints = endpoints_of(s.http, elasticsearch_port, elasticsearch_default_endpoint);
  if (endpoints.empty()) return {};
  const auto indices = s.rolls() ? s.data_stream : index_names{s.index, where.node, where.component}.of_all();
  const auto place = endpoints.front().text() + '/' + indices;
  auto command = std::vector<std::string>{"curl", "-s"};
  if (!s.http.auth.user.empty()) command.insert(command.end(), {"-u", s.http.auth.user});
  if (s.http.tls && !s.http.tls->ca.empty()) command.insert(command.end(), {"--cacert", s.http.tls->ca});
  command.push_back(place + "/_search?pretty&size=3&sort=@timestamp:desc");
  return {.data = stored_data{place, std::move(command)}};
}

elasticsearch_store::elasticsearch_store(settings s, const plugin_context& context)
    : settings_(std::move(s)), clock_(*context.clock),
      client_(client_settings_of(settings_), clock_), api_(client_),
      documents_({index_names{name_of_target(settings_), context.node, context.component, zone_of_names(settings_.time_zone)}, settings_.ecs, settings_.routing, settings_.id_key}) {}

auto elasticsearch_store::look(search_api& api) -> result<bool> {
  WEIR_TRY(const auto knows_streams, api.greet());
  if (!settings_.pipeline.empty()) {
    WEIR_TRY(const auto is_there, api.has_pipeline(settings_.pipeline));
    if (!is_there) return error{errc::unavailable, "there is no ingest pipeline \"" + settings_.pipeline + '"'};
  }
  if (settings_.create || !documents_.names().is_fixed()) return knows_streams;
  const auto name = std::string{documents_.names().of(0)};
  WEIR_TRY(const auto is_there, settings_.rolls() ? api.has_data_stream(name) : api.has_index(name));
  if (is_there) return knows_streams;
  return error{errc::unavailable, std::string{"there is no "} + (settings_.rolls() ? "data stream" : "index") + " \"" + name
                                      + "\", and \"create: false\" makes none"};
}

auto elasticsearch_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (std::size_t i = 0; i < client_.endpoint_count(); ++i) {
    auto api = search_api{client_, i};
    const auto looked = look(api);
    if (looked) continue;
    const auto& what = looked.failure().what;
    const auto& name = client_.endpoint_name(i);
    wrong.push_back(what.find(name) == std::string::npos ? name + ": " + what : what);
  }
  return wrong;
}

auto elasticsearch_store::open() -> result<void> {
  writer_.reset();
  WEIR_TRY(const auto knows_streams, look(api_));
  if (settings_.create) WEIR_CHECK(install_template());
  auto rolling = rolling_indices{};
  if (settings_.rolls()) {
    WEIR_TRY(rolling, prepare_stream());
  } else if (documents_.names().is_fixed()) {
    WEIR_TRY(rolling, api_.indices_of_alias(std::string{documents_.names().of(0)}));
  }
  if (!rolling.older.empty()) WEIR_CHECK(api_.refresh(rolling.older.back()));
  auto path = "/_bulk?filter_path=" + std::string{bulk_filter};
  if (!rolling.newest.empty()) path += ",items.*._index";
  if (!settings_.pipeline.empty()) path += "&pipeline=" + percent_encoded_name(settings_.pipeline);
  if (settings_.rolls() && knows_streams) path += "&require_data_stream=true";
  writer_.emplace(bulk_writer_settings{.path = std::move(path),
                                       .compress = settings_.compress == request_encoding::gzip ? compression::gzip : compression::none,
                                       .patience = settings_.http.timeout.request,
                                       .create = settings_.create && !settings_.rolls(),
                                       .is_one_index = documents_.names().is_fixed(),
                                       .rolling = std::move(rolling)},
                  client_, pace_, clock_);
  return {};
}

auto elasticsearch_store::install_template() -> result<void> {
  constexpr auto tries = 32U;
  auto wish = index_template_wish{documents_.names().of_all(), settings_.rolls(), settings_.ecs};
  const auto name = "weir-" + index_part_of(wish.pattern);
  WEIR_TRY(const auto is_there, api_.has_template(name));
  if (is_there) return {};
  for (; wish.more < tries; ++wish.more) {
    WEIR_TRY(const auto is_in, api_.install_template(name, index_template_body(settings_.index_template, wish)));
    if (is_in) return {};
  }
  return error{errc::unavailable, "other index templates have all priorities that \"" + name + "\" could have"};
}

auto elasticsearch_store::prepare_stream() -> result<rolling_indices> {
  const auto& name = settings_.data_stream;
  if (settings_.create) {
    WEIR_TRY(const auto is_there, api_.has_data_stream(name));
    if (!is_there) WEIR_CHECK(api_.create_data_stream(name));
  }
  return api_.indices_of_stream(name);
}

auto elasticsearch_store::commit(const commit_batch& batch) -> result<committed> {
  if (!writer_) WEIR_CHECK(open());
  auto done = committed{};
  if (auto written = write(batch, done); !written) {
    if (writer_->has_sent()) note_unsure(batch);
    return written.failure();
  }
  count(batch, done);
  return done;
}

auto elasticsearch_store::write(const commit_batch& batch, committed& done) -> result<void> {
  documents_.assign(batch, done);
  if (settings_.ask_first) WEIR_CHECK(mark_known());
  WEIR_CHECK(writer_->write(documents_, done.refused));
  return {};
}

auto elasticsearch_store::mark_known() -> result<void> {
  if (documents_.documents().empty()) return {};
  if (writer_->is_behind_a_rollover()) return mark_known_behind(documents_, api_, std::string{documents_.names().of(0)});
  if (documents_.names().uses_time()) return mark_known_of_other_times(documents_, api_);
  return {};
}

void elasticsearch_store::note_unsure(const commit_batch& batch) {
  constexpr auto chunks_max = std::size_t{4096};
  if (unsure_.size() > chunks_max) unsure_.clear();
  for (const auto& c : batch.chunks) unsure_.push_back(c->id);
}

void elasticsearch_store::count(const commit_batch& batch, committed& done) {
  auto is_ours = std::vector<bool>{};
  for (const auto& c : batch.chunks) is_ours.push_back(std::find(unsure_.begin(), unsure_.end(), c->id) != unsure_.end());
  for (const auto& d : documents_.documents()) {
    if (d.is == bulk_document::state::refused || (d.is == bulk_document::state::known && !is_ours[d.at.chunk])) continue;
    ++done.events;
    done.bytes += d.end - d.begin;
  }
  std::sort(done.refused.begin(), done.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& c : batch.chunks) unsure_.erase(std::remove(unsure_.begin(), unsure_.end(), c->id), unsure_.end());
}

const register_store<elasticsearch_store> registered_elasticsearch{
    "elasticsearch", std::string{elasticsearch_help}};
const register_store<elasticsearch_store> registered_opensearch{
    "opensearch", std::string{opensearch_help}};

} // namespace
} // namespace weir
