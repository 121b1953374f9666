/// Settings of the store `treasure_data`.
#pragma once

#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/name_zone.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct treasure_data_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
destination_aggregators:
  local: { from: [web], buffer: { path: weir-data/local } }
sinks:
  lake:
    type: treasure_data
    from: [local]
    auth: { token: changeme }              # a write-only API key; better {file: PATH} or ${VARIABLE}
    database: logs
    table: "{tag}"
    batch: { max_size: 8MiB, max_delay: 60s }
)"};

  http_settings http;
  std::string api_endpoint = "https://api.treasuredata.com";
  std::string database;
  std::string table = "{tag}";
  std::string time_zone = "UTC";
  std::string tag_column = "tag";
  bool create = true;
  byte_count max_request{std::uint64_t{8} << 20};
};

inline constexpr auto treasure_data_help =
    std::string_view{"Imports events into tables of Treasure Data, under ids by which it knows again what comes twice."};
inline constexpr auto treasure_data_port = std::uint16_t{443};
inline constexpr auto treasure_data_import = std::string_view{"https://api-import.treasuredata.com"};

template <class Visitor> void describe(Visitor& v, treasure_data_settings& s) {
  describe_http(v, s.http, "Where imports go, if not to https://api-import.treasuredata.com: other regions have other hosts. Under auth, token is the API key.");
  v.field("api_endpoint", s.api_endpoint, "Where databases and tables are made: the API of the same region.");
  v.required("database", s.database, "Its name: 3 to 128 small letters, digits and _.");
  v.field("table", s.table,
          "The table of an event; {tag}, {node}, {component} and strftime of the event time. Letters become small, what is no letter, digit or _ "
          "becomes _.");
  describe_name_zone(v, s.time_zone, "table");
  v.field("tag_column", s.tag_column, "The column that has the event's tag; empty: none has.");
  v.field("create", s.create, "Makes the database and tables that are missing, for which the key wants more rights than to write.");
  v.field("max_request", s.max_request, "Events of one import, before they are compressed.");
}

void validate(const treasure_data_settings& s, config::settings_reader& reader);

} // namespace weir
