/// Where text can be cut without cutting a character in two.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir {

/// At the very beginning of a file it is no text.
inline constexpr auto byte_order_mark = std::string_view{"\xef\xbb\xbf"};

/// How much of the beginning of `text` fits into `bytes_max` bytes if no character of UTF-8 is cut in two. What is no
/// UTF-8 may be cut anywhere; at least one byte if `bytes_max` is not 0.
auto whole_characters(std::string_view text, std::size_t bytes_max) -> std::size_t;

} // namespace weir
