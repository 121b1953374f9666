#include "runtime/codec/otlp_reader.hpp"

#include "runtime/codec/otlp.hpp"
#include "runtime/codec/protobuf.hpp"
#include "runtime/event/event_time.hpp"

#include <array>
#include <bit>

namespace weir {
namespace {

constexpr auto otlp_depth_max = 64U;
constexpr auto empty_resource = std::string_view{"\xa8resource\x80"};
constexpr auto own_scope = std::string_view{"weir"};
constexpr auto severity_words = std::array<std::string_view, 6>{"trace", "debug", "info", "warn", "error", "fatal"};
constexpr auto too_much = std::string_view{"too many log records in one request"};

auto malformed_otlp(std::string_view what) -> error { return {errc::malformed, "malformed " + std::string{what}}; }

auto append_packed_value(msgpack_writer& to, std::string_view any, unsigned depth) -> bool;

/// key{1}, value{2}
auto append_packed_pair(msgpack_writer& to, std::string_view pair, unsigned depth) -> bool {
  auto key = std::string_view{};
  auto value = std::string_view{};
  auto read = protobuf_reader{pair};
  while (read.next()) {
    if (read.field() == 1) key = read.bytes();
    if (read.field() == 2) value = read.bytes();
  }
  to.str(key);
  return !read.failed() && append_packed_value(to, value, depth);
}

/// values{1}*, each a pair where it is a map.
auto append_packed_list(msgpack_writer& to, std::string_view list, bool is_map, unsigned depth) -> bool {
  if (depth > otlp_depth_max) return false;
  const auto mark = to.open();
  auto count = std::uint32_t{0};
  auto read = protobuf_reader{list};
  while (read.next()) {
    if (read.field() != 1) continue;
    if (is_map ? !append_packed_pair(to, read.bytes(), depth) : !append_packed_value(to, read.bytes(), depth)) return false;
    ++count;
  }
  is_map ? to.close_map(mark, count) : to.close_array(mark, count);
  return !read.failed();
}

/// Of several values in one the last counts, as protobuf has it; none is nil.
auto append_packed_value(msgpack_writer& to, std::string_view any, unsigned depth) -> bool {
  auto field = std::uint32_t{0};
  auto number = std::uint64_t{0};
  auto bytes = std::string_view{};
  auto read = protobuf_reader{any};
  while (read.next()) {
    field = read.field();
    number = read.number();
    bytes = read.bytes();
  }
  if (read.failed()) return false;
  switch (field) {
  case 1: to.str(bytes); break;
  case 2: to.boolean(number != 0); break;
  case 3: to.integer(static_cast<std::int64_t>(number)); break;
  case 4: to.real(std::bit_cast<double>(number)); break;
  case 5:
  case 6: return append_packed_list(to, bytes, field == 6, depth + 1);
  case 7: to.bin(bytes); break;
  default: to.nil();
  }
  return true;
}

auto append_text_if_any(msgpack_writer& to, std::string_view name, std::string_view text) -> std::uint32_t {
  if (text.empty()) return 0;
  to.str(name);
  to.str(text);
  return 1;
}

/// The number only where the word does not say it.
auto append_severity(msgpack_writer& to, std::string_view text, std::uint64_t number) -> std::uint32_t {
  const auto is_known = number >= 1 && number <= 24;
  const auto word = !text.empty() ? text : is_known ? severity_words[(number - 1) / 4] : std::string_view{};
  const auto count = append_text_if_any(to, "level", word);
  if (!is_known || otlp_severity_of(word) == number) return count;
  to.str("severity_number");
  to.unsigned_integer(number);
  return count + 1;
}

auto hex_digits_of_id(std::string_view bytes) -> std::string {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto text = std::string{};
  for (const auto b : bytes) {
    text += digits[static_cast<unsigned char>(b) >> 4U];
    text += digits[static_cast<unsigned char>(b) & 15U];
  }
  return text;
}

} // namespace

auto otlp_reader::read(std::string_view request, const visitor& use) -> result<void> {
  auto from = protobuf_reader{request};
  while (from.next())
    if (from.field() == 1) WEIR_CHECK(read_resource_logs(from.bytes(), use));
  return from.failed() ? malformed_otlp("request") : result<void>{};
}

auto otlp_reader::read_resource_logs(std::string_view logs, const visitor& use) -> result<void> {
  resource_.clear();
  auto write = msgpack_writer{resource_};
  auto from = protobuf_reader{logs};
  while (from.next()) {
    if (from.field() != 1) continue;
    resource_.clear();
    write.str("resource");
    if (!append_packed_list(write, from.bytes(), true, 0)) return malformed_otlp("resource");
  }
  if (from.failed()) return malformed_otlp("logs of a resource");
  if (resource_.view() == empty_resource) resource_.clear();
  for (auto again = protobuf_reader{logs}; again.next();)
    if (again.field() == 2) WEIR_CHECK(read_scope_logs(again.bytes(), use));
  return {};
}

void otlp_reader::set_scope(std::string_view name, std::string_view version, std::string_view attributes, std::uint32_t count) {
  scope_.clear();
  if (name == own_scope || (name.empty() && version.empty() && count == 0)) return;
  auto write = msgpack_writer{scope_};
  write.str("scope");
  const auto mark = write.open();
  auto fields = std::uint32_t{0};
  for (const auto& [key, text] : {std::pair{"name", name}, std::pair{"version", version}}) {
    if (text.empty()) continue;
    write.str(key);
    write.str(text);
    ++fields;
  }
  if (count > 0) {
    write.str("attributes");
    const auto inner = write.open();
    write.raw(attributes);
    write.close_map(inner, count);
    ++fields;
  }
  write.close_map(mark, fields);
}

auto otlp_reader::read_scope_logs(std::string_view logs, const visitor& use) -> result<void> {
  scope_.clear();
  auto from = protobuf_reader{logs};
  while (from.next()) {
    if (from.field() != 1) continue;
    auto name = std::string_view{};
    auto version = std::string_view{};
    auto count = std::uint32_t{0};
    fields_.clear();
    auto write = msgpack_writer{fields_};
    for (auto scope = protobuf_reader{from.bytes()}; scope.next();) {
      if (scope.field() == 1) name = scope.bytes();
      if (scope.field() == 2) version = scope.bytes();
      if (scope.field() == 3 && !append_packed_pair(write, scope.bytes(), 0)) return malformed_otlp("scope");
      if (scope.field() == 3) ++count;
    }
    set_scope(name, version, fields_.view(), count);
  }
  if (from.failed()) return malformed_otlp("logs of a scope");
  for (auto again = protobuf_reader{logs}; again.next();)
    if (again.field() == 2) WEIR_CHECK(read_record(again.bytes(), use));
  return {};
}

auto otlp_reader::read_record(std::string_view from, const visitor& use) -> result<void> {
  auto r = log_record{};
  fields_.clear();
  body_.clear();
  auto write = msgpack_writer{fields_};
  auto write_body = msgpack_writer{body_};
  auto read = protobuf_reader{from};
  while (read.next()) {
    switch (read.field()) {
    case 1: r.time_ns = read.number(); break;
    case 2: r.severity = read.number(); break;
    case 3: r.severity_text = read.bytes(); break;
    case 5:
      body_.clear();
      if (!append_packed_value(write_body, read.bytes(), 0)) return malformed_otlp("body");
      break;
    case 6:
      if (!append_packed_pair(write, read.bytes(), 0)) return malformed_otlp("attribute");
      ++r.attributes;
      break;
    case 9: r.trace_id = hex_digits_of_id(read.bytes()); break;
    case 10: r.span_id = hex_digits_of_id(read.bytes()); break;
    case 11: r.observed_ns = read.number(); break;
    default: break;
    }
  }
  return read.failed() ? malformed_otlp("log record") : hand_over(r, use);
}

/// The value of the body: its fields, or the message.
auto otlp_reader::append_body(msgpack_writer& to) const -> std::uint32_t {
  auto body = msgpack_reader{body_.view()};
  auto fields = std::uint32_t{0};
  if (body_.empty() || body.peek() == msgpack_type::nil) return 0;
  if (body.map(fields)) return to.raw(body.rest()), fields;
  to.str("message");
  to.raw(body_.view());
  return 1;
}

auto otlp_reader::append_attributes(msgpack_writer& to, std::uint32_t count) -> std::uint32_t {
  auto from = msgpack_reader{fields_.view()};
  auto left = count;
  for (auto i = count; i > 0; --i) {
    auto key = std::string_view{};
    auto value = std::string_view{};
    auto text = std::string_view{};
    if (!from.str(key) || !from.value(value)) return left - i;
    if (!tag_attribute_.empty() && key == tag_attribute_ && msgpack_reader{value}.str(text)) {
      tag_ = text;
      --left;
      continue;
    }
    to.str(key);
    to.raw(value);
  }
  return left;
}

auto otlp_reader::hand_over(const log_record& r, const visitor& use) -> result<void> {
  record_.clear();
  tag_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  auto count = append_body(write);
  count += append_attributes(write, r.attributes);
  count += append_severity(write, r.severity_text, r.severity);
  count += append_text_if_any(write, "trace_id", r.trace_id);
  count += append_text_if_any(write, "span_id", r.span_id);
  for (const auto* part : {&resource_, &scope_}) {
    write.raw(part->view());
    count += part->empty() ? 0 : 1;
  }
  write.close_map(mark, count);
  const auto time = static_cast<std::int64_t>(r.time_ns != 0 ? r.time_ns : r.observed_ns);
  const auto has_time = time != 0 && is_event_time(time);
  if (!use({tag_, has_time ? std::optional{time} : std::nullopt, record_.view()})) return error{errc::limit, std::string{too_much}};
  return {};
}

} // namespace weir
