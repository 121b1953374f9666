#include "runtime/multiline/line_rules.hpp"
#include "runtime/multiline/trace_shapes.hpp"

#include <algorithm>
#include <vector>

namespace weir {
namespace {

using namespace trace_shapes;

/// A place in the trace of a language. What each means is in the table's own names; in none a trace begins.
enum place : std::uint8_t { none, head, text, frames, gap, more, code, mark, done };

using place_set = std::uint16_t;
template <class... Place> constexpr auto at(Place... p) -> place_set { return static_cast<place_set>(((1U << p) | ...)); }

/// From one of these places such a line leads to another; the first that fits counts.
struct trace_step {
  place_set from;
  bool (*fits)(std::string_view line);
  place to;
};

struct trace_table {
  std::span<const trace_step> steps;
  place_set whole; ///< where a trace may end

  auto next(std::uint8_t from, std::string_view line) const -> std::uint8_t {
    for (const auto& s : steps)
      if ((s.from >> from & 1U) != 0 && s.fits(line)) return s.to;
    return none;
  }
  auto fate_at(std::uint8_t p) const -> line_fate {
    if (p == none) return line_fate::apart;
    if ((whole >> p & 1U) == 0) return line_fate::open;
    const auto leads_on = [&](const trace_step& s) { return (s.from >> p & 1U) != 0; };
    return std::any_of(steps.begin(), steps.end(), leads_on) ? line_fate::whole : line_fate::last;
  }
};

// text: lines of a message, which only a frame behind them makes part of it.
constexpr trace_step java_steps[] = {
    {at(head, text, frames), is_java_cause, head},
    {at(none), is_java_head, head},
    {at(head, text, frames), is_at_frame, frames},
    {at(head, text, frames), is_java_more, frames},
    {at(frames), is_dotnet_end_of_inner, frames},
    {at(head, text), is_java_message, text},
};

// gap: the empty line before the next exception of an AggregateException; more: a line that only announces one.
constexpr trace_step dotnet_steps[] = {
    {at(none), is_dotnet_bare_head, more},
    {at(none, more), is_dotnet_head, head},
    {at(head, text, frames, gap), is_dotnet_inner, head},
    {at(head, text, frames), is_at_frame, frames},
    {at(head, frames), is_dotnet_end_of_inner, frames},
    {at(frames), is_blank, gap},
    {at(head, text), is_java_message, text},
};

// head: what comes before a traceback; gap, more: between two that are chained, before and behind the words; code: a
// group of exceptions.
constexpr trace_step python_steps[] = {
    {at(none, head, more), is_traceback, frames},
    {at(none, head, more), is_group_traceback, code},
    {at(none), is_python_prelude, head},
    {at(head), is_python_task, head},
    {at(none), is_python_file, frames},
    {at(frames), is_indented, frames},
    {at(frames), is_python_error, done},
    {at(code), is_python_group, code},
    {at(done, code), is_blank, gap},
    {at(gap), is_python_chain, more},
    {at(more), is_blank, more},
};

// frames: a goroutine's head or a file, code: a call; gap: between goroutines; more: registers.
constexpr trace_step go_steps[] = {
    {at(none), is_go_panic, head},
    {at(none, head, gap), is_goroutine, frames},
    {at(head), is_go_detail, head},
    {at(head, frames, more), is_blank, gap},
    {at(frames, code), is_go_call, code},
    {at(frames, code), is_go_file, frames},
    {at(frames), is_go_elided, frames},
    {at(gap, more), is_go_register, more},
    {at(head, frames, more), is_go_exit, done},
};

// A cause follows the frames without anything between; code: lines of source up to the mark under them.
constexpr trace_step ruby_steps[] = {
    {at(none), is_ruby_syntax, code},
    {at(none, head, text, frames), is_ruby_head, head},
    {at(none), is_ruby_summary, head},
    {at(head, text, frames), is_ruby_frame, frames},
    {at(frames), is_ruby_levels, frames},
    {at(head, text), is_ruby_message, text},
    {at(code), is_caret, mark},
    {at(code), is_ruby_message, code},
};

// gap: the empty line before the exception that was thrown next.
constexpr trace_step php_steps[] = {
    {at(none), is_php_head, head},
    {at(head, text), is_php_stack, frames},
    {at(head, text, frames), is_php_frame, frames},
    {at(frames), is_php_last, done},
    {at(frames), is_blank, gap},
    {at(frames, gap), is_php_next, head},
    {at(head, text), is_php_message, text},
};

// code, mark: the source before an error that nobody caught, and what points into it; more: the error's own fields; gap,
// done: the version at the end.
constexpr trace_step node_steps[] = {
    {at(none), is_node_source, code},
    {at(code), is_caret, mark},
    {at(code), is_node_code, code},
    {at(mark), is_blank, mark},
    {at(none), is_error, head},
    {at(mark), is_message, head},
    {at(head, text, frames), is_node_open_frame, more},
    {at(head, text, frames), is_at_frame, frames},
    {at(frames), is_node_left_out, frames},
    {at(more), is_node_close, done},
    {at(more), is_indented, more},
    {at(head), is_node_hint, frames},
    {at(gap), is_node_version, done},
    {at(frames, done), is_blank, gap},
    {at(head, text), is_java_message, text},
};

constexpr trace_table tables[trace_languages] = {
    {java_steps, at(head, frames)},
    {python_steps, at(head, frames, code, done)},
    {go_steps, at(head, frames, code, more, done)},
    {ruby_steps, at(head, frames, mark)},
    {php_steps, at(head, frames, done)},
    {dotnet_steps, at(head, frames, more)},
    {node_steps, at(head, frames, mark, more, done)},
};

class preset_rules final : public line_rules {
public:
  explicit preset_rules(std::span<const trace_language> languages) {
    for (const auto l : languages) tables_.push_back(tables[static_cast<std::size_t>(l)]);
  }
  auto begin(std::string_view line, group_place& at) const -> line_fate override {
    at = {};
    return step(line, at, true);
  }
  auto go_on(std::string_view line, group_place& at) const -> line_fate override { return step(line, at, false); }

private:
  auto step(std::string_view line, group_place& at, bool begins) const -> line_fate {
    auto fate = line_fate::apart;
    auto leads_on = false;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (!begins && at[i] == none) continue;
      at[i] = tables_[i].next(at[i], line);
      const auto its = tables_[i].fate_at(at[i]);
      leads_on = leads_on || its == line_fate::open || its == line_fate::whole;
      fate = std::max(fate, its);
    }
    return fate == line_fate::last && leads_on ? line_fate::whole : fate;
  }

  std::vector<trace_table> tables_;
};

} // namespace

auto make_rules(std::span<const trace_language> languages) -> std::unique_ptr<line_rules> {
  return std::make_unique<preset_rules>(languages);
}

} // namespace weir
