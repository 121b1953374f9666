/// Log records of the OpenTelemetry protocol (OTLP 1.x) as events: protobuf and JSON, and answers to their senders.
//
// What otlp.hpp writes is read back as it was. The record of an event has, of the log record:
//
//  body             a map: its fields; any other value: "message"
//  attributes       a field each, by their whole names; one that is called like the tag attribute is the tag instead
//  severity text    "level"; without it the word for the number: trace, debug, info, warn, error, fatal
//  severity number  "severity_number", where the word does not say it
//  trace, span id   "trace_id", "span_id", hex digits
//  resource         "resource": a map of its attributes, if there are any
//  scope            "scope": name, version and attributes, unless it is Weir's own
//
// The time is that of the record, or when it was observed. Of fields that repeat the last one counts.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/json_packer.hpp"
#include "runtime/event/msgpack.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct otlp_event {
  std::string_view tag; ///< empty: it says none
  std::optional<std::int64_t> time_ns;
  std::string_view record; ///< one msgpack map
};

class otlp_reader {
public:
  /// Returns false to end it.
  using visitor = std::function<bool(const otlp_event&)>;

  /// `tag_attribute` empty: no attribute is the tag.
  explicit otlp_reader(std::string tag_attribute) : tag_attribute_(std::move(tag_attribute)) {}

  /// Reads an ExportLogsServiceRequest. errc::malformed, errc::limit: the visitor ended it. Total.
  auto read(std::string_view request, const visitor& use) -> result<void>;
  auto read_json(std::string_view request, const visitor& use) -> result<void>;

private:
  struct log_record {
    std::uint64_t time_ns = 0;
    std::uint64_t observed_ns = 0;
    std::uint64_t severity = 0;
    std::string_view severity_text = {};
    std::string trace_id = {};
    std::string span_id = {};
    std::uint32_t attributes = 0; ///< in fields_
  };
  auto read_resource_logs(std::string_view logs, const visitor& use) -> result<void>;
  auto read_scope_logs(std::string_view logs, const visitor& use) -> result<void>;
  auto read_record(std::string_view from, const visitor& use) -> result<void>;
  auto read_json_scope(std::string_view scope_logs, const visitor& use) -> result<void>;
  auto read_json_record(std::string_view from, const visitor& use) -> result<void>;
  auto append_body(msgpack_writer& to) const -> std::uint32_t;
  auto append_attributes(msgpack_writer& to, std::uint32_t count) -> std::uint32_t;
  auto hand_over(const log_record& r, const visitor& use) -> result<void>;
  void set_scope(std::string_view name, std::string_view version, std::string_view attributes, std::uint32_t count);

  std::string tag_attribute_;
  std::string tag_;
  json_packer json_;
  byte_buffer document_;
  byte_buffer resource_; ///< the field "resource", or nothing
  byte_buffer scope_;    ///< the field "scope", or nothing
  byte_buffer fields_;   ///< of attributes
  byte_buffer body_;
  byte_buffer record_;
};

/// ExportLogsServiceResponse with a partial success, or empty for none.
auto otlp_response(std::uint64_t rejected, std::string_view why, bool is_json) -> std::string;
/// google.rpc.Status: what an answer says that is no success. `code`: of gRPC; `retry_s`: 0, or when to come again.
auto otlp_status(int code, std::string_view why, bool is_json, unsigned retry_s = 0) -> std::string;

} // namespace weir
