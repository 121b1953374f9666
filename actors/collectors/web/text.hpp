/// The forms of text that HTTP puts names and values into.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// Names and values, decoded, in their order.
using web_words = std::vector<std::pair<std::string, std::string>>;

auto web_lower_case(std::string_view text) -> std::string;
auto web_trimmed(std::string_view text) -> std::string_view;
/// %41 is A and, where `is_form`, + is a space; nothing if it is malformed.
auto web_decoded(std::string_view text, bool is_form) -> std::optional<std::string>;
/// `a=1&b=2` (application/x-www-form-urlencoded), at most `words_max` of them; nothing if it is malformed.
auto web_form_words(std::string_view text, std::size_t words_max) -> std::optional<web_words>;
/// The value of the first of that name; empty if there is none.
auto web_word(const web_words& words, std::string_view name) -> std::string_view;
/// A parameter of a field, as boundary of `multipart/form-data; boundary="x"`; empty if it is not there.
auto web_parameter(std::string_view field, std::string_view name) -> std::string;

} // namespace weir
