/// What differs between two lists of lines, as test runners show it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace weir::cli {

/// Lines with "  " before what is in both, "- " before what was wanted and is not there, "+ " before what came besides.
/// `is_same(i, j)`: whether wanted line i is came line j.
auto difference_of(const std::vector<std::string>& wanted, const std::vector<std::string>& came,
                   const std::function<bool(std::size_t, std::size_t)>& is_same) -> std::vector<std::string>;

} // namespace weir::cli
