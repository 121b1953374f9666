#include "actors/sinks/sql/columns.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>

namespace weir {
namespace {

constexpr auto replacement = std::string_view{"\xef\xbf\xbd"};

auto lower_case(std::string text) -> std::string {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

auto characters_in(std::string_view utf8) -> std::size_t {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

auto text_for(std::size_t most, std::string_view msgpack, byte_buffer& scratch) -> column_value {
  auto plain = byte_buffer{};
  const auto text = text_of_value(msgpack, plain);
  scratch.clear();
  append_valid_text(scratch, text);
  const auto is_nul = [](char c) { return c == '\0'; };
  if (std::any_of(scratch.view().begin(), scratch.view().end(), is_nul)) {
    auto whole = std::string{};
    for (const auto c : scratch.view()) whole += is_nul(c) ? replacement : std::string_view{&c, 1};
    scratch.clear();
    scratch.append(whole);
  }
  if (scratch.size() > most && characters_in(scratch.view()) > most) return {};
  return scratch.view();
}

template <class Number> auto number_in(std::string_view text) -> std::optional<Number> {
  auto number = Number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

auto integer_for(const column_type& type, msgpack_reader from) -> column_value {
  auto number = std::int64_t{0};
  auto text = std::string_view{};
  auto real = double{};
  auto state = false;
  if (from.boolean(state)) {
    number = state ? 1 : 0;
  } else if (from.str(text)) {
    const auto read = number_in<std::int64_t>(text);
    if (!read) return {};
    number = *read;
  } else if (!from.integer(number)) {
    if (!from.real(real) || real != std::floor(real) || std::abs(real) >= 0x1p53) return {};
    number = static_cast<std::int64_t>(real);
  }
  return number >= type.min && number <= type.max ? column_value{number} : column_value{};
}

auto real_for(const column_type& type, msgpack_reader from) -> column_value {
  auto number = double{};
  auto text = std::string_view{};
  if (from.str(text)) {
    const auto read = number_in<double>(text);
    if (!read) return {};
    number = *read;
  } else if (!from.real(number)) {
    return {};
  }
  constexpr auto single_max = 3.4028234663852886e38;
  if (!std::isfinite(number) || (type.is_single && std::abs(number) > single_max)) return {};
  return number;
}

auto boolean_for(msgpack_reader from) -> column_value {
  auto state = false;
  auto text = std::string_view{};
  if (from.boolean(state)) return state;
  if (!from.str(text)) return {};
  if (text == "true") return true;
  return text == "false" ? column_value{false} : column_value{};
}

auto time_for(msgpack_reader from) -> column_value {
  auto type = std::int8_t{0};
  auto bytes = std::string_view{};
  if (!from.ext(type, bytes) || type != 0 || bytes.size() != 8) return {};
  std::uint32_t words[2];
  std::memcpy(words, bytes.data(), sizeof words);
  return column_time{std::int64_t{__builtin_bswap32(words[0])} * 1'000'000'000 + __builtin_bswap32(words[1])};
}

auto json_for(std::string_view msgpack, byte_buffer& scratch) -> column_value {
  scratch.clear();
  if (!append_json(scratch, msgpack)) return {};
  replace_nul_escapes(scratch, 0);
  return scratch.view();
}

auto is_utf8(std::string_view text) -> bool {
  auto valid = byte_buffer{};
  append_valid_text(valid, text);
  return valid.view() == text;
}

auto is_usable(const std::string& name) -> bool {
  const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '`' || c == '\\' || c == '\0'; };
  return !name.empty() && name.size() <= 63 && is_utf8(name) && std::none_of(name.begin(), name.end(), is_odd);
}

} // namespace

auto read_columns(const config::value& written) -> std::vector<field_column> {
  auto columns = std::vector<field_column>{};
  if (written.is_scalar()) columns.push_back({written.scalar, written.scalar});
  for (const auto& item : written.items) columns.push_back({item.scalar, item.scalar});
  for (const auto& m : written.members) columns.push_back({m.key, m.content.scalar});
  return columns;
}

void check_columns(const config::value& written, config::settings_reader& reader) {
  const auto* wanted = "\"columns\" wants a list of fields, or a map of columns to fields";
  for (const auto& item : written.items)
    if (!item.is_scalar()) return reader.complain_at(item.where, std::string{wanted} + ", not " + item.describe());
  for (const auto& m : written.members)
    if (!m.content.is_scalar()) return reader.complain_at(m.content.where, std::string{wanted} + ", not " + m.content.describe());
  auto seen = std::set<std::string>{"time", "tag", "record"};
  for (const auto& c : read_columns(written)) {
    if (!is_usable(c.name))
      reader.complain("columns", "\"columns\" wants names of up to 63 bytes without quotes, backslashes and control characters, not \"" + c.name + '"');
    else if (c.path.empty())
      reader.complain("columns", "\"columns\" has no field for \"" + c.name + '"');
    else if (!seen.insert(lower_case(c.name)).second)
      reader.complain("columns", "\"columns\" has \"" + c.name + "\", which is a column already (upper and lower case are the same)");
  }
}

auto value_for(const column_type& type, std::string_view msgpack, byte_buffer& scratch) -> column_value {
  const auto from = msgpack_reader{msgpack};
  if (from.peek() == msgpack_type::none || from.peek() == msgpack_type::nil || from.peek() == msgpack_type::invalid) return {};
  switch (type.what) {
  case column_type::kind::text: return text_for(type.text_max, msgpack, scratch);
  case column_type::kind::integer: return integer_for(type, from);
  case column_type::kind::real: return real_for(type, from);
  case column_type::kind::boolean: return boolean_for(from);
  case column_type::kind::json: return json_for(msgpack, scratch);
  case column_type::kind::time: return time_for(from);
  }
  return {};
}

void replace_nul_escapes(byte_buffer& json, std::size_t from) {
  constexpr auto nul = std::string_view{"\\u0000"};
  const auto text = json.view().substr(from);
  if (text.find(nul) == std::string_view::npos) [[likely]] return;
  auto out = std::string{};
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, nul.size()) == nul) {
      out += replacement;
      at += nul.size();
    } else {
      // A backslash takes what it escapes with it: `\\u0000` is a backslash and five other characters.
      const auto size = text[at] == '\\' ? std::size_t{2} : std::size_t{1};
      out += text.substr(at, size);
      at += size;
    }
  }
  json.truncate(from);
  json.append(out);
}

} // namespace weir
