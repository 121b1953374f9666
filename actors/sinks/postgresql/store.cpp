#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/postgresql/driver.hpp"
#include "actors/sinks/postgresql/settings.hpp"
#include "actors/sinks/sql/store.hpp"

namespace weir {
namespace {

class postgresql_store final : public sql_store {
public:
  using settings = postgresql_settings;
  /// The connection, and one that takes its place.
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  static auto promise(const settings&) -> store_promise { return sql_store::promise(); }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  postgresql_store(const settings& s, const plugin_context& context) : sql_store(s, context), partition_(s.partition) {}

private:
  auto connect(const std::string& endpoint) -> result<std::unique_ptr<sql_driver>> override;
  auto parameters_for(const std::string& endpoint) const -> result<postgresql_connection::parameters>;
  auto find_out_whether_it_writes(postgresql_connection& c) -> result<void>;

  postgresql_partition partition_;
};

constexpr auto system_authorities = "/etc/ssl/certs/ca-certificates.crt";

auto mode_of(const std::optional<store_tls>& tls) -> const char* {
  if (!tls) return "prefer";
  if (tls->verify == store_verify::none) return "require";
  return tls->verify == store_verify::ca ? "verify-ca" : "verify-full";
}

auto postgresql_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  const auto where = s.network.endpoints.empty() ? std::string{} : s.network.endpoints.front();
  const auto address = where.starts_with('/') ? std::string{"/"} : '@' + where + '/';
  const auto place = "postgresql://" + s.network.auth.user + address + s.database;
  const auto query = "select tag, count(*) from " + s.table + " group by tag order by 2 desc limit 20";
  return {.data = stored_data{place, {"psql", place, "-c", query}, true}};
}

auto postgresql_store::parameters_for(const std::string& endpoint) const -> result<postgresql_connection::parameters> {
  const auto& s = configured();
  auto made = postgresql_connection::parameters{{"dbname", s.database}, {"application_name", "weir"}, {"client_encoding", "UTF8"},
                                                {"options", "-c timezone=UTC -c datestyle=ISO"}};
  if (endpoint.starts_with('/')) {
    made.emplace_back("host", endpoint);
  } else {
    WEIR_TRY(const auto at, host_of_endpoint(endpoint, postgresql_port));
    made.emplace_back("port", std::to_string(at.port));
    const auto is_renamed = s.network.tls && !s.network.tls->server_name.empty();
    made.emplace_back("host", is_renamed ? s.network.tls->server_name : at.host);
    if (is_renamed) made.emplace_back("hostaddr", at.host);
    made.emplace_back("sslmode", mode_of(s.network.tls));
    made.emplace_back("keepalives_idle", "20");
    made.emplace_back("keepalives_interval", "5");
    made.emplace_back("keepalives_count", "4");
  }
  if (!s.network.auth.user.empty()) made.emplace_back("user", s.network.auth.user);
  if (!s.network.auth.password.value.empty()) made.emplace_back("password", s.network.auth.password.value);
  if (s.network.tls) {
    if (s.network.tls->verify != store_verify::none)
      made.emplace_back("sslrootcert", s.network.tls->ca.empty() ? system_authorities : s.network.tls->ca);
    if (!s.network.tls->certificate.empty()) {
      made.emplace_back("sslcert", s.network.tls->certificate);
      made.emplace_back("sslkey", s.network.tls->key);
    }
  }
  return made;
}

auto postgresql_store::connect(const std::string& endpoint) -> result<std::unique_ptr<sql_driver>> {
  WEIR_TRY(const auto how, parameters_for(endpoint));
  WEIR_TRY(auto connection, postgresql_connection::open(how, configured().network.timeout));
  WEIR_CHECK(find_out_whether_it_writes(*connection));
  // Whoever has the turn and says nothing more must not keep it from the others.
  WEIR_CHECK(connection->execute("SET idle_in_transaction_session_timeout = '30s'"));
  return std::unique_ptr<sql_driver>{std::make_unique<postgresql_driver>(std::move(connection), partition_)};
}

auto postgresql_store::find_out_whether_it_writes(postgresql_connection& c) -> result<void> {
  WEIR_TRY(const auto rows, c.query("SHOW transaction_read_only"));
  if (rows.empty() || rows[0][0] != "on") return {};
  return error{errc::unavailable, "it is read-only: a standby, or told to be (default_transaction_read_only)"};
}

const register_store<postgresql_store> registered_postgresql{"postgresql", std::string{postgresql_help}};

} // namespace
} // namespace weir
