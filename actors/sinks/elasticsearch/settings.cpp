#include "actors/sinks/elasticsearch/settings.hpp"

#include "actors/sinks/elasticsearch/index_names.hpp"
#include "actors/sinks/http/pinned_authority.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {
namespace {

void validate_fingerprint(const elasticsearch_settings& s, config::settings_reader& reader) {
  if (!parse_certificate_hash(s.ca_fingerprint))
    reader.complain("ca_fingerprint", "\"ca_fingerprint\" wants the 64 hex digits of a SHA-256, not \"" + s.ca_fingerprint + '"');
  if (s.http.tls && (!s.http.tls->ca.empty() || s.http.tls->verify == store_verify::none))
    reader.complain("ca_fingerprint", "\"ca_fingerprint\" does nothing beside \"ca\" or \"verify: none\" under \"tls\"");
}

} // namespace

void validate(const elasticsearch_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.index, reader);
  validate_http(s.http, reader, elasticsearch_port);
  if (!s.ca_fingerprint.empty()) validate_fingerprint(s, reader);
  if (s.rolls()) {
    reader.refuse_useless("index", "with \"data_stream\" events go there");
    if (s.data_stream.find_first_of("{%") != std::string::npos)
      reader.complain("data_stream", "\"data_stream\" wants one name, without a tag or a time in it");
    else if (const auto problem = problem_of_index_name(s.data_stream); !problem.empty())
      reader.complain("data_stream", "\"data_stream\" is no name of one: " + problem);
  } else if (const auto problem = problem_of_index_template(s.index); !problem.empty()) {
    reader.complain("index", "\"index\" makes no name of an index: " + problem);
  }
  for (const auto& [key, path] : {std::pair{"routing", s.routing}, std::pair{"id_key", s.id_key}})
    if (!path.empty() && !is_written_path(path))
      reader.complain(key, '"' + std::string{key} + "\": " + std::string{not_written_path});
  const auto* given = reader.given("template");
  if (given != nullptr && !given->is_map())
    reader.complain("template", "\"template\" wants a map with settings and mappings, not " + given->describe());
  if (!s.create) reader.refuse_useless("template", "with \"create: false\" none is installed");
}

} // namespace weir
