/// How others call what is set here, for those who come from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::config {

/// Whose key it is and what does the same here, as a hint; nothing if it is nobody's. `key` is not looked at as to what it
/// stands in.
auto hint_of_foreign_key(std::string_view key) -> std::optional<std::string>;

} // namespace weir::config
