/// Reads a file in big blocks that end where a line ends.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/utf8.hpp"

#include <cstdint>
#include <string_view>

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
auto whole_lines(std::string_view bytes, std::size_t line_bytes_max, bool take_rest) -> line_extent;

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

/// Calls `emit(line)` for each line of an outcome's bytes: without line ending, in pieces if longer than
/// `line_bytes_max`, without a hole before it.
template <class Emit>
auto for_each_line(std::string_view bytes, bool is_cut, std::size_t line_bytes_max, Emit&& emit)
    -> line_counts {
  auto counts = line_counts{};
  const auto* at = bytes.data();
  const auto* const end = at + bytes.size();
  while (at != end) {
    const auto* stop =
        is_cut ? nullptr
               : static_cast<const char*>(__builtin_memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const auto* const next = stop == nullptr ? end : stop + 1;
    if (stop == nullptr) stop = end;
    if (!is_cut && stop != at && stop[-1] == '\r') --stop;
    auto line = std::string_view{at, static_cast<std::size_t>(stop - at)};
    if (!is_cut && line.starts_with('\0'))
      if (const auto run = nul_run(line); run >= hole_bytes_min) {
        counts.hole_bytes += run;
        line.remove_prefix(run);
      }
    if (line.size() > line_bytes_max) ++counts.long_lines;
    for (auto size = std::size_t{0}; line.size() > line_bytes_max; line.remove_prefix(size))
      emit(line.substr(0, size = whole_characters(line, line_bytes_max)));
    emit(line);
    at = next;
  }
  return counts;
}

} // namespace weir
