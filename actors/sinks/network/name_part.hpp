/// A tag as one name of a key or of a path, which no tag can make anything else of.
//
//  A-Z, a-z, 0-9, `.`, `_`, `-` and `=` stay; any other byte is an underscore; what is longer than 100 bytes is cut and ends with
//  its checksum; an empty tag is `none`, and one of dots alone is of underscores.
#pragma once

#include <string>
#include <string_view>

namespace weir {

auto name_part_of(std::string_view tag) -> std::string;

} // namespace weir
