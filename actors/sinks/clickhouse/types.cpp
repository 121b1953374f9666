#include "actors/sinks/clickhouse/types.hpp"

#include "runtime/codec/time_text.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace weir {
namespace {

using form = clickhouse_type::form;
using kind = column_type::kind;

constexpr auto digits_max = 9;

/// Takes "Name(" from the front and ")" from the end.
auto unwrap(std::string_view& text, std::string_view name) -> bool {
  if (text.size() < name.size() + 2 || !text.starts_with(name) || text[name.size()] != '(' || text.back() != ')') return false;
  text = text.substr(name.size() + 1, text.size() - name.size() - 2);
  return true;
}

auto number_type(std::uint8_t bytes, std::int64_t min, std::int64_t max) -> clickhouse_type {
  return {.is = form::integer, .takes = {.what = kind::integer, .min = min, .max = max}, .bytes = bytes};
}

template <class Number> auto number_type() -> clickhouse_type {
  using limits = std::numeric_limits<Number>;
  const auto max = sizeof(Number) == 8 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(limits::max());
  return number_type(sizeof(Number), static_cast<std::int64_t>(limits::min()), max);
}

auto real_type(std::uint8_t bytes) -> clickhouse_type {
  return {.is = form::real, .takes = {.what = kind::real, .is_single = bytes == 4}, .bytes = bytes};
}

auto ticks_type(std::string_view arguments) -> std::optional<clickhouse_type> {
  auto digits = 0;
  const auto end = std::min(arguments.find(','), arguments.size());
  const auto read = std::from_chars(arguments.data(), arguments.data() + end, digits);
  if (read.ec != std::errc{} || digits < 0 || digits > digits_max) return std::nullopt;
  auto made = clickhouse_type{.is = form::ticks, .takes = {.what = kind::time}, .bytes = 8};
  for (auto left = digits_max - digits; left > 0; --left) made.tick_ns *= 10;
  return made;
}

auto simple_type(std::string_view text) -> std::optional<clickhouse_type> {
  if (text == "String") return clickhouse_type{};
  if (text == "Int8") return number_type<std::int8_t>();
  if (text == "Int16") return number_type<std::int16_t>();
  if (text == "Int32") return number_type<std::int32_t>();
  if (text == "Int64") return number_type<std::int64_t>();
  if (text == "UInt8") return number_type<std::uint8_t>();
  if (text == "UInt16") return number_type<std::uint16_t>();
  if (text == "UInt32") return number_type<std::uint32_t>();
  if (text == "UInt64") return number_type<std::uint64_t>();
  if (text == "Bool") return clickhouse_type{.is = form::integer, .takes = {.what = kind::boolean}, .bytes = 1};
  if (text == "Float32") return real_type(4);
  if (text == "Float64") return real_type(8);
  if (text == "JSON" || text.starts_with("JSON(") || text.starts_with("Object(")) return clickhouse_type{form::json, {.what = kind::json}};
  if (text == "DateTime" || text.starts_with("DateTime(")) return clickhouse_type{.is = form::seconds, .takes = {.what = kind::time}, .bytes = 4};
  if (unwrap(text, "DateTime64")) return ticks_type(text);
  return std::nullopt;
}

/// The lower bytes of the number.
void append_bytes(byte_buffer& out, std::uint64_t number, std::size_t bytes) {
  for (; bytes > 0; --bytes, number >>= 8U) out.push_back(static_cast<char>(number & 0xffU));
}

void append_nothing(byte_buffer& out, const clickhouse_type& type) {
  if (type.is == form::text) return append_row_text(out, {});
  if (type.is == form::json) return append_row_text(out, "{}");
  append_bytes(out, 0, type.bytes);
}

void append_real(byte_buffer& out, double number, std::size_t bytes) {
  auto bits = std::uint64_t{0};
  const auto single = static_cast<float>(number);
  bytes == 4 ? std::memcpy(&bits, &single, 4) : std::memcpy(&bits, &number, 8);
  append_bytes(out, bits, bytes);
}

} // namespace

auto parse_clickhouse_type(std::string_view text) -> std::optional<clickhouse_type> {
  (void)unwrap(text, "LowCardinality");
  const auto is_nullable = unwrap(text, "Nullable");
  auto made = simple_type(text);
  if (made) made->is_nullable = is_nullable;
  return made;
}

void append_row_text(byte_buffer& out, std::string_view text) {
  auto size = text.size();
  for (; size >= 0x80; size >>= 7U) out.push_back(static_cast<char>((size & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(size));
  out.append(text);
}

auto append_row_time(byte_buffer& out, const clickhouse_type& type, std::int64_t time_ns) -> bool {
  const auto before = out.size();
  if (type.is_nullable) out.push_back('\0');
  const auto second = second_of(time_ns);
  if (type.is == form::seconds && (second < 0 || second > std::numeric_limits<std::uint32_t>::max())) return out.truncate(before), false;
  if (type.is == form::seconds)
    append_bytes(out, static_cast<std::uint64_t>(second), 4);
  else if (type.is == form::ticks)
    append_bytes(out, static_cast<std::uint64_t>(time_ns / type.tick_ns - (time_ns % type.tick_ns < 0 ? 1 : 0)), 8);
  else
    append_bytes(out, static_cast<std::uint64_t>(time_ns), type.bytes);
  return true;
}

void append_row_value(byte_buffer& out, const clickhouse_type& type, const column_value& value) {
  if (const auto* time = std::get_if<column_time>(&value); time != nullptr && append_row_time(out, type, time->ns)) return;
  const auto is_nothing = std::holds_alternative<std::monostate>(value) || std::holds_alternative<column_time>(value);
  if (type.is_nullable) out.push_back(is_nothing ? '\1' : '\0');
  if (is_nothing) return type.is_nullable ? void() : append_nothing(out, type);
  if (const auto* text = std::get_if<std::string_view>(&value)) append_row_text(out, *text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) append_bytes(out, static_cast<std::uint64_t>(*number), type.bytes);
  if (const auto* number = std::get_if<double>(&value)) append_real(out, *number, type.bytes);
  if (const auto* state = std::get_if<bool>(&value)) append_bytes(out, *state ? 1 : 0, type.bytes);
}

} // namespace weir
