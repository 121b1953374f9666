/// Events as Fluentd's in_http takes them: POST /TAG with JSON, msgpack, lines of JSON or a form.
//
//  path    := the tag: /web/access and /web.access are web.access
//  query   := time=SECONDS, of all events that have none of their own
//  body    := one record or a list of them (application/json, application/msgpack)
//           | a record a line (application/x-ndjson), also without an end
//           | json=… or msgpack=… (application/x-www-form-urlencoded, multipart/form-data)
//
// A line that is no record is dropped and counted, and the others are taken; of all else either all is taken or nothing.
#pragma once

#include "actors/collectors/http/bodies.hpp"
#include "actors/collectors/web/endpoint.hpp"
#include "actors/collectors/web/record_time.hpp"
#include "runtime/parser/parser.hpp"

#include <memory>
#include <string>

namespace weir {

struct record_time_rules {
  std::string key = "time";
  bool keeps = false;
};

class fluentd_endpoint final : public web_endpoint {
public:
  /// `has_tag`: events are given one, so that the path need not have it.
  fluentd_endpoint(const record_time_rules& rules, bool has_tag, const clock& now);

  auto route(const web_request& request) const -> std::optional<web_route> override;
  auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer override;
  auto take_lines(const web_request& request, std::string_view lines, web_events& out) -> bool override;
  auto answer_to_lines(std::uint64_t events, std::uint64_t dropped) const -> web_answer override;

private:
  auto take_json(const web_request& request, std::string_view text, web_events& out) -> web_answer;
  auto take_msgpack(const web_request& request, std::string_view value, web_events& out) -> web_answer;
  auto take_words(const web_request& request, const web_words& words, web_events& out) -> web_answer;

  bool has_tag_;
  record_time times_;
  std::unique_ptr<line_parser> lines_;
  json_packer json_;
  byte_buffer value_;
  byte_buffer record_;
};

/// The tag that a path stands for; empty if it is none.
auto tag_of_path(std::string_view path) -> std::string;
/// The parts of a body of multipart/form-data, by name; nothing if it is malformed.
auto multipart_words(std::string_view body, std::string_view boundary) -> std::optional<web_words>;

} // namespace weir
