/// Base64 (RFC 4648 section 4), for bytes inside of text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

auto to_base64(std::string_view bytes) -> std::string;
/// Nothing if it is not exactly what to_base64() makes.
auto from_base64(std::string_view text) -> std::optional<std::string>;

} // namespace weir
