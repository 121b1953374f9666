/// Small files that are read and replaced as a whole.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>

namespace weir {

auto read_whole(const std::string& path) -> result<std::string>;

/// Whoever opens it meanwhile has all of the old content or all of the new; so after a power cut. Links are followed; the
/// file keeps its mode and, as far as this process may give it, its owner.
auto replace_whole(const std::string& path, std::string_view content) -> result<void>;

} // namespace weir
