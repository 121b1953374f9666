/// Settings that name fields by patterns, checked the same way by all operators.
#pragma once

#include "config/settings.hpp"
#include "runtime/event/path_pattern.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Complains about each of `texts`, the list under `key`, that is no pattern or stands there twice.
void check_patterns(std::string_view key, const std::vector<std::string>& texts, config::settings_reader& reader);

/// Complains about a path, the value of `key`, that cannot be written to; an empty one is nobody's.
void check_written_path(std::string_view key, const std::string& path, config::settings_reader& reader);

} // namespace weir
