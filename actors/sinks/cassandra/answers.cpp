#include "actors/sinks/cassandra/answers.hpp"

#include "actors/sinks/cassandra/frames.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir {
namespace {

constexpr auto kind_rows = 2;
constexpr auto kind_prepared = 4;
constexpr auto is_of_one_table = 1;
constexpr auto has_more_pages = 2;
constexpr auto type_depth_max = 8;
constexpr auto message_bytes_max = std::size_t{300};

struct known_error {
  std::int32_t code;
  std::string_view name;
  cql_remedy remedy;
};

constexpr auto known_errors = std::array<known_error, 21>{{
    {0x0000, "server error", cql_remedy::slower},
    {0x000a, "protocol error", cql_remedy::stop},
    {0x0100, "login refused", cql_remedy::stop},
    {0x1000, "not enough replicas", cql_remedy::later},
    {0x1001, "overloaded", cql_remedy::slower},
    {0x1002, "the node is starting", cql_remedy::slower},
    {0x1003, "truncation failed", cql_remedy::slower},
    {0x1100, "write timeout", cql_remedy::later},
    {0x1200, "read timeout", cql_remedy::later},
    {0x1300, "read failure", cql_remedy::later},
    {0x1400, "function failure", cql_remedy::stop},
    {0x1500, "write failure", cql_remedy::later},
    {0x1600, "change log full", cql_remedy::later},
    {0x1700, "unknown outcome of a condition", cql_remedy::later},
    {0x2000, "syntax error", cql_remedy::stop},
    {0x2100, "not allowed", cql_remedy::stop},
    {0x2200, "invalid", cql_remedy::without},
    {0x2300, "configuration", cql_remedy::stop},
    {0x2400, "it is there already", cql_remedy::stop},
    {0x2500, "unprepared", cql_remedy::prepare},
    {-1, "no answer of the protocol", cql_remedy::stop},
}};

auto entry_of(std::int32_t code) -> const known_error* {
  const auto* at = std::find_if(known_errors.begin(), known_errors.end(), [&](const auto& e) { return e.code == code; });
  return at == known_errors.end() ? nullptr : at;
}

void skip_type(cql_reader& from, int depth) {
  const auto id = from.u16();
  if (id == 0) (void)from.string();
  const auto inner = id == 0x20 || id == 0x22 ? 1 : id == 0x21 ? 2 : 0;
  // Of types with names inside there are none in the tables that are asked.
  if (depth > type_depth_max || id == 0x30 || id == 0x31) return from.skip(SIZE_MAX);
  for (auto i = 0; i < inner; ++i) skip_type(from, depth + 1);
}

auto not_rows() -> error { return {errc::malformed, "its rows are none"}; }

} // namespace

auto remedy_for(const cql_error& why) -> cql_remedy {
  const auto* known = entry_of(why.code);
  return known == nullptr ? cql_remedy::later : known->remedy;
}

auto to_text(const cql_error& why) -> std::string {
  const auto* known = entry_of(why.code);
  char code[16];
  std::snprintf(code, sizeof code, " (0x%04x)", static_cast<unsigned>(why.code));
  return std::string{known == nullptr ? "error" : known->name} + code + (why.message.empty() ? "" : ": " + why.message);
}

auto cql_rows::at(std::size_t row, std::string_view column) const -> const std::string* {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end() || row >= rows.size()) return nullptr;
  const auto& value = rows[row][static_cast<std::size_t>(found - columns.begin())];
  return value ? &*value : nullptr;
}

auto cql_rows::text(std::size_t row, std::string_view column) const -> std::string {
  const auto* value = at(row, column);
  return value == nullptr ? std::string{} : *value;
}

auto cql_rows::number(std::size_t row, std::string_view column) const -> std::optional<std::int64_t> {
  const auto* value = at(row, column);
  if (value == nullptr) return std::nullopt;
  auto read = cql_reader{*value};
  if (value->size() == sizeof(std::int32_t)) return read.i32();
  if (value->size() == sizeof(std::int64_t)) return read.i64();
  return std::nullopt;
}

auto read_cql_error(std::string_view body) -> cql_error {
  auto from = cql_reader{body};
  const auto code = from.i32();
  auto message = std::string{from.string()};
  if (from.failed()) return {-1, {}};
  if (message.size() > message_bytes_max) message = message.substr(0, message_bytes_max) + "…";
  std::replace_if(message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return {code, std::move(message)};
}

auto read_cql_rows(std::string_view body) -> result<cql_rows> {
  auto made = cql_rows{};
  auto from = cql_reader{body};
  if (from.i32() != kind_rows) return from.failed() ? result<cql_rows>{not_rows()} : made;
  const auto flags = from.i32();
  const auto columns = from.i32();
  if ((flags & has_more_pages) != 0) (void)from.bytes();
  const auto skip_table = [&] { (void)from.string(), (void)from.string(); };
  if ((flags & is_of_one_table) != 0) skip_table();
  for (auto left = columns; left > 0 && !from.failed(); --left) {
    if ((flags & is_of_one_table) == 0) skip_table();
    made.columns.emplace_back(from.string());
    skip_type(from, 0);
  }
  const auto count = from.i32();
  if (from.failed() || (count > 0 && columns <= 0)) return not_rows();
  for (auto left = count; left > 0; --left) {
    auto row = std::vector<cql_value>{};
    for (std::size_t i = 0; i < made.columns.size(); ++i) {
      const auto value = from.bytes();
      row.push_back(value ? cql_value{std::string{*value}} : std::nullopt);
    }
    if (from.failed()) return not_rows();
    made.rows.push_back(std::move(row));
  }
  return made;
}

auto read_cql_prepared(std::string_view body) -> result<std::string> {
  auto from = cql_reader{body};
  const auto kind = from.i32();
  auto id = std::string{from.string()};
  if (from.failed() || kind != kind_prepared || id.empty()) return error{errc::malformed, "it does not say how to execute a statement"};
  return id;
}

} // namespace weir
