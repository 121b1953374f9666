/// Looks over the text of a YAML file before a parser sees it: encoding, tabs, depth of nesting.
#pragma once

#include "config/diagnostic.hpp"

#include <string>
#include <string_view>

namespace weir::config {

/// Deepest nesting of lists and maps that a file may have; bounds the recursion of everything behind.
inline constexpr int nesting_max = 64;

/// Drops a byte order mark and the CR of every CRLF, so that columns mean the same in all files.
auto normalize_text(std::string_view text) -> std::string;

/// Adds what it finds to `problems`; false if the text must not be given to a YAML parser. Linear time.
/// Understands quotes, comments, plain and block scalars well enough not to complain about their content.
auto check_shape(std::string_view text, const std::string& file, diagnostics& problems) -> bool;

} // namespace weir::config
