#include "tests/bench/bare/bare.hpp"
#include "tests/bench/bare/entry_output.hpp"
#include "tests/bench/bare/lines.hpp"

#include <simdjson.h>

#include <ctime>

namespace weir::bench {

namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::number_type;

/// Every step may fail; the first failure ends the line.
auto pack_value(simdjson::ondemand::value value, packer& out) -> bool;

/// `token` begins with a quote and may have blanks behind its closing one.
auto plain_text(std::string_view token) -> std::string_view {
  const auto closing = token.rfind('"');
  return token.substr(1, closing - 1);
}

auto pack_string(simdjson::ondemand::value value, packer& out) -> bool {
  const auto token = plain_text(value.raw_json_token());
  if (std::memchr(token.data(), '\\', token.size()) == nullptr) {
    // Reading the string is what moves simdjson behind it; without an escape it need not be copied twice.
    auto raw = simdjson::ondemand::raw_json_string{};
    if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return false;
    return out.str(token), true;
  }
  auto text = std::string_view{};
  if (value.get_string().get(text) != simdjson::SUCCESS) return false;
  return out.str(text), true;
}

auto pack_number(simdjson::ondemand::value value, packer& out) -> bool {
  auto number = simdjson::ondemand::number{};
  if (value.get_number().get(number) != simdjson::SUCCESS) return false;
  switch (number.get_number_type()) {
  case number_type::signed_integer: return out.integer(number.get_int64()), true;
  case number_type::unsigned_integer: return out.unsigned_integer(number.get_uint64()), true;
  default: return out.real(number.get_double()), true;
  }
}

auto pack_bool(simdjson::ondemand::value value, packer& out) -> bool {
  auto truth = false;
  if (value.get_bool().get(truth) != simdjson::SUCCESS) return false;
  return out.byte(truth ? 0xc3 : 0xc2), true;
}

auto pack_array(simdjson::ondemand::array array, packer& out) -> bool {
  auto* const mark = out.raw(1);
  auto count = std::uint32_t{0};
  for (auto item : array) {
    auto value = simdjson::ondemand::value{};
    if (item.get(value) != simdjson::SUCCESS || !pack_value(value, out)) return false;
    ++count;
  }
  return out.close(mark, count, 0x90, 0xdc), true;
}

auto pack_key(simdjson::ondemand::field& field, packer& out) -> bool {
  const auto* const raw = field.key().raw();
  const auto* at = raw;
  while (*at != '"' && *at != '\\') ++at;
  if (*at == '"') return out.str({raw, static_cast<std::size_t>(at - raw)}), true;
  auto text = std::string_view{};
  if (field.unescaped_key().get(text) != simdjson::SUCCESS) return false;
  return out.str(text), true;
}

auto pack_object(simdjson::ondemand::object object, packer& out) -> bool {
  auto* const mark = out.raw(1);
  auto count = std::uint32_t{0};
  for (auto item : object) {
    auto field = simdjson::ondemand::field{};
    if (std::move(item).get(field) != simdjson::SUCCESS) return false;
    if (!pack_key(field, out) || !pack_value(field.value(), out)) return false;
    ++count;
  }
  return out.close(mark, count, 0x80, 0xde), true;
}

auto pack_value(simdjson::ondemand::value value, packer& out) -> bool {
  auto type = json_type::null;
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  auto array = simdjson::ondemand::array{};
  auto object = simdjson::ondemand::object{};
  switch (type) {
  case json_type::string: return pack_string(value, out);
  case json_type::number: return pack_number(value, out);
  case json_type::boolean: return pack_bool(value, out);
  case json_type::array: return value.get_array().get(array) == simdjson::SUCCESS && pack_array(array, out);
  case json_type::object:
    return value.get_object().get(object) == simdjson::SUCCESS && pack_object(object, out);
  default: return value.is_null() ? (out.byte(0xc0), true) : false;
  }
}

} // namespace

auto pack_json_line(std::string_view line, packer& out) -> bool {
  static thread_local auto parser = simdjson::ondemand::parser{};
  auto document = simdjson::ondemand::document{};
  auto object = simdjson::ondemand::object{};
  const auto padded = simdjson::padded_string_view{line, line.size() + line_file::padding};
  return parser.iterate(padded).get(document) == simdjson::SUCCESS
         && document.get_object().get(object) == simdjson::SUCCESS && pack_object(object, out);
}

auto bare_json(const std::string& input, const std::string& output) -> result<counted> {
  auto lines = line_file{input};
  if (!lines.is_open()) return error_from_errno("cannot open " + input, errno);
  auto entries = entry_output{output};
  if (!entries.is_open()) return error_from_errno("cannot create " + output, errno);
  const auto now = static_cast<std::uint32_t>(std::time(nullptr));
  auto bad = std::uint64_t{0};
  WEIR_TRY(const auto bytes, lines.for_each([&](std::string_view line) {
    auto out = entries.begin(line.size());
    out.entry_head(now, 0);
    if (!pack_json_line(line, out)) return void(++bad);
    entries.done(out);
  }));
  if (bad > 0) return error{errc::malformed, std::to_string(bad) + " lines are not JSON objects"};
  WEIR_TRY(const auto events, entries.finish());
  return counted{events, bytes};
}

} // namespace weir::bench
