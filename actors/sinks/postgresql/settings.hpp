/// Settings of the store `postgresql`.
#pragma once

#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/sql/settings.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace weir {

enum class postgresql_partition { none, day, hour };

constexpr auto names_of(postgresql_partition*) {
  return std::array<std::pair<std::string_view, postgresql_partition>, 3>{{{"none", postgresql_partition::none},
                                                                          {"day", postgresql_partition::day},
                                                                          {"hour", postgresql_partition::hour}}};
}

struct postgresql_settings : sql_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  store:
    type: postgresql
    from: web
    endpoints: [db-1:5432, db-2:5432]          # the first that takes writes
    database: logs
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    table: "logs_{tag}"
    columns: { status: code }
    partition: day
    writers: 4
)"};

  postgresql_partition partition = postgresql_partition::none;
};

inline constexpr auto postgresql_help =
    std::string_view{"Commits events to a table of PostgreSQL, each exactly once, also from several nodes."};
inline constexpr auto postgresql_port = std::uint16_t{5432};

template <class Visitor> void describe(Visitor& v, postgresql_settings& s) {
  describe_sql(v, s, "host:port (5432 if none is given) or the folder of a unix socket, as in /var/run/postgresql; of several the "
                     "first that takes writes.");
  v.field("partition", s.partition,
          "day, hour: a table that is made has native partitions by the event's time (UTC), made as events need them; none.");
}

inline void validate(const postgresql_settings& s, config::settings_reader& reader) {
  validate_sql(s, reader);
  for (const auto& e : s.network.endpoints)
    if (!e.starts_with('/'))
      if (const auto at = host_of_endpoint(e, postgresql_port); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is the database?", "as in db-1:5432");
  if (!s.network.auth.token.value.empty()) reader.refuse_useless("auth", "PostgreSQL knows user and password, no token");
}

} // namespace weir
