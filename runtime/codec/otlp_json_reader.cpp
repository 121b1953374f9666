/// The JSON form of OTLP (OpenTelemetry protocol specification, "JSON Protobuf Encoding"), and answers.
#include "runtime/codec/otlp_reader.hpp"

#include "runtime/codec/base64.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/protobuf.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto json_otlp_depth_max = 64U;

auto otlp_text_at(std::string_view map, std::string_view name) -> std::string_view {
  auto text = std::string_view{};
  if (const auto value = find_field(map, name); !value.empty()) (void)msgpack_reader{value}.str(text);
  return text;
}

/// A number, or its digits as text: JSON of protobuf writes 64 bits so.
auto integer_of(std::string_view value) -> std::optional<std::int64_t> {
  auto number = std::int64_t{0};
  auto text = std::string_view{};
  auto read = msgpack_reader{value};
  if (read.integer(number)) return number;
  if (!read.str(text)) return std::nullopt;
  const auto* const end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, number);
  return done.ec == std::errc{} && done.ptr == end ? std::optional{number} : std::nullopt;
}

auto append_json_value(msgpack_writer& to, std::string_view any, unsigned depth) -> bool;

/// [{"key": …, "value": …}, …] as fields; how many.
auto append_json_pairs(msgpack_writer& to, std::string_view list, unsigned depth) -> std::optional<std::uint32_t> {
  if (list.empty()) return 0;
  auto read = msgpack_reader{list};
  auto count = std::uint32_t{0};
  if (depth > json_otlp_depth_max || !read.array(count)) return std::nullopt;
  for (auto left = count; left > 0; --left) {
    auto pair = std::string_view{};
    if (!read.value(pair) || msgpack_reader{pair}.peek() != msgpack_type::map) return std::nullopt;
    to.str(otlp_text_at(pair, "key"));
    if (!append_json_value(to, find_field(pair, "value"), depth)) return std::nullopt;
  }
  return count;
}

auto append_json_list(msgpack_writer& to, std::string_view list, unsigned depth) -> bool {
  auto read = msgpack_reader{list};
  auto count = std::uint32_t{0};
  if (depth > json_otlp_depth_max || !read.array(count)) return false;
  to.array(count);
  for (; count > 0; --count) {
    auto item = std::string_view{};
    if (!read.value(item) || !append_json_value(to, item, depth)) return false;
  }
  return true;
}

/// {"values": …} of a list or of a map; missing, it is empty.
auto append_json_container(msgpack_writer& to, std::string_view inside, bool is_map, unsigned depth) -> bool {
  const auto values = find_field(inside, "values");
  if (is_map) {
    const auto mark = to.open();
    const auto count = append_json_pairs(to, values, depth);
    to.close_map(mark, count.value_or(0));
    return count.has_value();
  }
  if (values.empty()) return to.array(0), true;
  return append_json_list(to, values, depth);
}

auto append_json_scalar(msgpack_writer& to, std::string_view kind, std::string_view value) -> bool {
  auto text = std::string_view{};
  auto state = false;
  auto real = double{};
  auto read = msgpack_reader{value};
  if (kind == "stringValue") return read.str(text) && (to.str(text), true);
  if (kind == "boolValue") return read.boolean(state) && (to.boolean(state), true);
  if (kind == "doubleValue") {
    if (read.real(real)) return to.real(real), true;
    return read.str(text) && (to.str(text), true); // "NaN", "Infinity"
  }
  if (kind == "bytesValue") {
    const auto bytes = read.str(text) ? from_base64(text) : std::nullopt;
    return bytes && (to.bin(*bytes), true);
  }
  const auto number = integer_of(value);
  return kind == "intValue" && number && (to.integer(*number), true);
}

auto append_json_value(msgpack_writer& to, std::string_view any, unsigned depth) -> bool {
  auto read = msgpack_reader{any};
  auto count = std::uint32_t{0};
  auto kind = std::string_view{};
  auto value = std::string_view{};
  if (any.empty() || (read.map(count) && count == 0)) return to.nil(), true;
  if (!read.str(kind) || !read.value(value)) return false;
  if (kind == "arrayValue" || kind == "kvlistValue") return append_json_container(to, value, kind == "kvlistValue", depth + 1);
  return append_json_scalar(to, kind, value);
}

auto lower_hex(std::string_view text) -> std::string {
  auto lower = std::string{text};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c | 0x20);
  return lower;
}

/// Calls `use` for each map of a list; what is missing is an empty one.
template <class Use> auto for_each_item(std::string_view list, Use&& use) -> result<void> {
  if (list.empty()) return {};
  auto read = msgpack_reader{list};
  auto count = std::uint32_t{0};
  if (!read.array(count)) return error{errc::malformed, "malformed request: wanted a list"};
  for (; count > 0; --count) {
    auto item = std::string_view{};
    if (!read.value(item) || msgpack_reader{item}.peek() != msgpack_type::map)
      return error{errc::malformed, "malformed request: wanted an object"};
    WEIR_CHECK(use(item));
  }
  return {};
}

auto unsigned_of(std::string_view value) -> std::uint64_t {
  const auto number = value.empty() ? std::nullopt : integer_of(value);
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

} // namespace

auto otlp_reader::read_json(std::string_view request, const visitor& use) -> result<void> {
  document_.clear();
  WEIR_CHECK(json_.append(request, document_));
  if (msgpack_reader{document_.view()}.peek() != msgpack_type::map) return error{errc::malformed, "malformed request: wanted an object"};
  return for_each_item(find_field(document_.view(), "resourceLogs"), [&](std::string_view logs) -> result<void> {
    resource_.clear();
    auto write = msgpack_writer{resource_};
    write.str("resource");
    const auto mark = write.open();
    const auto count = append_json_pairs(write, find_field(find_field(logs, "resource"), "attributes"), 0);
    write.close_map(mark, count.value_or(0));
    if (!count) return error{errc::malformed, "malformed resource"};
    if (*count == 0) resource_.clear();
    return for_each_item(find_field(logs, "scopeLogs"), [&](std::string_view scope) { return read_json_scope(scope, use); });
  });
}

auto otlp_reader::read_json_scope(std::string_view scope_logs, const visitor& use) -> result<void> {
  const auto scope = find_field(scope_logs, "scope");
  fields_.clear();
  auto write = msgpack_writer{fields_};
  const auto count = append_json_pairs(write, find_field(scope, "attributes"), 0);
  if (!count) return error{errc::malformed, "malformed scope"};
  set_scope(otlp_text_at(scope, "name"), otlp_text_at(scope, "version"), fields_.view(), *count);
  return for_each_item(find_field(scope_logs, "logRecords"), [&](std::string_view r) { return read_json_record(r, use); });
}

auto otlp_reader::read_json_record(std::string_view from, const visitor& use) -> result<void> {
  auto r = log_record{};
  fields_.clear();
  body_.clear();
  auto write = msgpack_writer{fields_};
  auto write_body = msgpack_writer{body_};
  const auto count = append_json_pairs(write, find_field(from, "attributes"), 0);
  if (!count) return error{errc::malformed, "malformed attribute"};
  if (!append_json_value(write_body, find_field(from, "body"), 0)) return error{errc::malformed, "malformed body"};
  r.attributes = *count;
  r.time_ns = unsigned_of(find_field(from, "timeUnixNano"));
  r.observed_ns = unsigned_of(find_field(from, "observedTimeUnixNano"));
  r.severity = unsigned_of(find_field(from, "severityNumber"));
  r.severity_text = otlp_text_at(from, "severityText");
  r.trace_id = lower_hex(otlp_text_at(from, "traceId"));
  r.span_id = lower_hex(otlp_text_at(from, "spanId"));
  return hand_over(r, use);
}

auto otlp_response(std::uint64_t rejected, std::string_view why, bool is_json) -> std::string {
  if (rejected == 0) return is_json ? "{}" : "";
  auto out = byte_buffer{};
  if (is_json) {
    out.append("{\"partialSuccess\":{\"rejectedLogRecords\":\"" + std::to_string(rejected) + "\",\"errorMessage\":");
    append_json_string(out, why);
    out.append("}}");
    return std::string{out.view()};
  }
  auto write = protobuf_writer{out};
  const auto begin = write.open(1);
  write.number(1, rejected);
  write.bytes(2, why);
  write.close(begin);
  return std::string{out.view()};
}

auto otlp_status(int code, std::string_view why, bool is_json, unsigned retry_s) -> std::string {
  auto out = byte_buffer{};
  if (is_json) {
    out.append("{\"code\":" + std::to_string(code) + ",\"message\":");
    append_json_string(out, why);
    out.append("}");
    return std::string{out.view()};
  }
  auto write = protobuf_writer{out};
  write.number(1, static_cast<std::uint64_t>(code));
  write.bytes(2, why);
  if (retry_s > 0) {
    // google.rpc.RetryInfo, as google.protobuf.Any.
    const auto detail = write.open(3);
    write.bytes(1, "type.googleapis.com/google.rpc.RetryInfo");
    const auto info = write.open(2);
    const auto delay = write.open(1);
    write.number(1, retry_s);
    write.close(delay);
    write.close(info);
    write.close(detail);
  }
  return std::string{out.view()};
}

} // namespace weir
