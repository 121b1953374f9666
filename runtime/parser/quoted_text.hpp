/// Escapes in quoted text as logfmt's writers use them.
//
//  \" \\ \/ \n \t \r \b \f \a \v     one character each
//  \xHH                              one byte (Go's %q)
//  \uHHHH, two where they are surrogates, \UHHHHHHHH   a character; a lone surrogate is U+FFFD
//
//  Anything else behind a backslash stays as it is written.
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Sets `out` to what `text`, which is between quotes, means.
void unescape_quoted(std::string_view text, std::string& out);

} // namespace weir
