#include "actors/sinks/treasure_data/settings.hpp"

#include "actors/sinks/http/request_paths.hpp"
#include "actors/sinks/sql/table_names.hpp"
#include "actors/sinks/treasure_data/rows.hpp"

namespace weir {

void validate(const treasure_data_settings& s, config::settings_reader& reader) {
  validate_http(s.http, reader, treasure_data_port);
  validate_name_zone(s.time_zone, s.table, reader);
  if (s.http.auth.token.value.empty()) reader.complain("auth", "\"auth\" has no \"token\": imports want an API key");
  if (!s.http.auth.user.empty()) reader.complain("auth", "Treasure Data knows an API key as \"token\", no user");
  if (const auto at = parse_http_endpoint(s.api_endpoint, treasure_data_port, true); !at)
    reader.complain("api_endpoint", "\"api_endpoint\": " + at.failure().what);
  if (reader.is_given("database") && !is_import_name(s.database))
    reader.complain("database", "\"database\" wants 3 to 128 small letters, digits and _, not \"" + excerpt_of_name(s.database) + '"');
  if (const auto problem = problem_of_table_name(s.table); !problem.empty()) reader.complain("table", problem);
  if (!s.tag_column.empty() && (column_name_of(s.tag_column) != s.tag_column || s.tag_column == "time"))
    reader.complain("tag_column", "\"tag_column\" wants small letters, digits and _, and not to be time");
  check_request_size(s.max_request, reader);
}

} // namespace weir
