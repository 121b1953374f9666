/// Settings of the store `http`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/http/status_rules.hpp"
#include "actors/sinks/name_zone.hpp"
#include "runtime/codec/compression.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class http_format { json_lines, json_array, msgpack, raw, ltsv, csv };

constexpr auto names_of(http_format*) {
  using enum http_format;
  return std::array<std::pair<std::string_view, http_format>, 6>{
      {{"json_lines", json_lines}, {"json_array", json_array}, {"msgpack", msgpack}, {"raw", raw}, {"ltsv", ltsv}, {"csv", csv}}};
}

enum class http_method { post, put, patch };

constexpr auto names_of(http_method*) {
  return std::array<std::pair<std::string_view, http_method>, 3>{
      {{"POST", http_method::post}, {"PUT", http_method::put}, {"PATCH", http_method::patch}}};
}

struct status_settings {
  std::vector<std::string> stored;
  std::vector<std::string> rejected;
  std::vector<std::string> later;
};

struct http_store_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  events:
    type: http
    endpoints: ["https://events-1.example", "https://events-2.example"]
    path: "/ingest/{tag}"
    format: json_array
    body: '{"from": "shop", "events": {events}}'
    auth: { token: changeme }            # better {file: PATH} or ${VARIABLE}
    compress: gzip
    idempotent: true                     # the receiver knows an Idempotency-Key again
)"};

  http_settings http;
  http_method method = http_method::post;
  std::string path = "/";
  std::string time_zone = "UTC";
  http_format format = http_format::json_lines;
  format_settings lines;
  std::string body = "{events}";
  std::string content_type;
  config::string_map headers;
  std::string token_header;
  status_settings statuses;
  bool idempotent = false;
  byte_count max_request{std::uint64_t{4} << 20};
  compression compress = compression::none;
};

inline constexpr auto http_help = std::string_view{
    "Sends events to what takes them by HTTP: several in a request, in a form that the settings say; at least once."};
inline constexpr auto http_port = std::uint16_t{80};

template <class Visitor> void describe(Visitor& v, status_settings& s) {
  v.field("stored", s.stored, "Answers that say that all events of a request are stored, as 200 or 2xx. Default: 2xx.");
  v.field("rejected", s.rejected,
          "That some event of it is never taken: it is sent in halves until that one is found. Default: 400, 413, 422.");
  v.field("later", s.later,
          "That nothing is stored, and may be later: it is sent again and again. Default: all others; 429 and 503 are sent less at a "
          "time.");
}

template <class Visitor> void describe(Visitor& v, http_store_settings& s) {
  describe_http(v, s.http,
                "Who takes the events, as https://events-1.example:8443/prefix; several take turns, and one that does not answer is "
                "left out for a while. A token under auth goes as \"Authorization: Bearer\", unless it begins with a word and a space.");
  v.field("method", s.method, "POST, PUT or PATCH.");
  v.field("path", s.path,
          "Where requests go; {tag}, {node}, {component} and strftime of the event time, so that %% is a percent sign. What a "
          "path may not have is replaced: docs/stores.md.");
  describe_name_zone(v, s.time_zone, "path");
  v.field("format", s.format, "json_lines, json_array, msgpack, raw (the field message alone), ltsv or csv.");
  describe_lines(v, s.lines);
  v.field("body", s.body, "The body of a request, with {events} in it once.");
  v.field("content_type", s.content_type, "Default: as the format has it.");
  v.field("headers", s.headers, "Fields of each request: names and values. Not for secrets, which \"auth\" is for.");
  v.field("token_header", s.token_header, "The field that the token of \"auth\" goes in, alone, as X-Api-Key; empty: Authorization.");
  v.field("statuses", s.statuses, "Which answers mean what.");
  v.field("idempotent", s.idempotent,
          "Whether the receiver takes a request once that comes again with the same Idempotency-Key. Then a request has events of one "
          "chunk alone, so that it has the same key also after a restart, if a disk buffer before the sink kept the chunk. The key is "
          "sent in any case.");
  v.field("max_request", s.max_request, "Events in one request, before they are compressed.");
  v.field("compress", s.compress, "none, gzip or zstd: how requests travel, where the receiver knows it.");
}

void validate(const status_settings& s, config::settings_reader& reader);
void validate(const http_store_settings& s, config::settings_reader& reader);

auto rules_of(const status_settings& s) -> status_rules;
auto options_of(const http_store_settings& s) -> format_options;
/// What stands before the events, and behind them.
auto around_events(const http_store_settings& s) -> std::pair<std::string_view, std::string_view>;

} // namespace weir
