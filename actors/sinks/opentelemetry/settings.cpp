#include "actors/sinks/opentelemetry/settings.hpp"

#include "actors/sinks/http/request_paths.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir {
namespace {

void check_resource_fields(const config::value& written, config::settings_reader& reader) {
  const auto are_paths =
      std::all_of(written.items.begin(), written.items.end(), [](const auto& v) { return v.is_scalar(); })
      && std::all_of(written.members.begin(), written.members.end(), [](const auto& m) { return m.content.is_scalar(); });
  if (!are_paths) return reader.complain("resource_fields", "\"resource_fields\" wants a list of fields, or a map of attributes to fields");
  for (const auto& c : read_columns(written))
    if (c.name.empty() || !is_written_path(c.path))
      reader.complain("resource_fields", "\"resource_fields\": " + std::string{not_written_path});
}

} // namespace

void validate(const opentelemetry_settings& s, config::settings_reader& reader) {
  validate_http(s.http, reader, opentelemetry_port);
  check_plain_path(s.path, reader);
  check_headers(s.headers, reader);
  check_token_header(s.token_header, s.http.auth, reader);
  check_resource_fields(s.resource_fields, reader);
  for (const auto& [key, path] : {std::pair{"body", s.record.body}, std::pair{"severity", s.record.severity}, std::pair{"trace_id", s.record.trace_id},
                                  std::pair{"span_id", s.record.span_id}})
    if (!path.empty() && !is_written_path(path)) reader.complain(key, '"' + std::string{key} + "\": " + std::string{not_written_path});
  check_request_size(s.max_request, reader);
}

} // namespace weir
