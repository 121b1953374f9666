/// Files as a source reads them: blocks of whole lines, with what they are in and where.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/tail/block_reader.hpp"
#include "runtime/tail/line_block.hpp"
#include "runtime/tail/tail_figures.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class line_feed {
public:
  virtual ~line_feed() = default;
  /// `covered`: what earlier instances handed on. It is not read again; what lies between is, if it is still
  /// there. No block straddles an end of such a range. `elsewhere`: what they handed on of streams that are read again.
  virtual auto open(std::span<const position_range> covered, std::span<const position_range> elsewhere) -> result<void> = 0;
  /// Looks at what changed; then take blocks until there is none.
  virtual void look() = 0;
  /// The next block, of about `want` bytes; the files take turns.
  virtual auto next(std::size_t want) -> std::optional<line_block> = 0;
  virtual void acknowledge(std::span<const position_range> safe) = 0;
  /// What is told to all, for whoever is new among them.
  virtual auto standing() const -> std::vector<position_range> { return {}; }
  /// Whether next() ended only so that somebody else may have a turn.
  virtual auto has_more() const -> bool = 0;
  virtual auto is_finished() const -> bool = 0;
  virtual auto wake_fd() const -> int { return -1; }
  virtual auto wake_at() const -> std::optional<monotonic_time> = 0;
  virtual auto summary() const -> std::string = 0;
  /// For status; looks at some hundred files at most.
  virtual auto figures(std::size_t shown_max) const -> tail_figures = 0;
  /// What cannot be read as wanted as of the last look at everything.
  virtual auto problems() const -> std::vector<std::string> = 0;
  /// Says so once per file.
  virtual void note_lines(const line_counts& counts, std::string_view stream) = 0;
  virtual auto take_complaints() -> std::vector<std::string> = 0;
};

} // namespace weir
