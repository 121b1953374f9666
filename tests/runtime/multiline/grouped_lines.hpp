/// Lines through an assembler, and what came out as text.
#pragma once

#include "runtime/multiline/line_assembler.hpp"

#include <string>
#include <vector>

namespace weir::test {

using texts = std::vector<std::string>;

/// Each event as its lines, one behind the other; those that are parts begin with a ~.
class grouped_lines final : public group_output {
public:
  explicit grouped_lines(const line_rules& rules, assembler_limits limits = {}) : assembler(rules, limits, *this) {}

  void take(const texts& lines) {
    for (const auto& line : lines) {
      assembler.take({line, line, 0, number_, number_}, now);
      ++number_;
    }
  }
  /// All that came out by now.
  auto events() const -> const texts& { return events_; }
  auto lines_out() const -> std::size_t { return static_cast<std::size_t>(next_); }
  auto whole(const texts& lines) -> texts {
    take(lines);
    assembler.flush(group_ending::whole);
    return std::exchange(events_, {});
  }

  line_assembler assembler;
  monotonic_time now{};
  std::size_t limited = 0;
  bool are_in_order = true;

private:
  void put_line(const group_line& line) override {
    events_.emplace_back(line.text);
    note(line.first, line.last);
  }
  void put_group(const std::vector<group_line>& lines, group_ending ending, bool is_partial) override {
    auto text = std::string{is_partial ? "~" : ""};
    for (const auto& line : lines) {
      if (&line != &lines.front()) text += '\n';
      text += line.text;
      note(line.first, line.last);
    }
    events_.push_back(text);
    if (ending == group_ending::limit) ++limited;
  }
  void note(std::uint64_t first, std::uint64_t last) {
    are_in_order = are_in_order && first == last && first == next_;
    next_ = last + 1;
  }

  texts events_;
  std::uint64_t number_ = 0;
  std::uint64_t next_ = 0;
};

} // namespace weir::test
