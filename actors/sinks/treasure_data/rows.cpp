#include "actors/sinks/treasure_data/rows.hpp"

#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/flow/retention.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto import_name_bytes_min = std::size_t{3};
constexpr auto import_name_bytes_max = std::size_t{128};
constexpr auto columns_at_most = std::uint32_t{512};

auto is_import_byte(char c) -> bool { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

} // namespace

auto is_import_name(std::string_view text) -> bool {
  return text.size() >= import_name_bytes_min && text.size() <= import_name_bytes_max && std::all_of(text.begin(), text.end(), is_import_byte);
}

auto column_name_of(std::string_view field) -> std::string {
  auto name = std::string{field.substr(0, import_name_bytes_max)};
  for (auto& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_import_byte(c)) c = '_';
  }
  return name.empty() ? "_" : name;
}

import_rows::import_rows(const treasure_data_settings& s, std::string_view node, std::string_view component)
    : names_(table_names::compile(s.table, {std::string{node}, std::string{component}})), tag_column_(s.tag_column) {
  if (names_) names_->in_zone(zone_of_names(s.time_zone));
}

auto import_rows::write(const commit_batch& batch, committed& done) -> std::span<const event_pile> {
  piles_.clear();
  numbers_.clear();
  if (names_) for_each_run(batch, [&](const event_run& run) { add_run(run, done); });
  return piles_;
}

auto import_rows::table_of(std::string_view tag, std::int64_t time_ns) -> std::string {
  auto name = names_->of(tag, time_ns);
  if (name.size() < import_name_bytes_min) name.append(import_name_bytes_min - name.size(), '_');
  return name;
}

auto import_rows::pile_of(const std::string& table) -> event_pile& {
  const auto [at, is_new] = numbers_.try_emplace(table, piles_.size());
  if (is_new) piles_.emplace_back().place = table;
  return piles_[at->second];
}

void import_rows::add_run(const event_run& run, committed& done) {
  auto seen = std::uint64_t{0};
  for (auto walk = event_walker{run}; walk.next() && walk.is_whole(); ++seen) {
    auto record = walk.bytes();
    auto time_ns = std::int64_t{0};
    if (!take_entry_head(record, time_ns)) break;
    auto& pile = pile_of(table_of(run.tag, time_ns));
    const auto why = append_row(pile.bytes, run.tag, time_ns, record);
    if (why.empty())
      pile.end_piece(walk.at());
    else
      refuse(done, why, run, seen, 1);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

/// Why there is none; empty: there is.
auto import_rows::append_row(byte_buffer& out, std::string_view tag, std::int64_t time_ns, std::string_view record) -> std::string_view {
  const auto begin = out.size();
  auto fields = msgpack_reader{record};
  auto count = std::uint32_t{0};
  if (!fields.map(count)) return "malformed entry";
  const auto own = tag_column_.empty() ? 1U : 2U;
  if (count > columns_at_most - own) return "rejected: it has more than 512 fields";
  auto row = msgpack_writer{out};
  row.map(count + own);
  row.str("time");
  row.integer(seconds_of(time_ns));
  if (!tag_column_.empty()) {
    auto text = byte_buffer{};
    append_valid_text(text, tag);
    row.str(tag_column_);
    row.str(text.view());
  }
  for (; count > 0; --count) {
    auto key = std::string_view{};
    auto value = std::string_view{};
    if (!fields.str_or_bin(key) || !fields.value(value)) return out.truncate(begin), "malformed entry";
    auto name = column_name_of(key);
    row.str(name == "time" || name == tag_column_ ? "record_" + name : name);
    row.raw(value);
  }
  return {};
}

} // namespace weir
