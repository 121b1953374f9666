#include "actors/sinks/cassandra/time_book.hpp"

#include "actors/sinks/cassandra/schema.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto part_bits = 24U;
/// Places whose versions are remembered.
constexpr auto places_max = std::size_t{10'000};
constexpr auto settle_tries_max = 16;

auto is_local(cql_consistency c) -> bool { return c == cql_consistency::local_quorum || c == cql_consistency::local_one; }

auto as_bigint(std::uint64_t number) -> std::int64_t { return static_cast<std::int64_t>(number); }

auto position_in(const cql_rows& rows, std::size_t row, std::string_view column) -> std::uint64_t {
  return static_cast<std::uint64_t>(rows.number(row, column).value_or(0));
}

} // namespace

auto times_place_of(std::string_view place, std::uint64_t position) -> times_place {
  return {std::string{place}, as_bigint(position >> part_bits)};
}

time_book::time_book(cql_cluster& in, const cassandra_settings& settings)
    : in_(in), create_(settings.create), serial_(is_local(settings.consistency) ? cql_consistency::local_serial : cql_consistency::serial),
      written_(is_local(settings.consistency) ? cql_consistency::local_quorum : cql_consistency::quorum), keyspace_(settings.keyspace),
      table_(cql_table_name(settings.keyspace, "weir_times")), lifetime_(cql_lifetime(settings.ttl)) {}

auto time_book::open() -> result<void> {
  seen_.clear();
  WEIR_TRY(const auto columns, cql_columns_of(in_, keyspace_, "weir_times"));
  if (!columns.empty()) return {};
  if (!create_) return error{errc::failed, "there is no table \"weir_times\", and \"create: false\" says not to make it"};
  return cql_define(in_, "CREATE TABLE IF NOT EXISTS " + table_
                             + " (place blob, part bigint, \"first\" bigint, \"end\" bigint, times blob, version bigint static, "
                               "PRIMARY KEY ((place, part), \"first\"))");
}

auto time_book::select(std::string_view what, const times_place& at, std::span<const std::int64_t> numbers) -> result<cql_rows> {
  auto values = cql_values{};
  values.add(at.first).add_i64(at.second);
  for (const auto n : numbers) values.add_i64(n);
  const auto split = what.find('|');
  const auto text = "SELECT " + std::string{what.substr(0, split)} + " FROM " + table_ + " WHERE place = ? AND part = ?"
                    + std::string{what.substr(split + 1)};
  auto body = byte_buffer{};
  append_cql_query(body, text, values, serial_);
  return in_.ask(cql_opcode::query, body.view());
}

/// The version first: what is added behind it is found when adding fails.
auto time_book::look(const times_place& at, std::span<const timed_position> events, seen& now) -> result<std::vector<known_times>> {
  const auto first = as_bigint(events.front().position);
  const auto last = as_bigint(events.back().position);
  WEIR_TRY(const auto version, select("version| LIMIT 1", at, {}));
  now.version = version.number(0, "version").value_or(0);
  auto known = std::vector<known_times>{};
  if (now.version == 0) return known;
  WEIR_TRY(const auto newest, select("\"end\"| ORDER BY \"first\" DESC LIMIT 1", at, {}));
  now.end = position_in(newest, 0, "end");
  const auto take = [&](const cql_rows& rows) {
    for (std::size_t i = 0; i < rows.rows.size(); ++i)
      known.push_back({position_in(rows, i, "first"), position_in(rows, i, "end"), rows.text(i, "times")});
  };
  WEIR_TRY(const auto before, select("\"first\", \"end\", times| AND \"first\" <= ? ORDER BY \"first\" DESC LIMIT 1", at, {{first}}));
  take(before);
  WEIR_TRY(const auto inside, select("\"first\", \"end\", times| AND \"first\" > ? AND \"first\" <= ?", at, {{first, last}}));
  take(inside);
  return known;
}

auto time_book::add(const times_place& at, const seen& now, std::span<const known_times> rows) -> result<bool> {
  auto batch = cql_batch{};
  batch.begin();
  auto update = cql_values{};
  update.add_i64(now.version + 1).add(at.first).add_i64(at.second);
  if (now.version != 0) update.add_i64(now.version);
  batch.add("UPDATE " + table_ + (lifetime_.empty() ? "" : " USING " + lifetime_) + " SET version = ? WHERE place = ? AND part = ? IF version = "
                + (now.version == 0 ? "null" : "?"),
            update);
  const auto insert = "INSERT INTO " + table_ + " (place, part, \"first\", \"end\", times) VALUES (?, ?, ?, ?, ?)"
                      + (lifetime_.empty() ? "" : " USING " + lifetime_);
  for (const auto& r : rows) {
    auto values = cql_values{};
    values.add(at.first).add_i64(at.second).add_i64(as_bigint(r.first)).add_i64(as_bigint(r.end)).add(r.times);
    batch.add(insert, values);
  }
  WEIR_TRY(const auto answer, in_.ask(cql_opcode::batch, batch.finish(written_, serial_)));
  return answer.text(0, "[applied]") == std::string(1, '\1');
}

auto time_book::settle(const times_place& at, std::span<timed_position> events) -> result<void> {
  if (seen_.size() > places_max) seen_.clear();
  for (auto tries = 0; tries < settle_tries_max; ++tries) {
    auto known = std::vector<known_times>{};
    auto known_at = seen_.find(at);
    if (known_at == seen_.end() || events.front().position < known_at->second.end) {
      auto now = seen{};
      WEIR_TRY(known, look(at, events, now));
      known_at = seen_.insert_or_assign(at, now).first;
    }
    const auto added = settle_times(events, known);
    if (added.empty()) return {};
    auto& now = known_at->second;
    const auto is_in = add(at, now, added);
    if (is_in && *is_in) {
      ++now.version;
      now.end = std::max(now.end, added.back().end);
      return {};
    }
    seen_.erase(known_at);
    // An answer that was lost, or others were faster: what is there now tells.
    if (!is_in && is_in.failure().code != errc::unavailable) return is_in.failure();
    if (!is_in && tries > 0) return is_in.failure();
  }
  return error{errc::unavailable, "other writers were in the way " + std::to_string(settle_tries_max) + " times"};
}

} // namespace weir
