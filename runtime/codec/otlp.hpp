/// Events as log records of the OpenTelemetry protocol (OTLP 1.x, protobuf), and what its receivers answer.
//
//  request       := resource_logs{1}*            ExportLogsServiceRequest
//  resource_logs := resource{1}, scope_logs{2}*
//  resource      := attribute{1}*
//  scope_logs    := scope{1}, log_record{2}*     scope := name{1}
//  log_record    := time{1} u64, severity{2}, severity text{3}, body{5}, attribute{6}*, trace id{9}, span id{10}, observed{11} u64
//  attribute     := key{1}, value{2}
//  value         := text{1} | boolean{2} | integer{3} | real{4} | list{5} | map{6} | bytes{7}
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct otlp_record_rules {
  std::string body = "message";    ///< the field that is the body; a record without it is a body as a whole
  std::string severity = "level";  ///< paths of fields, as all below; empty: none
  std::string trace_id = "trace_id";
  std::string span_id = "span_id";
  std::string tag_attribute = "tag";
};

/// Writes the records of one sink; keeps scratch memory.
class otlp_record_writer {
public:
  explicit otlp_record_writer(otlp_record_rules rules) : rules_(std::move(rules)) {}

  /// Appends log_record{2}. `record` is one msgpack map, whole; `uid`: what log.record.uid has, empty: none.
  void append(byte_buffer& out, std::int64_t time_ns, std::string_view tag, std::string_view record, std::string_view uid);

private:
  struct known_fields {
    std::string_view body;
    std::string_view severity;
    std::string_view trace_id;
    std::string_view span_id;
    auto has(std::string_view value) const -> bool;
  };
  auto known_fields_of(std::string_view record) -> known_fields;
  void append_attributes(byte_buffer& out, std::string_view record, const known_fields& known);

  otlp_record_rules rules_;
  byte_buffer scratch_;
};

/// Appends attribute{field}: a name, and a text or the msgpack value.
void append_otlp_text(byte_buffer& out, std::uint32_t field, std::string_view name, std::string_view text);
void append_otlp_attribute(byte_buffer& out, std::uint32_t field, std::string_view name, std::string_view value);

/// The severity of a word that says one ("warn", "ERROR", "notice"), from 1 (trace) to 24 (fatal); 0: it is none.
auto otlp_severity_of(std::string_view word) -> std::uint32_t;

/// Part of a request: what stands before and behind the log records of one resource.
struct otlp_group {
  std::string resource;    ///< attribute{1}*
  std::size_t records = 0; ///< bytes of the log_record{2} that follow
};
void append_otlp_head(byte_buffer& out, const otlp_group& group);

struct otlp_partial_success {
  std::uint64_t rejected = 0;
  std::string why;
};
/// Of an answer with the status 200. Total: what is no such answer says nothing.
auto otlp_partial_success_of(std::string_view body) -> otlp_partial_success;
/// The message of an answer that is no success (google.rpc.Status); empty if it is none. Total.
auto otlp_status_text(std::string_view body) -> std::string;

} // namespace weir
