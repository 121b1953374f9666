/// Settings of the stores `elasticsearch` and `opensearch`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/name_zone.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// How requests travel; what these servers take.
enum class request_encoding { none, gzip };

constexpr auto names_of(request_encoding*) {
  return std::array<std::pair<std::string_view, request_encoding>, 2>{
      {{"none", request_encoding::none}, {"gzip", request_encoding::gzip}}};
}

struct elasticsearch_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  search:
    type: elasticsearch                  # or opensearch
    endpoints: ["https://search-1:9200", "https://search-2:9200"]
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    index: "logs-{tag}-%Y.%m.%d"
    writers: 4
)"};

  http_settings http;
  std::string ca_fingerprint;
  std::string index = "logs-{tag}-%Y.%m.%d";
  std::string time_zone = "UTC";
  std::string data_stream;
  bool create = true;
  config::value index_template;
  std::string pipeline;
  std::string routing;
  std::string id_key;
  bool ask_first = true;
  bool ecs = false;
  request_encoding compress = request_encoding::gzip;

  /// Whether events get in by a name that stands for one index after the other.
  auto rolls() const -> bool { return !data_stream.empty(); }
};

inline constexpr auto elasticsearch_help =
    std::string_view{"Commits events to an Elasticsearch, each exactly once: as documents whose ids follow from the events."};
inline constexpr auto opensearch_help =
    std::string_view{"Commits events to an OpenSearch, each exactly once: as documents whose ids follow from the events."};
inline constexpr auto elasticsearch_port = std::uint16_t{9200};
inline constexpr auto elasticsearch_default_endpoint = std::string_view{"http://127.0.0.1:9200"};

template <class Visitor> void describe(Visitor& v, elasticsearch_settings& s) {
  describe_http(v, s.http,
                "Its nodes, as https://search-1:9200; they take turns, and one that does not answer is left out for a while. "
                "None: http://127.0.0.1:9200. A token under auth is an API key, unless it begins with a word and a space, as "
                "in \"Bearer x\".");
  v.field("ca_fingerprint", s.ca_fingerprint,
          "SHA-256 of the certificate of the authority to trust, as an Elasticsearch prints it when it is set up; in place of "
          "\"ca\" under tls.");
  v.field("index", s.index,
          "The index of an event; {tag}, {node}, {component} and strftime of the event time. What a name may not have is "
          "replaced: docs/stores.md.");
  describe_name_zone(v, s.time_zone, "index");
  v.field("data_stream", s.data_stream, "Writes to this data stream in place of an index.");
  v.field("create", s.create,
          "Makes what is missing: the index template, the data stream, an index where the server does not make it by itself. "
          "false: says what is missing.");
  v.field("template", s.index_template,
          "settings, mappings and aliases of the index template for all that it writes to, which is installed if it is missing; "
          "with index_patterns a whole one. Not given: @timestamp with nanoseconds, tag as a keyword, no guessing of dates.");
  v.field("pipeline", s.pipeline, "The ingest pipeline that documents go through.");
  v.field("routing", s.routing, "A field of the record whose value chooses the shard; dotted path.");
  v.field("id_key", s.id_key,
          "A field of the record that is the document's _id; an event without it has the id that all have otherwise, which "
          "follows from where the event was read.");
  v.field("ask_first", s.ask_first,
          "Asks whether an event is there already where its id alone does not tell: behind a data stream that has rolled over, "
          "and in indices of other times for an event without a time of its own. false: spares the request; such an event may "
          "come twice after a kill.");
  v.field("ecs", s.ecs, "Names fields by the Elastic Common Schema: the tag is event.dataset, level is log.level.");
  v.field("compress", s.compress, "How requests travel.");
}

void validate(const elasticsearch_settings& s, config::settings_reader& reader);

} // namespace weir
