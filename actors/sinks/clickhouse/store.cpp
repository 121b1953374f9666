#include "actors/sinks/store.hpp"

#include "actors/sinks/clickhouse/answers.hpp"
#include "actors/sinks/clickhouse/row_piles.hpp"
#include "actors/sinks/clickhouse/server.hpp"
#include "actors/sinks/clickhouse/settings.hpp"
#include "actors/sinks/http/event_delivery.hpp"

#include <map>
#include <optional>

namespace weir {
namespace {

using table_map = std::map<std::string, clickhouse_table>;

class insert_form final : public request_form {
public:
  explicit insert_form(const table_map& tables) : tables_(tables) {}

  void make(const event_pile& pile, piece_numbers pieces, const std::string& digits, event_request& out) override {
    out.path = tables_.at(pile.place).insert;
    if (out.path.ends_with('=')) out.path += digits;
    out.content_type = "application/octet-stream";
    for (const auto number : pieces) out.body.append(pile.bytes_of(pile.pieces[number]));
  }

  auto judge(const http_answer& answer) -> answer_verdict override {
    using enum answer_verdict::meaning;
    const auto e = clickhouse_error_of(answer.body);
    if (answer.is_success() && !answer.body.starts_with("Code: ")) return {stored};
    if (e.code == 0) return answer.status == 413 ? answer_verdict{too_large, "413"} : verdict_of_failure(answer, excerpt_of(answer.body));
    const auto said = "code " + std::to_string(e.code) + ": " + e.what;
    switch (fault_of(e)) {
    case clickhouse_fault::of_an_event: return {refused, said};
    case clickhouse_fault::of_the_size: return {too_large, said};
    case clickhouse_fault::of_the_load: return {later, said};
    case clickhouse_fault::of_the_login:
    case clickhouse_fault::of_the_rights:
    case clickhouse_fault::of_the_table:
    case clickhouse_fault::other: break;
    }
    return {stopped, clickhouse_refusal(answer)};
  }

private:
  const table_map& tables_;
};

auto insert_settings_of(const clickhouse_settings& s) -> event_delivery_settings {
  auto made = delivery_settings_of(s.http, s.compress, s.max_insert);
  made.keeps_cuts = s.idempotent;
  return made;
}

auto compiled_names(const clickhouse_settings& s, const plugin_context& context) -> table_names {
  auto made = table_names::compile(s.table, {context.node, context.component});
  WEIR_ASSERT(made || problem_of_table_name(s.table) != "");
  if (!made) made = table_names::compile("events", {});
  return made->in_zone(zone_of_names(s.time_zone)), std::move(*made);
}

class clickhouse_store final : public store {
public:
  using settings = clickhouse_settings;
  /// A connection to each endpoint, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {2 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  clickhouse_store(settings s, const plugin_context& context)
      : settings_(std::move(s)), names_(compiled_names(settings_, context)),
        client_(http_client_settings_of(settings_.http, endpoints_of(settings_.http, clickhouse_port, clickhouse_default_endpoint)), *context.clock),
        server_(settings_, client_), piles_(names_, [this](const std::string& name) { return table(name); }), form_(tables_),
        delivery_(insert_settings_of(settings_), client_, form_, *context.clock) {}

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return client_.close(), result<void>{}; }

private:
  auto table(const std::string& name) -> result<const clickhouse_table*>;

  settings settings_;
  table_names names_;
  http_client client_;
  clickhouse_server server_;
  table_map tables_; ///< since open(): a failure may have come from a change of one
  row_piles piles_;
  insert_form form_;
  event_delivery delivery_;
};

auto clickhouse_store::promise(const settings&) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  made.why_none = "a ClickHouse forgets which inserts it has; the column event_key tells a query which events are the same";
  made.batch_bytes = std::uint64_t{16} << 20;
  return made;
}

auto clickhouse_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  const auto endpoints = endpoints_of(s.http, clickhouse_port, clickhouse_default_endpoint);
  auto names = table_names::compile(s.table, {where.node, where.component});
  if (endpoints.empty() || !names) return {};
  const auto table = s.database + '.' + (names->is_one() ? names->of({}, 0) : s.table);
  return {.data = stored_data{endpoints.front().text() + ' ' + table,
                              {"clickhouse-client", "--host", endpoints.front().at.host, "--query",
                               "SELECT time, tag, record FROM " + table + " ORDER BY time DESC LIMIT 3"}}};
}

auto clickhouse_store::open() -> result<void> {
  tables_.clear();
  WEIR_CHECK(server_.version());
  if (names_.is_one()) WEIR_CHECK(table(names_.of({}, 0)));
  return {};
}

auto clickhouse_store::table(const std::string& name) -> result<const clickhouse_table*> {
  constexpr auto tables_max = std::size_t{10'000};
  if (const auto known = tables_.find(name); known != tables_.end()) return &known->second;
  auto found = server_.table(name, true);
  if (!found) return error{errc::unavailable, found.failure().what};
  if (tables_.size() >= tables_max) return error{errc::unavailable, "\"table\" makes more than 10000 tables"};
  return &tables_.emplace(name, std::move(*found)).first->second;
}

auto clickhouse_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  WEIR_TRY(const auto piles, piles_.write(batch, done));
  WEIR_CHECK(delivery_.deliver(batch, piles, done));
  return done;
}

auto clickhouse_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (std::size_t i = 0; i < client_.endpoint_count(); ++i) {
    auto server = clickhouse_server{settings_, client_, i};
    if (const auto version = server.version(); !version) {
      wrong.push_back(version.failure().what);
    } else if (names_.is_one()) {
      const auto found = server.table(names_.of({}, 0), false);
      const auto is_made = !found && settings_.create && found.failure().code == errc::not_found;
      const auto is_added = !found && settings_.evolve && found.failure().what.find("\"evolve: false\"") != std::string::npos;
      if (!found && !is_made && !is_added) wrong.push_back(client_.endpoint_name(i) + ": " + found.failure().what);
    }
  }
  return wrong;
}

const register_store<clickhouse_store> registered_clickhouse{"clickhouse", std::string{clickhouse_help}};

} // namespace
} // namespace weir
