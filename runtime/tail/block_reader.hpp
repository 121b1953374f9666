/// Reads a file in big blocks that end where a line ends.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/codec/text_encoding.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace weir {

/// So many NUL bytes where a line would begin are a hole that somebody left, no text.
inline constexpr std::size_t hole_bytes_min = 32;

/// With how many NUL bytes it begins.
auto nul_run(std::string_view bytes) -> std::size_t;

/// How much of a run of bytes can be delivered.
struct line_extent {
  std::size_t size = 0;
  bool is_cut = false; ///< pieces of a line that is longer than allowed, and goes on
};

/// Up to the last line end; of a line that is too long, as many pieces as are certain. `take_rest`: nothing
/// will follow, take all.
auto whole_lines(std::string_view bytes, std::size_t line_bytes_max, bool take_rest, text_unit unit = text_unit::byte)
    -> line_extent;
/// How much of a line that is too long makes its next piece: no character is cut in two, as far as that is to be seen.
auto piece_of_line(std::string_view line, std::size_t line_bytes_max, text_unit unit) -> std::size_t;

struct nul_end {
  std::uint64_t at = 0;
  bool is_certain = false; ///< false: it goes on; so much was read that others should have their turn
};
/// Where in [from, end) of an open file the first byte that is not NUL is; `end` if there is none.
auto skip_nul(int fd, std::uint64_t from, std::uint64_t end) -> nul_end;

/// One buffer serves all files of a source: a line that is not complete yet stays in its file.
class block_reader {
public:
  /// How much is read at once, unless a line is longer.
  static constexpr std::size_t block_bytes = 256 * 1024;
  /// Readable behind what was read; zeros, or the next line.
  static constexpr std::size_t padding_bytes = 64;

  explicit block_reader(std::size_t line_bytes_max);

  struct place {
    int fd = -1;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;          ///< of the file
    std::uint64_t stop = UINT64_MAX; ///< behind `offset`: nothing is read from here on
    bool take_rest = false;          ///< also a last line without line ending
    bool at_line = false;            ///< a line begins at `offset`; only there a hole can begin
    text_unit unit = text_unit::byte;
  };
  struct outcome {
    std::string_view bytes; ///< whole lines, or pieces of one; padding behind it; valid until the next read
    bool is_cut = false;    ///< `bytes` are pieces of a line that goes on
    bool is_hole = false;   ///< no line begins at `offset` but a hole; `bytes` are empty
    std::uint64_t rest = 0; ///< bytes seen behind `bytes` that are no line yet
    bool at_end = false;    ///< nothing was there behind `rest`
    int problem = 0;        ///< errno
  };
  auto read(const place& from, std::size_t want) -> outcome;

private:
  auto fill(const place& from, std::size_t goal, outcome& out) -> bool;

  std::size_t line_bytes_max_;
  byte_buffer buffer_;
};

struct line_counts {
  std::uint64_t long_lines = 0; ///< that were given in pieces
  std::uint64_t hole_bytes = 0; ///< NUL bytes before lines that were left out
};

/// A carriage return before the line end is not of the line.
inline auto without_return(std::string_view line, text_unit unit) -> std::string_view {
  using namespace std::string_view_literals;
  if (unit == text_unit::byte) return line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
  return line.substr(0, line.size() - (line.ends_with(unit == text_unit::little_pair ? "\r\0"sv : "\0\r"sv) ? 2 : 0));
}

/// Calls `emit(line)` for each line of an outcome's bytes: without line ending, in pieces if longer than
/// `line_bytes_max`, without a hole before it; or `emit(line, is_piece)`. `is_cut`, `goes_on`: as of a line_block.
template <class Emit>
auto for_each_line(std::string_view bytes, bool is_cut, std::size_t line_bytes_max, Emit&& emit,
                   text_unit unit = text_unit::byte, bool goes_on = false) -> line_counts {
  const auto give = [&](std::string_view line, [[maybe_unused]] bool is_piece) {
    if constexpr (std::is_invocable_v<Emit&, std::string_view, bool>)
      emit(line, is_piece);
    else
      emit(line);
  };
  auto counts = line_counts{};
  for (auto rest = bytes; !rest.empty(); goes_on = false) {
    const auto stop = is_cut ? std::string_view::npos : find_line_end(rest, unit);
    const auto is_ended = stop != std::string_view::npos;
    auto line = rest.substr(0, stop);
    rest.remove_prefix(is_ended ? stop + unit_bytes(unit) : rest.size());
    if (!is_cut) line = without_return(line, unit);
    if (!is_cut && unit == text_unit::byte && line.starts_with('\0'))
      if (const auto run = nul_run(line); run >= hole_bytes_min) {
        counts.hole_bytes += run;
        line.remove_prefix(run);
      }
    const auto is_long = line.size() > line_bytes_max;
    if (is_long) ++counts.long_lines;
    for (auto size = std::size_t{0}; line.size() > line_bytes_max; line.remove_prefix(size))
      give(line.substr(0, size = piece_of_line(line, line_bytes_max, unit)), true);
    give(line, is_long || is_cut || goes_on);
  }
  return counts;
}

} // namespace weir
