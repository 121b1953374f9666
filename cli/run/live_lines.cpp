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

constexpr auto problem_lines_least = std::size_t{3};

/// Sums over the actors of one tier, or of a component of it.
struct tier_figures {
  std::map<std::string, std::size_t> states;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t buffered = 0;
  std::uint64_t demand = 0;
  std::uint64_t delay_ns = 0;
};

/// What moved: sinks store, the others take in. Demand: what collectors may send, what the others may get.
auto sum_up(const std::vector<observation>& actors, tier t, const std::string& component = {}) -> tier_figures {
  auto name = std::string{tier_name(t)};
  std::replace(name.begin(), name.end(), ' ', '_');
  auto sum = tier_figures{};
  for (const auto& o : actors) {
    if (o.tier != name || o.type == letters_type || (!component.empty() && o.component != component)) continue;
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

/// What of the table there is room for.
struct table_room {
  std::size_t columns = 7;     ///< what moves and how old it is come first
  bool has_states = true;
  bool has_components = false; ///< a line for each below its tier
  std::size_t name_columns = 80; ///< names are cut to these
};

using live_row = std::vector<std::string>;

auto shown_of(live_row cells, const table_room& room) -> live_row {
  cells.resize(std::min(cells.size(), room.columns));
  if (!room.has_states) cells.erase(cells.begin() + 1);
  return cells;
}

void add_row(text_table& to, const table_room& room, std::string name, const tier_figures& now, const std::pair<double, double>& rates) {
  name.resize(within_columns(name, room.name_columns));
  to.add_row(shown_of({std::move(name), states_text(now.states), count_text(static_cast<std::uint64_t>(rates.first + 0.5)),
                       age_text(std::chrono::nanoseconds{now.delay_ns}), size_text(static_cast<double>(now.buffered)),
                       size_text(rates.second), size_text(static_cast<double>(now.demand))},
                      room));
}

auto components_of(const std::vector<observation>& actors, tier t) -> std::vector<std::string> {
  auto tier_word = std::string{tier_name(t)};
  std::replace(tier_word.begin(), tier_word.end(), ' ', '_');
  auto names = std::vector<std::string>{};
  for (const auto& o : actors)
    if (o.tier == tier_word && o.type != letters_type && std::find(names.begin(), names.end(), o.component) == names.end())
      names.push_back(o.component);
  return names;
}

auto table_of(const node_status& s, const table_room& room) -> std::string {
  auto table = text_table{shown_of({"", "state", "events/s", "delay", "buffered", "bytes/s", "demand"}, room)};
  const auto add = [&](std::string name, tier t, const std::string& component) {
    const auto now = sum_up(s.seen.actors, t, component);
    const auto before = sum_up(s.before, t, component);
    if (now.states.empty()) return;
    add_row(table, room, std::move(name), now,
            {per_second(now.events, before.events, s.between), per_second(now.bytes, before.bytes, s.between)});
  };
  for (const auto t : all_tiers) {
    add(std::string{tier_name(t)} + 's', t, {});
    if (!room.has_components) continue;
    for (const auto& component : components_of(s.seen.actors, t)) add("  " + component, t, component);
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

/// The widest table that fits: sizes go first, then states.
auto table_within(const node_status& s, std::size_t width, bool has_components) -> std::vector<std::string> {
  constexpr auto least_columns = std::size_t{4};
  auto room = table_room{7, true, has_components};
  auto table = lines_of(table_of(s, room));
  while (room.columns > least_columns && widest(table) > width) {
    --room.columns;
    table = lines_of(table_of(s, room));
  }
  if (widest(table) <= width) return table;
  room.has_states = false;
  table = lines_of(table_of(s, room));
  const auto names = table_of(s, room).find("events/s");
  const auto excess = widest(table) - std::min(widest(table), width);
  if (excess == 0) return table;
  room.name_columns = names > excess + 2 ? names - excess - 2 : 1;
  return lines_of(table_of(s, room));
}

} // namespace

auto live_lines(const node_status& s, const live_room& room) -> std::vector<std::string> {
  const auto found = judge(s.seen);
  auto lines = std::vector{totals_of(s)};
  if (found.state != health::ok) lines.front() += ", " + std::string{name_of(found.state)};
  if (!s.stuck.empty()) lines.push_back(s.stuck);
  // Half of the height is for what the log says.
  const auto height = std::max<std::size_t>(room.height / 2, 1);
  const auto problems = found.reasons.size();
  auto table = table_within(s, room.width, true);
  if (lines.size() + table.size() + std::min(problems, problem_lines_least) > height) table = table_within(s, room.width, false);
  lines.insert(lines.end(), table.begin(), table.end());
  const auto left = height > lines.size() ? height - lines.size() : std::size_t{0};
  const auto said = std::min(problems, std::max(left, problem_lines_least));
  lines.insert(lines.end(), found.reasons.begin(), found.reasons.begin() + static_cast<std::ptrdiff_t>(said));
  // What stands higher than the terminal could not be drawn anew.
  if (room.height > 0 && lines.size() >= room.height) lines.resize(std::max<std::size_t>(room.height - 1, 1));
  for (auto& line : lines) {
    line = printable(line);
    line.resize(within_columns(line, room.width));
  }
  return lines;
}

} // namespace weir::cli
