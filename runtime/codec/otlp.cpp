#include "runtime/codec/otlp.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/protobuf.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace weir {
namespace {

constexpr auto depth_max = 16U; ///< of lists and maps inside each other; what is deeper is a text of JSON
constexpr auto scope_name = std::string_view{"weir"};
constexpr auto uid_attribute = std::string_view{"log.record.uid"};
constexpr auto status_bytes_max = std::size_t{200};

void append_any(byte_buffer& out, msgpack_reader& from, unsigned depth);

void append_valid(byte_buffer& out, std::uint32_t field, std::string_view text) {
  auto write = protobuf_writer{out};
  const auto begin = write.open(field);
  append_valid_text(out, text);
  write.close(begin);
}

/// attribute{field} of the next key and value.
void append_pair(byte_buffer& out, std::uint32_t field, msgpack_reader& from, unsigned depth) {
  auto write = protobuf_writer{out};
  const auto begin = write.open(field);
  auto key = std::string_view{};
  if (from.str(key)) {
    append_valid(out, 1, key);
  } else if (auto value = std::string_view{}; from.value(value)) {
    auto text = byte_buffer{};
    append_text(text, value);
    append_valid(out, 1, text.view());
  }
  const auto content = write.open(2);
  append_any(out, from, depth);
  write.close(content);
  write.close(begin);
}

void append_container(byte_buffer& out, msgpack_reader& from, unsigned depth) {
  auto write = protobuf_writer{out};
  auto count = std::uint32_t{0};
  const auto is_map = from.map(count);
  if (!is_map && !from.array(count)) return;
  const auto begin = write.open(is_map ? 6 : 5);
  const auto* before = static_cast<const char*>(nullptr);
  // What is malformed is not stepped over, whatever count was declared.
  for (; count > 0 && before != from.at(); --count) {
    before = from.at();
    if (is_map) {
      append_pair(out, 1, from, depth + 1);
      continue;
    }
    const auto item = write.open(1);
    append_any(out, from, depth + 1);
    write.close(item);
  }
  write.close(begin);
}

/// As JSON has it: times, numbers above 2^63, other extensions, what is too deep.
void append_as_text(byte_buffer& out, std::string_view value) {
  auto text = byte_buffer{};
  append_text(text, value);
  append_valid(out, 1, text.view());
}

/// The next value, without a field's head; nothing of it is read twice.
void append_any(byte_buffer& out, msgpack_reader& from, unsigned depth) {
  auto write = protobuf_writer{out};
  auto text = std::string_view{};
  auto state = false;
  auto number = std::int64_t{0};
  auto real = double{};
  if (from.nil()) return;
  if (from.str(text)) return append_valid(out, 1, text);
  if (from.boolean(state)) return write.number(2, state ? 1 : 0);
  if (from.integer(number)) return write.number(3, static_cast<std::uint64_t>(number));
  const auto type = from.peek();
  if (type == msgpack_type::real && from.real(real)) return write.real(4, real);
  if (type == msgpack_type::bin && from.str_or_bin(text)) return write.bytes(7, text);
  if ((type == msgpack_type::map || type == msgpack_type::array) && depth < depth_max) return append_container(out, from, depth);
  if (auto value = std::string_view{}; from.value(value)) append_as_text(out, value);
}

/// The bytes that hex digits stand for; empty if these are not so many.
auto bytes_of_hex(std::string_view digits, std::size_t bytes) -> std::string {
  if (digits.size() != 2 * bytes) return {};
  auto made = std::string{};
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto value_of = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1; };
    const auto high = value_of(digits[i]);
    const auto low = value_of(digits[i + 1]);
    if (high < 0 || low < 0) return {};
    made += static_cast<char>(high << 4 | low);
  }
  return made;
}

auto value_at(std::string_view record, const std::string& path) -> std::string_view {
  return path.empty() ? std::string_view{} : find_path(record, path);
}

} // namespace

void append_otlp_text(byte_buffer& out, std::uint32_t field, std::string_view name, std::string_view text) {
  auto write = protobuf_writer{out};
  const auto begin = write.open(field);
  write.bytes(1, name);
  const auto content = write.open(2);
  append_valid(out, 1, text);
  write.close(content);
  write.close(begin);
}

void append_otlp_attribute(byte_buffer& out, std::uint32_t field, std::string_view name, std::string_view value) {
  auto write = protobuf_writer{out};
  const auto begin = write.open(field);
  write.bytes(1, name);
  const auto content = write.open(2);
  auto from = msgpack_reader{value};
  append_any(out, from, 0);
  write.close(content);
  write.close(begin);
}

auto otlp_severity_of(std::string_view word) -> std::uint32_t {
  using named = std::pair<std::string_view, std::uint32_t>;
  static constexpr auto known = std::array<named, 18>{{{"trace", 1}, {"debug", 5}, {"info", 9}, {"information", 9}, {"informational", 9}, {"notice", 10},
                                                       {"warn", 13}, {"warning", 13}, {"error", 17}, {"err", 17}, {"crit", 18}, {"critical", 18},
                                                       {"alert", 19}, {"fatal", 21}, {"emerg", 21}, {"emergency", 21}, {"panic", 21}, {"severe", 17}}};
  auto lower = std::string{word};
  for (auto& byte : lower) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  const auto* const at = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == lower; });
  return at == known.end() ? 0 : at->second;
}

auto otlp_record_writer::known_fields::has(std::string_view value) const -> bool {
  const auto* const at = value.data();
  return at == body.data() || at == severity.data() || at == trace_id.data() || at == span_id.data();
}

auto otlp_record_writer::known_fields_of(std::string_view record) -> known_fields {
  auto made = known_fields{};
  made.body = value_at(record, rules_.body);
  const auto text_at = [&](const std::string& path) {
    const auto value = value_at(record, path);
    auto text = std::string_view{};
    return msgpack_reader{value}.str(text) ? std::pair{value, text} : std::pair{std::string_view{}, std::string_view{}};
  };
  if (const auto [value, text] = text_at(rules_.severity); otlp_severity_of(text) > 0) made.severity = value;
  if (const auto [value, text] = text_at(rules_.trace_id); !bytes_of_hex(text, 16).empty()) made.trace_id = value;
  if (const auto [value, text] = text_at(rules_.span_id); !bytes_of_hex(text, 8).empty()) made.span_id = value;
  return made;
}

void otlp_record_writer::append(byte_buffer& out, std::int64_t time_ns, std::string_view tag, std::string_view record, std::string_view uid) {
  auto write = protobuf_writer{out};
  const auto known = known_fields_of(record);
  const auto text_of = [](std::string_view value) {
    auto text = std::string_view{};
    (void)msgpack_reader{value}.str(text);
    return text;
  };
  const auto begin = write.open(2);
  write.fixed64(1, static_cast<std::uint64_t>(time_ns));
  if (!known.severity.empty()) {
    write.number(2, otlp_severity_of(text_of(known.severity)));
    append_valid(out, 3, text_of(known.severity));
  }
  const auto body = write.open(5);
  auto content = msgpack_reader{known.body.empty() ? record : known.body};
  append_any(out, content, 0);
  write.close(body);
  if (!known.body.empty()) append_attributes(out, record, known);
  if (!rules_.tag_attribute.empty()) append_otlp_text(out, 6, rules_.tag_attribute, tag);
  if (!uid.empty()) append_otlp_text(out, 6, uid_attribute, uid);
  if (!known.trace_id.empty()) write.bytes(9, bytes_of_hex(text_of(known.trace_id), 16));
  if (!known.span_id.empty()) write.bytes(10, bytes_of_hex(text_of(known.span_id), 8));
  write.fixed64(11, static_cast<std::uint64_t>(time_ns));
  write.close(begin);
}

/// Fields of the record, but for those that stand elsewhere.
void otlp_record_writer::append_attributes(byte_buffer& out, std::string_view record, const known_fields& known) {
  auto from = msgpack_reader{record};
  auto count = std::uint32_t{0};
  if (!from.map(count)) return;
  for (; count > 0; --count) {
    auto pair = from;
    if (!from.skip()) return;
    auto value = std::string_view{};
    if (!from.value(value)) return;
    if (!known.has(value)) append_pair(out, 6, pair, 0);
  }
}

void append_otlp_head(byte_buffer& out, const otlp_group& group) {
  auto scope = byte_buffer{};
  auto write_scope = protobuf_writer{scope};
  write_scope.head(1, scope_name.size() + 2);
  write_scope.bytes(1, scope_name);
  const auto logs = scope.size() + group.records;
  const auto resource = 1 + varint_bytes(group.resource.size()) + group.resource.size();
  auto write = protobuf_writer{out};
  write.head(1, resource + 1 + varint_bytes(logs) + logs);
  write.bytes(1, group.resource);
  write.head(2, logs);
  out.append(scope.view());
}

auto otlp_partial_success_of(std::string_view body) -> otlp_partial_success {
  auto made = otlp_partial_success{};
  for (auto read = protobuf_reader{body}; read.next();) {
    if (read.field() != 1) continue;
    for (auto part = protobuf_reader{read.bytes()}; part.next();) {
      if (part.field() == 1 && part.number() <= INT64_MAX) made.rejected = part.number();
      if (part.field() == 2) made.why = part.bytes().substr(0, status_bytes_max);
    }
  }
  for (auto& byte : made.why)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  return made;
}

auto otlp_status_text(std::string_view body) -> std::string {
  auto made = std::string{};
  auto read = protobuf_reader{body};
  while (read.next())
    if (read.field() == 2) made = read.bytes().substr(0, status_bytes_max);
  if (read.failed()) return {};
  for (auto& byte : made)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  return made;
}

} // namespace weir
