#include "actors/sinks/store.hpp"

#include "actors/sinks/cassandra/row_writer.hpp"
#include "actors/sinks/cassandra/time_book.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Each event is a row whose key follows from where the event was read, so that a second write of it is the same row.
class cassandra_store final : public store {
public:
  using settings = cassandra_settings;
  /// A connection to each node, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need {
    return {2 + (s.discover ? cassandra_nodes_max : s.network.endpoints.size()), false};
  }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  cassandra_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;

private:
  auto prepare() -> result<void>;
  auto write(const commit_batch& batch, committed& done) -> result<void>;

  settings settings_;
  const class clock& clock_;
  std::vector<field_column> columns_;
  cql_cluster cluster_;
  cassandra_schema schema_;
  time_book times_;
  result<table_names> names_;
  std::optional<row_batch> rows_; ///< while open
  row_writer writer_;
};

/// Tables that are remembered; a template with the tag in it may make many.
constexpr auto tables_max = std::size_t{10'000};

/// Outside of what the server refuses of events, no event is to blame.
auto waits_for_better(error why) -> error {
  if (why.code == errc::rejected || why.code == errc::malformed) why.code = errc::unavailable;
  return why;
}

auto names_for(const cassandra_settings& s, const plugin_context& where) -> result<table_names> {
  WEIR_TRY(auto names, table_names::compile(s.table, {where.node, where.component}, cassandra_name_bytes_max));
  return names.in_zone(zone_of_names(s.time_zone)), names;
}

auto is_on_one_replica(cql_consistency c) -> bool {
  return c == cql_consistency::any || c == cql_consistency::one || c == cql_consistency::local_one;
}

auto cassandra_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.knows_by = store_promise::memory::event_keys, .writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  if (is_on_one_replica(s.consistency)) made.at_power_cut = caveat{"one replica alone may have what counts as stored", "consistency"};
  if (s.ask_first) return made;
  made.knows_by = store_promise::memory::none;
  made.why_none = "\"ask_first: false\" gives events without a time of their own another time, and row, when they are read again";
  return made;
}

auto cassandra_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  if (s.network.endpoints.empty()) return {};
  const auto at = host_of_endpoint(s.network.endpoints.front(), cassandra_port);
  if (!at) return {};
  auto command = std::vector<std::string>{"cqlsh", at->host, std::to_string(at->port)};
  if (!s.network.auth.user.empty()) command.insert(command.end(), {"-u", s.network.auth.user});
  if (s.network.tls) command.push_back("--ssl");
  command.insert(command.end(), {"-e", "SELECT time, tag, record FROM " + s.keyspace + '.' + s.table + " LIMIT 20"});
  return {.data = stored_data{"cassandra://" + to_text(*at) + '/' + s.keyspace + '.' + s.table, std::move(command)}};
}

cassandra_store::cassandra_store(settings s, const plugin_context& context)
    : settings_(std::move(s)), clock_(*context.clock), columns_(read_columns(settings_.columns)),
      cluster_({settings_.network.endpoints, settings_.network, settings_.discover}, clock_),
      schema_(cluster_, settings_, columns_), times_(cluster_, settings_), names_(names_for(settings_, context)),
      writer_(cluster_, settings_, clock_) {}

auto cassandra_store::open() -> result<void> {
  rows_.reset();
  schema_.forget_all();
  if (!names_) return names_.failure();
  if (auto ready = prepare(); !ready) return cluster_.close(), waits_for_better(ready.failure());
  rows_.emplace(*names_, columns_, settings_.buckets);
  return {};
}

auto cassandra_store::prepare() -> result<void> {
  WEIR_CHECK(cluster_.open());
  WEIR_CHECK(schema_.check_keyspace());
  if (settings_.ask_first) WEIR_CHECK(times_.open());
  // What is wrong with it is better told now than with the first event.
  if (names_->is_one()) WEIR_CHECK(schema_.table(names_->of({}, 0)));
  return {};
}

auto cassandra_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  if (!names_) return wrong.push_back(names_.failure().what), wrong;
  for (const auto& endpoint : settings_.network.endpoints) {
    auto alone = cql_cluster{{{endpoint}, settings_.network, false}, clock_};
    if (const auto opened = alone.open(); !opened) {
      wrong.push_back(opened.failure().what);
    } else {
      auto schema = cassandra_schema{alone, settings_, columns_};
      const auto fits = schema.examine(names_->is_one() ? names_->of({}, 0) : std::string{});
      if (!fits) wrong.push_back(endpoint + ": " + fits.failure().what);
    }
  }
  return wrong;
}

auto cassandra_store::commit(const commit_batch& batch) -> result<committed> {
  if (!rows_) WEIR_CHECK(open());
  auto done = committed{};
  if (auto written = write(batch, done); !written) {
    // What is still under way is answered to nobody.
    cluster_.close();
    rows_.reset();
    return waits_for_better(written.failure());
  }
  return done;
}

auto cassandra_store::write(const commit_batch& batch, committed& done) -> result<void> {
  WEIR_CHECK(cluster_.open());
  if (schema_.size() > tables_max) schema_.forget_all();
  WEIR_CHECK(rows_->assign(batch, schema_, settings_.ask_first ? &times_ : nullptr, done));
  WEIR_CHECK(writer_.write(*rows_, done.refused));
  for (const auto& r : rows_->rows()) {
    if (r.is != cassandra_row::state::stored) continue;
    ++done.events;
    done.bytes += r.end - r.begin;
  }
  std::sort(done.refused.begin(), done.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {};
}

const register_store<cassandra_store> registered_cassandra{
    "cassandra", "Commits events to a Cassandra or ScyllaDB, each exactly once: as rows whose keys follow from the events."};

} // namespace
} // namespace weir
