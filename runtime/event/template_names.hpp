/// The two ways to write a name in a template: `{tag}` and `${tag}` mean one thing.
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// The text with `{name}` for each `${name}` of small letters; `$${` stays.
auto with_short_names(std::string_view text) -> std::string;

/// What stands between the braces if `text` begins with `{name}` or `{name[-1]}`, a name being small letters, digits and
/// underscores, no digit first; else empty: then the brace is text.
auto short_name(std::string_view text) -> std::string_view;

} // namespace weir
