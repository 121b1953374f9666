/// Joins the lines of one channel into groups, by rules: lines and time go in, single lines and groups come out.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/units.hpp"
#include "runtime/multiline/line_rules.hpp"
#include "runtime/os/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir {

struct assembler_limits {
  std::size_t lines_max = 1000;
  std::size_t bytes_max = std::size_t{256} << 10; ///< of what the lines came in
  duration timeout = std::chrono::seconds{5};     ///< without another line
};

/// A line and what it came in.
struct group_line {
  std::string_view body; ///< what the line came in, of no meaning here
  std::string_view text; ///< inside of `body`
  std::int64_t time_ns = 0;
  std::uint64_t first = 0; ///< numbers of the events that it is of
  std::uint64_t last = 0;
  bool is_timed_at_reading = false;
  bool is_cut = false; ///< it is a part of one already
};

enum class group_ending { whole, timeout, limit };

/// Takes what comes out. Views are valid during the call.
class group_output {
public:
  virtual ~group_output() = default;
  /// A line that belongs to no group.
  virtual void put_line(const group_line& line) = 0;
  /// Two lines or more, or a part of such a group. `is_partial`: there may be more of it, or was before.
  virtual void put_group(const std::vector<group_line>& lines, group_ending ending, bool is_partial) = 0;
};

/// A group is as long as its rules go on, and ends where they say that it may: lines behind that begin anew.
class line_assembler {
public:
  /// So many lines may wait for one that says whether they belong to the group before them.
  static constexpr std::size_t open_lines_max = 16;

  /// `rules` and `out` live longer.
  line_assembler(const line_rules& rules, assembler_limits limits, group_output& out)
      : rules_(&rules), limits_(limits), out_(&out) {}

  void take(const group_line& line, monotonic_time now);
  /// Ends what waits: of `timeout` it is cut, of `whole` nothing more will come.
  void flush(group_ending ending);
  auto is_empty() const -> bool { return lines_.empty(); }
  /// The first event of which something is held.
  auto first_held() const -> std::uint64_t { return lines_.front().line.first; }
  /// When to flush it, if nothing comes.
  auto due() const -> monotonic_time { return due_; }

private:
  struct held_line {
    group_line line; ///< without views
    std::size_t begin = 0; ///< of its body in bytes_
    std::size_t size = 0;
    std::size_t text_begin = 0; ///< in the body
    std::size_t text_size = 0;
  };
  void hold(const group_line& line);
  static auto view_of(const held_line& held, const byte_buffer& bytes) -> group_line;
  /// Looks at the lines that it has not looked at; whoever belongs to no group goes on.
  void settle();
  void look_at_next();
  void note(line_fate fate);
  void cut();
  /// The first `count` lines go on, and what is behind them is looked at anew.
  void give(std::size_t count, group_ending ending, bool is_partial);
  auto sure_lines() const -> std::size_t { return sure_ > 0 ? sure_ : 1; }

  const line_rules* rules_;
  assembler_limits limits_;
  group_output* out_;
  byte_buffer bytes_;
  std::vector<held_line> lines_;
  std::size_t seen_ = 0; ///< lines that the rules have taken into the group
  std::size_t sure_ = 0; ///< of them certainly belong to it
  bool goes_on_ = false; ///< the lines before these were cut off
  group_place place_{};
  monotonic_time now_{};
  monotonic_time due_{};
  byte_buffer given_bytes_; ///< of what is going on
  std::vector<held_line> given_lines_;
  std::vector<group_line> given_;
};

} // namespace weir
