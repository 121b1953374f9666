#include "actors/sinks/cassandra/row_batch.hpp"

#include "actors/sinks/cassandra/frames.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

constexpr auto place_bytes = std::size_t{16};
constexpr auto neighbour_bits = 16U;
constexpr auto ns_per_ms = std::int64_t{1'000'000};
constexpr auto ns_per_us = std::int64_t{1'000};
constexpr auto ns_per_day = std::int64_t{86'400} * 1'000'000'000;
constexpr auto own_values = std::size_t{8}; ///< with the time of writing
/// The day 0 of the type date.
constexpr auto date_zero = std::uint32_t{1} << 31U;

auto floored(std::int64_t number, std::int64_t by) -> std::int64_t { return number / by - (number % by < 0 ? 1 : 0); }

auto position_of(const event_key& key) -> std::uint64_t {
  auto position = std::uint64_t{0};
  for (auto i = place_bytes; i < place_bytes + sizeof position; ++i) position = position << 8U | static_cast<unsigned char>(key.bytes[i]);
  return position;
}

void put_fixed(byte_buffer& out, std::int32_t number) { put_i32(out, sizeof number), put_i32(out, number); }
void put_fixed(byte_buffer& out, std::int64_t number) { put_i32(out, sizeof number), put_i64(out, number); }

void put_integer(byte_buffer& out, cql_type type, std::int64_t number) {
  switch (type) {
  case cql_type::bigint: return put_fixed(out, number);
  case cql_type::integer: return put_fixed(out, static_cast<std::int32_t>(number));
  case cql_type::smallint: return put_i32(out, 2), put_u16(out, static_cast<std::uint16_t>(number));
  default: put_i32(out, 1), out.push_back(static_cast<char>(number));
  }
}

auto is_ascii(std::string_view text) -> bool {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
}

} // namespace

auto bucket_of(const event_key& key, std::uint32_t buckets) -> std::int32_t {
  char hashed[place_bytes + sizeof(std::uint64_t)];
  std::copy_n(key.bytes.begin(), place_bytes, hashed);
  const auto neighbours = position_of(key) >> neighbour_bits;
  for (std::size_t i = 0; i < sizeof neighbours; ++i) hashed[place_bytes + i] = static_cast<char>(neighbours >> (56 - 8 * i) & 0xffU);
  return static_cast<std::int32_t>(crc32c({hashed, sizeof hashed}) % buckets);
}

auto partition_key_of(const cassandra_row& row) -> std::string {
  auto key = byte_buffer{};
  put_u16(key, 4), put_i32(key, row.bucket), key.push_back('\0');
  put_u16(key, 4), put_i32(key, static_cast<std::int32_t>(static_cast<std::uint32_t>(row.day) + date_zero)), key.push_back('\0');
  return std::string{key.view()};
}

auto row_batch::assign(const commit_batch& from, cassandra_schema& schema, time_book* times, committed& done) -> result<void> {
  rows_.clear();
  values_.clear();
  late_.clear();
  late_records_.clear();
  late_places_.clear();
  late_tags_.clear();
  auto state = result<void>{};
  for (std::size_t i = 0; i < from.chunks.size(); ++i) {
    auto keys = event_keys{*from.chunks[i]};
    for_each_run(from, i, [&](const event_run& run) {
      if (state) state = add_run(run, keys, schema, times != nullptr, done);
    });
    WEIR_CHECK(state);
  }
  if (late_.empty()) return {};
  WEIR_CHECK(settle(*times));
  for (auto& late : late_) {
    late.of.record = late_records_.view().substr(late.begin, late.end - late.begin);
    WEIR_CHECK(add_event(late.of, schema));
  }
  return {};
}

auto row_batch::add_run(const event_run& run, event_keys& keys, cassandra_schema& schema, bool asks_for_times, committed& done)
    -> result<void> {
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  for (; !entries.empty(); ++seen) {
    auto e = event{{run.first.chunk, run.first.index + seen}, {}, 0, run.tag, {}};
    if (!take_entry_head(entries, e.time_ns) || msgpack_reader{entries}.peek() != msgpack_type::map) break;
    auto read = msgpack_reader{entries};
    if (!read.value(e.record)) break;
    entries = read.rest();
    e.key = keys.of(e.at.index);
    if (asks_for_times && contains(run.timed_at_reading, e.at.index) && keys.has_position()) {
      add_late(e);
      continue;
    }
    WEIR_TRY(const auto is_whole, add_event(e, schema));
    if (!is_whole) break;
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  return {};
}

void row_batch::add_late(const event& e) {
  auto late = late_event{e, late_records_.size(), 0};
  late_records_.append(e.record);
  late.end = late_records_.size();
  late.of.tag = late_tags_.try_emplace(std::string{e.tag}, 0).first->first; // an operator may have made it for this run only
  const auto position = position_of(e.key);
  late_places_[times_place_of(e.key.view().substr(0, place_bytes), position)].push_back({position, e.time_ns, late_.size()});
  late_.push_back(late);
}

auto row_batch::settle(time_book& times) -> result<void> {
  for (auto& [place, events] : late_places_) {
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
    WEIR_CHECK(times.settle(place, events));
    for (const auto& e : events) late_[e.event].of.time_ns = e.time_ns;
  }
  return {};
}

auto row_batch::add_event(const event& e, cassandra_schema& schema) -> result<bool> {
  WEIR_TRY(const auto* table, schema.table(names_.of(e.tag, e.time_ns)));
  json_.clear();
  auto record = e.record;
  if (!take_json(json_, record)) return false;
  auto row = cassandra_row{.at = e.at, .table = table, .bucket = bucket_of(e.key, buckets_)};
  row.day = static_cast<std::int32_t>(floored(e.time_ns, ns_per_day));
  row.begin = values_.size();
  put_values(e, row);
  row.end = values_.size();
  rows_.push_back(row);
  return true;
}

void row_batch::put_values(const event& e, const cassandra_row& row) {
  put_u16(values_, static_cast<std::uint16_t>(own_values + columns_.size()));
  put_fixed(values_, row.bucket);
  put_fixed(values_, static_cast<std::int32_t>(static_cast<std::uint32_t>(row.day) + date_zero));
  put_fixed(values_, floored(e.time_ns, ns_per_ms));
  put_cql_long_string(values_, e.key.view());
  tag_.clear();
  append_valid_text(tag_, e.tag);
  put_cql_long_string(values_, tag_.view());
  put_cql_long_string(values_, json_.view());
  put_fixed(values_, e.time_ns);
  for (std::size_t i = 0; i < columns_.size(); ++i) put_field(row.table->columns[i], find_path(e.record, columns_[i].path));
  put_fixed(values_, floored(e.time_ns, ns_per_us));
}

void row_batch::put_field(cql_type type, std::string_view value) {
  const auto fits = value_for(column_type_of(type), value, scratch_);
  if (const auto* text = std::get_if<std::string_view>(&fits); text != nullptr && (type != cql_type::ascii || is_ascii(*text)))
    put_cql_long_string(values_, *text);
  else if (const auto* number = std::get_if<std::int64_t>(&fits))
    put_integer(values_, type, *number);
  else if (const auto* real = std::get_if<double>(&fits); real != nullptr && type == cql_type::real)
    put_fixed(values_, std::bit_cast<std::int64_t>(*real));
  else if (real != nullptr)
    put_fixed(values_, std::bit_cast<std::int32_t>(static_cast<float>(*real)));
  else if (const auto* state = std::get_if<bool>(&fits))
    put_i32(values_, 1), values_.push_back(*state ? '\1' : '\0');
  else if (const auto* time = std::get_if<column_time>(&fits))
    put_fixed(values_, floored(time->ns, ns_per_ms));
  else
    put_i32(values_, -1);
}

} // namespace weir
