#include "cli/figures.hpp"
#include "cli/status/node_status.hpp"
#include "cli/text_table.hpp"
#include "runtime/base/utf8.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace weir::cli {
namespace {

constexpr auto problem_lines_max = std::size_t{3};

/// Sums over the actors of one tier.
struct tier_figures {
  std::map<std::string, std::size_t> states;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t buffered = 0;
  std::uint64_t demand = 0;
  std::uint64_t delay_ns = 0;
};

/// What moved: sinks store, the others take in. Demand: what collectors may send, what the others may get.
auto sum_up(const std::vector<observation>& actors, tier t) -> tier_figures {
  auto name = std::string{tier_name(t)};
  std::replace(name.begin(), name.end(), ' ', '_');
  auto sum = tier_figures{};
  for (const auto& o : actors) {
    if (o.tier != name || o.type == letters_type) continue;
    ++sum.states[o.state];
    sum.events += t == tier::sink ? o.events_out : o.events_in;
    sum.bytes += t == tier::sink ? o.bytes_out : o.bytes_in;
    sum.buffered += o.bytes_held;
    sum.demand += t == tier::collector ? o.demand_held : o.demand_granted;
    sum.delay_ns = std::max(sum.delay_ns, o.delay_ns);
  }
  return sum;
}

auto states_text(const std::map<std::string, std::size_t>& states) -> std::string {
  if (states.size() == 1) return states.begin()->first;
  auto text = std::string{};
  for (const auto& [state, count] : states)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + state;
  return text;
}

auto per_second(std::uint64_t now, std::uint64_t before, std::chrono::nanoseconds between) -> double {
  if (between.count() <= 0 || now < before) return 0;
  return static_cast<double>(now - before) / std::chrono::duration<double>(between).count();
}

/// A table with the columns that fit: delay, demand and bytes go first.
auto table_of(const node_status& s, std::size_t columns) -> std::string {
  const auto shown = [&](std::vector<std::string> cells) {
    cells.resize(std::min(cells.size(), columns));
    return cells;
  };
  auto table = text_table{shown({"", "state", "events/s", "buffered", "bytes/s", "demand", "delay"})};
  for (const auto t : all_tiers) {
    const auto now = sum_up(s.seen.actors, t);
    const auto before = sum_up(s.before, t);
    if (now.states.empty()) continue;
    const auto events = per_second(now.events, before.events, s.between);
    table.add_row(shown(
        {std::string{tier_name(t)} + 's', states_text(now.states),
         count_text(static_cast<std::uint64_t>(events + 0.5)), size_text(static_cast<double>(now.buffered)),
         size_text(per_second(now.bytes, before.bytes, s.between)),
         size_text(static_cast<double>(now.demand)), age_text(std::chrono::nanoseconds{now.delay_ns})}));
  }
  return table.text();
}

auto lines_of(const std::string& text) -> std::vector<std::string> {
  auto in = std::istringstream{text};
  auto lines = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(in, line);) lines.push_back(line);
  return lines;
}

auto widest(const std::vector<std::string>& lines) -> std::size_t {
  auto width = std::size_t{0};
  for (const auto& line : lines) width = std::max(width, columns_taken_by(line));
  return width;
}

auto totals_of(const node_status& s) -> std::string {
  const auto has_sinks = !sum_up(s.seen.actors, tier::sink).states.empty();
  auto text = s.of.node + ": up " + age_text(s.uptime);
  const auto in = sum_up(s.seen.actors, tier::collector);
  if (!in.states.empty()) text += ", " + count_text(in.events) + " events in";
  if (has_sinks) text += ", " + count_text(sum_up(s.seen.actors, tier::sink).events) + " stored";
  return text;
}

/// The first of what is wrong.
auto problems_of(const verdict& found) -> std::vector<std::string> {
  const auto count = std::min(found.reasons.size(), problem_lines_max);
  return {found.reasons.begin(), found.reasons.begin() + static_cast<std::ptrdiff_t>(count)};
}

} // namespace

auto live_lines(const node_status& s, std::size_t width) -> std::vector<std::string> {
  constexpr auto all_columns = std::size_t{7};
  constexpr auto least_columns = std::size_t{3};
  auto table = lines_of(table_of(s, all_columns));
  for (auto columns = all_columns; columns > least_columns && widest(table) > width;)
    table = lines_of(table_of(s, --columns));
  const auto found = judge(s.seen);
  auto lines = std::vector{totals_of(s)};
  if (found.state != health::ok) lines.front() += ", " + std::string{name_of(found.state)};
  lines.insert(lines.end(), table.begin(), table.end());
  for (auto& problem : problems_of(found)) lines.push_back(std::move(problem));
  for (auto& line : lines) {
    line = printable(line);
    line.resize(within_columns(line, width));
  }
  return lines;
}

} // namespace weir::cli
