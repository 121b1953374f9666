/// The forms of HTTP that the parser leaves as they are.
#pragma once

#include "cli/console/http_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

auto lower_case(std::string_view text) -> std::string;
/// %41 is A, and in a query + is a space; nothing if it is malformed, or has a byte 0.
auto percent_decoded(std::string_view text, bool is_query) -> std::optional<std::string>;
auto percent_encoded(std::string_view text) -> std::string;
/// `/a/b?x=1` into path and query; false: malformed.
auto split_target(std::string_view target, http_request& to) -> bool;
/// Whether an Accept-Encoding field (RFC 9110, 12.5.3) allows gzip.
auto accepts_gzip(std::string_view field) -> bool;
/// Of a Cookie field; empty if it is not there.
auto cookie_of(std::string_view field, std::string_view name) -> std::string;
/// Up to the empty line.
auto response_head(const http_response& of, std::size_t body_bytes, bool keeps_alive) -> std::string;

} // namespace weir::cli
