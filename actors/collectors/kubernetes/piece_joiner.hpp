/// Joins the pieces of long lines of one container, stream by stream, and keeps the order of all lines.
#pragma once

#include "runtime/parser/container_piece.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// A whole line, or what there is of one.
struct joined_line {
  std::uint64_t position = 0; ///< of its first piece in the file
  std::int64_t time_ns = 0;   ///< of its first piece
  std::string stream;
  std::string text;
  bool is_cut = false; ///< the rest of it is missing, or a line of its own
};

/// As long as a line is open, what comes behind it waits: only what lies before it may be covered.
class piece_joiner {
public:
  /// So many lines may wait for one.
  static constexpr std::size_t lines_max = 4096;

  explicit piece_joiner(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  auto is_open() const -> bool { return !lines_.empty(); }
  /// Where the first line that is open begins, if there is one.
  auto open_from() const -> std::uint64_t { return lines_.front().position; }
  auto bytes() const -> std::size_t { return bytes_; }
  /// True: nothing is open any more, and take() gives the lines.
  auto add(const container_piece& piece, std::uint64_t position) -> bool;
  /// All that waits, in order; what was open is cut.
  auto take() -> std::vector<joined_line>;

private:
  struct waiting_line : joined_line {
    bool is_open = false;
  };
  auto open_line_of(std::string_view stream) -> waiting_line*;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t open_ = 0; ///< of the lines
  std::vector<waiting_line> lines_;
};

} // namespace weir
