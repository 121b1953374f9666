/// Strings of JSON for the few documents that the command prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// In quotes, escaped.
auto json_string(std::string_view text) -> std::string;
auto json_list(const std::vector<std::string>& texts) -> std::string;

} // namespace weir::cli
