/// Lines as Loki's push API takes them: JSON, or protobuf that is packed with snappy.
//
//  POST /loki/api/v1/push    {"streams": [{"stream": {label: value}, "values": [[NANOSECONDS, line, {metadata}?], …]}, …]}
//  GET  /ready
//
// The record has the line as "message", and labels and structured metadata as fields. The tag is "loki".
#pragma once

#include "actors/collectors/http/bodies.hpp"
#include "actors/collectors/web/endpoint.hpp"

namespace weir {

class loki_endpoint final : public web_endpoint {
public:
  auto route(const web_request& request) const -> std::optional<web_route> override;
  auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer override;
  auto problem(int status, std::string_view why) const -> web_answer override;

private:
  auto take_json(std::string_view body, web_events& out) -> web_answer;
  auto take_packed(std::string_view body, web_events& out) -> web_answer;
  auto take_stream(std::string_view stream, web_events& out) -> bool;
  auto take_value(std::string_view labels, msgpack_reader& values, web_events& out) -> bool;
  auto take_packed_stream(std::string_view stream, web_events& out) -> bool;
  auto take_packed_entry(std::string_view entry, web_events& out) -> bool;

  json_packer json_;
  byte_buffer value_;
  byte_buffer labels_; ///< fields of the stream, and how many
  std::uint32_t label_count_ = 0;
  byte_buffer record_;
};

/// Fields of `{name="value", …}` as Loki writes labels, appended to `to`; nothing if it is malformed. Total.
auto append_loki_labels(std::string_view text, msgpack_writer& to) -> std::optional<std::uint32_t>;

} // namespace weir
