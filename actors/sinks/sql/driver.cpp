#include "actors/sinks/sql/driver.hpp"

#include <algorithm>
#include <initializer_list>

namespace weir {

auto shape_from(const std::string& table, const std::vector<table_column>& columns, const std::vector<field_column>& wanted)
    -> result<table_shape> {
  using kind = column_type::kind;
  const auto find = [&](const std::string& name, std::initializer_list<kind> fit) -> result<table_column> {
    const auto at = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    const auto where = "the table \"" + table + "\" ";
    if (at == columns.end()) return error{errc::failed, where + "has no column \"" + name + '"'};
    const auto is_fit = at->code != 0 && (fit.size() == 0 || std::find(fit.begin(), fit.end(), at->type.what) != fit.end());
    if (!is_fit) return error{errc::failed, where + "has a column \"" + name + "\" of a type that this cannot be written to"};
    return *at;
  };
  auto shape = table_shape{};
  shape.name = table;
  WEIR_TRY(shape.time, find("time", {kind::time, kind::integer}));
  WEIR_TRY(shape.tag, find("tag", {kind::text}));
  WEIR_TRY(shape.record, find("record", {kind::json, kind::text}));
  for (const auto& w : wanted) {
    WEIR_TRY(shape.fields.emplace_back(), find(w.name, {}));
    shape.paths.push_back(w.path);
  }
  return shape;
}

auto missing_from(const std::vector<table_column>& columns, const std::vector<field_column>& wanted) -> std::vector<field_column> {
  auto missing = std::vector<field_column>{};
  for (const auto& w : wanted)
    if (std::none_of(columns.begin(), columns.end(), [&](const auto& c) { return c.name == w.name; })) missing.push_back(w);
  return missing;
}

} // namespace weir
