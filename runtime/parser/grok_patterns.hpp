/// The patterns that grok expressions name: %{IPORHOST}, %{NUMBER}, ….
#pragma once

#include <string_view>

namespace weir {

/// The expression of a well-known name, which may name others; empty if there is none.
auto find_grok_pattern(std::string_view name) -> std::string_view;

} // namespace weir
