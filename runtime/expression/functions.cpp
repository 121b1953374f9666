#include "runtime/expression/functions.hpp"

#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir::expr {
namespace {

auto make_table() -> std::vector<function> {
  auto table = std::vector<function>{};
  for (const auto& part : {text_functions(), number_functions(), kind_functions(), time_functions(), network_functions()})
    table.insert(table.end(), part.begin(), part.end());
  std::sort(table.begin(), table.end(), [](const function& a, const function& b) { return a.name < b.name; });
  return table;
}

} // namespace

auto text_of(const value& v, text_arena& arena) -> std::string_view {
  auto& [packed, text] = arena.spare();
  packed.clear();
  text.clear();
  append_value(packed, v);
  append_text(text, packed.view());
  return text.view();
}

auto all_functions() -> const std::vector<function>& {
  static const auto table = make_table();
  return table;
}

auto find_function(std::string_view name) -> const function* {
  for (const auto& f : all_functions())
    if (f.name == name) return &f;
  return nullptr;
}

} // namespace weir::expr
