/// Settings of the store `mysql`.
#pragma once

#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/sql/settings.hpp"

#include <string_view>

namespace weir {

struct mysql_settings : sql_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  store:
    type: mysql
    from: web
    endpoints: [db-1:3306, db-2:3306]          # the first that takes writes
    database: logs
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    table: "logs_{tag}"
    columns: { status: code }
    writers: 4
)"};

  bool load_data = true;
};

inline constexpr auto mysql_help =
    std::string_view{"Commits events to a table of MySQL or MariaDB, each exactly once, also from several nodes."};
inline constexpr auto mysql_port = std::uint16_t{3306};

template <class Visitor> void describe(Visitor& v, mysql_settings& s) {
  describe_sql(v, s, "host:port (3306 if none is given) or the path of a unix socket; of several the first that takes writes.");
  v.field("load_data", s.load_data,
          "Whether many rows go as LOAD DATA LOCAL, where the server's local_infile lets them: half the work for it; else as INSERT.");
}

inline void validate(const mysql_settings& s, config::settings_reader& reader) {
  validate_sql(s, reader);
  for (const auto& e : s.network.endpoints)
    if (!e.starts_with('/'))
      if (const auto at = host_of_endpoint(e, mysql_port); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is the database?", "as in db-1:3306");
  if (!s.network.auth.token.value.empty()) reader.refuse_useless("auth", "MySQL knows user and password, no token");
  if (s.network.tls && !s.network.tls->server_name.empty())
    reader.complain("tls", "\"server_name\" is not to be had with MySQL's client library: the certificate must name the endpoint");
}

} // namespace weir
