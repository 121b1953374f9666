/// Things that have names, several maybe the same: gathered by name, as lists in a record want them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace weir {

struct named_thing {
  std::string_view name;
  std::uint32_t index = 0; ///< in the order in which they came
  std::uint32_t first = 0; ///< set by group_by_name(): the index of the first of this name
};

/// Puts those of one name side by side, names in the order of their first ones.
void group_by_name(std::span<named_thing> things);

/// How many at the front have the name of the first one.
auto group_size(std::span<const named_thing> things) -> std::size_t;

} // namespace weir
