#include "actors/sinks/mysql/driver.hpp"
#include "actors/sinks/mysql/settings.hpp"
#include "actors/sinks/sql/store.hpp"

namespace weir {
namespace {

class mysql_store final : public sql_store {
public:
  using settings = mysql_settings;
  /// The connection, and one that takes its place.
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  static auto promise(const settings&) -> store_promise { return sql_store::promise(); }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  mysql_store(const settings& s, const plugin_context& context) : sql_store(s, context), loads_(s.load_data) {}

private:
  auto connect(const std::string& endpoint) -> result<std::unique_ptr<sql_driver>> override;

  bool loads_;
};

auto mysql_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  const auto where = s.network.endpoints.empty() ? std::string{} : s.network.endpoints.front();
  auto command = std::vector<std::string>{"mysql"};
  if (where.starts_with('/')) {
    command.insert(command.end(), {"-S", where});
  } else if (const auto at = host_of_endpoint(where, mysql_port)) {
    command.insert(command.end(), {"-h", at->host, "-P", std::to_string(at->port)});
  }
  const auto query = "select tag, count(*) from " + s.table + " group by tag order by 2 desc limit 20";
  command.insert(command.end(), {"-u", s.network.auth.user, "-p", s.database, "-e", query});
  return {.data = stored_data{where + '/' + s.database, std::move(command), true}};
}

auto mysql_store::connect(const std::string& endpoint) -> result<std::unique_ptr<sql_driver>> {
  auto where = mysql_connection::place{};
  where.database = configured().database;
  if (endpoint.starts_with('/')) {
    where.socket = endpoint;
  } else {
    WEIR_TRY(const auto at, host_of_endpoint(endpoint, mysql_port));
    where.host = at.host;
    where.port = at.port;
  }
  WEIR_TRY(auto connection, mysql_connection::open(where, configured().network));
  const auto patience_s = std::chrono::ceil<std::chrono::seconds>(configured().network.timeout.request).count();
  WEIR_CHECK(connection->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  // Whoever has the turn and says nothing more must not keep it from the others: its connection is ended.
  WEIR_CHECK(connection->execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION time_zone = '+00:00', "
                                 "SESSION wait_timeout = 30"));
  // What only speaks the protocol may not know it; how long we wait for an answer bounds it too.
  (void)connection->execute("SET SESSION innodb_lock_wait_timeout = " + std::to_string(patience_s));
  WEIR_TRY(const auto facts, connection->query("SELECT @@global.read_only, @@max_allowed_packet"));
  if (facts.empty() || facts[0][0] == "1" || facts[0][0] == "ON")
    return error{errc::unavailable, "it is read-only (read_only): a replica, or told to be"};
  const auto packet_bytes = static_cast<std::size_t>(sql_number(facts[0][1]));
  return std::unique_ptr<sql_driver>{std::make_unique<mysql_driver>(std::move(connection), packet_bytes, loads_)};
}

const register_store<mysql_store> registered_mysql{"mysql", std::string{mysql_help}};

} // namespace
} // namespace weir
