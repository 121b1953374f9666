#include "actors/sinks/http/store_settings.hpp"

#include "actors/sinks/http/request_paths.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace weir {
namespace {

constexpr auto events_mark = std::string_view{"{events}"};

auto format_of(http_format format) -> event_format {
  switch (format) {
  case http_format::json_lines:
  case http_format::json_array: return event_format::json;
  case http_format::msgpack: return event_format::msgpack;
  case http_format::raw: return event_format::raw;
  case http_format::ltsv: return event_format::ltsv;
  case http_format::csv: return event_format::csv;
  }
  return event_format::json;
}

auto lines_of(const http_store_settings& s) -> format_settings {
  auto made = s.lines;
  made.format = format_of(s.format);
  return made;
}

} // namespace

void validate(const status_settings& s, config::settings_reader& reader) {
  auto seen = std::set<std::string>{};
  for (const auto& [key, rules] : {std::pair{"stored", s.stored}, std::pair{"rejected", s.rejected}, std::pair{"later", s.later}})
    for (const auto& rule : rules)
      if (!status_rules::is_rule(rule))
        reader.complain(key, '"' + std::string{key} + "\" wants statuses as 404 or 4xx, not \"" + rule + '"');
      else if (!seen.insert(rule).second)
        reader.complain(key, '"' + rule + "\" has a meaning already");
}

void validate(const http_store_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.path, reader);
  if (!reader.is_given("endpoints"))
    reader.complain("endpoints", "\"endpoints\" is missing", "who takes the events, such as https://events.example");
  else if (s.http.endpoints.empty())
    reader.complain("endpoints", "there is nobody to send to");
  validate_http(s.http, reader, http_port);
  validate(lines_of(s), reader);
  check_headers(s.headers, reader);
  check_token_header(s.token_header, s.http.auth, reader);
  if (!is_header_value(s.content_type)) reader.complain("content_type", "\"content_type\" wants a type, such as application/json");
  if (const auto problem = problem_of_request_path(s.path); !problem.empty()) reader.complain("path", "\"path\" makes no path: " + problem);
  const auto at = s.body.find(events_mark);
  if (at == std::string::npos || s.body.find(events_mark, at + 1) != std::string::npos)
    reader.complain("body", "\"body\" wants {events} in it, once");
  check_request_size(s.max_request, reader);
}

auto rules_of(const status_settings& s) -> status_rules {
  auto made = status_rules{};
  made.add(s.later, status_meaning::later);
  made.add(s.rejected, status_meaning::rejected);
  made.add(s.stored, status_meaning::stored);
  return made;
}

auto options_of(const http_store_settings& s) -> format_options { return options_of(lines_of(s)); }

auto around_events(const http_store_settings& s) -> std::pair<std::string_view, std::string_view> {
  const auto body = std::string_view{s.body};
  const auto at = std::min(body.find(events_mark), body.size());
  return {body.substr(0, at), body.substr(std::min(at + events_mark.size(), body.size()))};
}

} // namespace weir
