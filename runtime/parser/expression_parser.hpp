/// Parsers that are a regular expression: the format regex, and what compiles to one.
#pragma once

#include "runtime/parser/parsers.hpp"

#include <map>
#include <string>
#include <string_view>

namespace weir {

/// Names of groups to names of fields, where they are not the same.
using group_fields = std::map<std::string, std::string>;

/// RE2 knows (?P<name>…) only; everybody else also writes (?<name>…).
auto with_named_groups(std::string_view expression) -> std::string;

/// Of an RE2 expression with named groups. Of several that are one field and match, the last one counts.
auto make_expression_parser(const std::string& expression, const group_fields& fields, const format_defaults& defaults,
                            const parser_settings& settings, const clock& now) -> made_parser;

} // namespace weir
