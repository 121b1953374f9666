/// One YAML text -> a tree of values with their places.
#pragma once

#include "config/value.hpp"

#include <string_view>

namespace weir::config {

/// Values that one file may hold after its aliases were expanded.
inline constexpr std::size_t values_max = 200'000;

/// Total: any bytes are a valid argument. Anchors, aliases and merge keys (`<<`) are expanded within
/// values_max and nesting_max. Adds what is wrong to `problems`; gives a tree if the text could be read
/// to its end, even if there are findings, so that more can be found in it. An empty text is a null value.
auto parse_yaml(std::string_view text, const std::string& file, diagnostics& problems)
    -> std::optional<value>;

} // namespace weir::config
