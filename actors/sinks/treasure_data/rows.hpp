/// Events as rows of an import: maps of msgpack, each with the second of its time. Pure.
//
//  row := map of "time": integer, the column of the tag: text, and the record's fields
//
//  Names of columns have small letters, digits and _; what else is in a field's name becomes one or the other. A field that would be
//  called as the first two is record_time, or record_ and that name.
#pragma once

#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/sql/table_names.hpp"
#include "actors/sinks/treasure_data/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

auto is_import_name(std::string_view text) -> bool;
auto column_name_of(std::string_view field) -> std::string;

/// One thread's.
class import_rows {
public:
  import_rows(const treasure_data_settings& s, std::string_view node, std::string_view component);

  /// A pile for each table, until the next call; what makes no row is refused in `done`.
  auto write(const commit_batch& batch, committed& done) -> std::span<const event_pile>;
  auto only_table() -> std::string { return names_ && names_->is_one() ? table_of({}, 0) : std::string{}; }

private:
  void add_run(const event_run& run, committed& done);
  auto append_row(byte_buffer& out, std::string_view tag, std::int64_t time_ns, std::string_view record) -> std::string_view;
  auto pile_of(const std::string& table) -> event_pile&;
  auto table_of(std::string_view tag, std::int64_t time_ns) -> std::string;

  result<table_names> names_;
  std::string tag_column_;
  std::vector<event_pile> piles_;
  std::unordered_map<std::string, std::size_t> numbers_; ///< of piles_, by table
};

} // namespace weir
