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

/// Bytes of the first character of `text`, which is not empty; 1 of what is no UTF-8.
auto first_character(std::string_view text) -> std::size_t;
/// How many columns of a terminal it takes, as far as characters take one each.
auto columns_taken_by(std::string_view text) -> std::size_t;
/// How much of the beginning of `text` fits into so many columns.
auto within_columns(std::string_view text, std::size_t columns_max) -> std::size_t;

} // namespace weir
