/// Small files that are read and replaced as a whole.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>

namespace weir {

auto read_whole(const std::string& path) -> result<std::string>;

/// As replace_files(), of one file that may be a link: what it leads to is replaced, and keeps its mode.
auto replace_whole(const std::string& path, std::string_view content) -> result<void>;

} // namespace weir
