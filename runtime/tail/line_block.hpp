/// What a tailer hands out.
#pragma once

#include "runtime/codec/text_encoding.hpp"
#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Whole lines of one file; for_each_line() takes them apart. Valid until the next call of the tailer.
struct line_block {
  std::string_view tag;
  std::string_view stream;
  std::uint64_t begin = 0;
  std::string_view bytes; ///< line_padding readable bytes behind it; empty: only the position is new
  bool is_cut = false;
  bool is_over = false;      ///< nothing of this stream will ever come again
  bool is_for_all = false;   ///< no bytes: everybody who may be asked after a start has to know it, and not one alone
  std::uint64_t skipped = 0; ///< bytes before `bytes` that are no text: a byte order mark, a hole
  bool goes_on = false;      ///< its first line is the rest of one that was cut
  text_unit unit = text_unit::byte;
  std::uint64_t inode = 0;
  std::string_view path = {};  ///< under which its file was first seen; empty: this only tells of a stream
  std::string_view place = {}; ///< where it lay then, if `path` led there by a link
  auto end() const -> std::uint64_t { return is_over ? end_of_stream : begin + skipped + bytes.size(); }
};

} // namespace weir
