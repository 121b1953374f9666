/// Records of lines and of pieces of lines: what they say of themselves, and the record of those that were joined.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <string>
#include <string_view>

namespace weir {

/// What tells of a record whether it is a piece of a line, and whose. Views into it.
struct line_record {
  std::string_view key;  ///< of the text, a path; empty: it has none
  std::string_view text;
  std::string_view origin[3]; ///< values that tell apart whose lines come mixed: stream, source, container_id
  std::string_view id;        ///< of a piece: the value that all of its line have; empty: it has none
  bool is_piece = false;   ///< the line goes on with the next piece
  bool is_last = false;    ///< of pieces: what it began ends with this one
  bool lacks_first = false; ///< of pieces: it is numbered, and not the first

  /// Fields as Docker's fluentd driver names them (partial_message, partial_id, partial_ordinal, partial_last), or `partial`
  /// as the parsers of container logs give it. `key`: where the text is; empty: in log, or else in message.
  static auto read(std::string_view record, std::string_view key) -> line_record;
};

/// Appends `record` with this text at `key`, without what says that it is a piece, and with partial: true if it is `partial`.
void append_joined(byte_buffer& out, std::string_view record, std::string_view key, std::string_view text, bool is_partial);

} // namespace weir
