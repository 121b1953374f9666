#include "cli/top/views.hpp"

#include "cli/figures.hpp"
#include "cli/text_table.hpp"

#include <algorithm>
#include <array>

namespace weir::cli {
namespace {

constexpr auto moods = std::array<std::string_view, 6>{"flows", "rests", "waits", "tries", "fails", "unseen"};

struct tier_words {
  std::string_view key; ///< of a tier, or of its group of accounts
  std::string_view title;
};
constexpr auto titles = std::array{
    tier_words{"collector", "collectors"},
    tier_words{"source_aggregator", "source aggregators"},
    tier_words{"destination_aggregator", "destination aggregators"},
    tier_words{"sink", "sinks"},
    tier_words{"sources", "collectors"},
    tier_words{"source_aggregators", "source aggregators"},
    tier_words{"destination_aggregators", "destination aggregators"},
};

auto title_of_tier(const std::string& key) -> std::string {
  for (const auto& t : titles)
    if (t.key == key) return std::string{t.title};
  return key;
}

auto whole(std::uint64_t n, ink as = ink::plain) -> top_cell { return {count_text(n), as, static_cast<double>(n)}; }
auto moving(double rate) -> top_cell { return {rate_text(rate), rate > 0 ? ink::plain : ink::faint, rate}; }
auto size(double bytes) -> top_cell { return {size_text(bytes), ink::plain, bytes}; }
auto words(std::string text, ink as = ink::plain) -> top_cell { return {std::move(text), as, 0}; }

auto row_of(const top_component& c, const top_signs& signs) -> top_row {
  const auto mood = ink_of_mood(c.mood);
  return {c.name,
          {words(c.name, ink::strong), words(signs.of_mood(c.mood) + ' ' + c.state, mood), moving(c.in_rate), moving(c.out_rate),
           {short_text(static_cast<double>(c.held)), ink::plain, static_cast<double>(c.held)},
           {age_or_none(c.delay_seconds, c.held), ink::plain, c.held > 0 ? c.delay_seconds : 0}, words(joined(c.waits_for), ink::wait),
           whole(c.dropped, c.dropped > 0 ? ink::wait : ink::faint), size(c.out_bytes_rate), words(c.type == "aggregator" ? "" : c.type),
           words(c.nodes.size() <= 2 ? joined(c.nodes) : count_text(c.nodes.size()) + " nodes"),
           words(c.problems.empty() ? "" : c.problems.front(), ink::bad)},
          title_of_tier(c.tier)};
}

auto mood_of_actor(const top_actor& a) -> std::string_view {
  if (!a.answers || a.state == "restarting") return "fails";
  if (a.state == "retrying" || a.has_problem) return "tries";
  if (a.state == "finished") return "rests";
  return a.state == "waiting for demand" ? "waits" : "flows";
}

auto row_of(const top_actor& a, const top_signs& signs) -> top_row {
  const auto mood = mood_of_actor(a);
  const auto busy = a.busy_share < 0 ? std::string{} : short_text(std::min(a.busy_share, 1.0) * 100) + "%";
  const auto with = a.busy_with.empty() ? std::string{} : a.busy_with + ' ' + age_or_none(a.busy_with_seconds, 1);
  return {a.address,
          {words(a.address.starts_with(a.node + '/') ? a.address.substr(a.node.size() + 1) : a.address, ink::strong), words(signs.of_mood(mood) + ' ' + a.state + (a.answers ? "" : ", silent"), ink_of_mood(mood)),
           moving(a.in_rate), moving(a.out_rate), {short_text(static_cast<double>(a.held)), ink::plain, static_cast<double>(a.held)},
           {age_or_none(a.delay_seconds, a.held), ink::plain, a.held > 0 ? a.delay_seconds : 0}, {busy, ink::plain, a.busy_share},
           whole(a.mailbox), words(with), whole(a.restarts, a.restarts > 0 ? ink::wait : ink::faint), words(a.node), words(a.last_error, ink::bad)},
          a.node};
}

auto reasons_text(const top_account& a) -> std::string {
  auto text = std::string{};
  for (const auto& [why, events] : a.reasons) text += (text.empty() ? "" : ", ") + why + ' ' + count_text(events);
  return text;
}

auto row_of(const top_account& a) -> top_row {
  const auto difference = (a.difference < 0 ? "-" : "") + count_text(static_cast<std::uint64_t>(a.difference < 0 ? -a.difference : a.difference));
  return {a.group + '/' + a.component,
          {words(a.component, ink::strong), whole(a.accepted), whole(a.settled), whole(a.in_flight), whole(a.dropped, a.dropped > 0 ? ink::wait : ink::faint),
           {difference, a.difference == 0 ? ink::good : ink::bad, static_cast<double>(a.difference < 0 ? -a.difference : a.difference)}, words(reasons_text(a))},
          title_of_tier(a.group)};
}

auto ink_of_level(const std::string& level) -> ink {
  if (level == "warn") return ink::wait;
  return level == "error" || level == "critical" ? ink::bad : ink::plain;
}

} // namespace

auto top_signs::of_mood(std::string_view mood) const -> std::string {
  constexpr auto drawn = std::array<std::string_view, 6>{"●", "–", "◐", "▲", "✕", "○"};
  constexpr auto typed = std::array<std::string_view, 6>{"*", "-", "~", "!", "x", "?"};
  const auto at = std::find(moods.begin(), moods.end(), mood);
  const auto which = at == moods.end() ? moods.size() - 1 : static_cast<std::size_t>(at - moods.begin());
  return std::string{(has_unicode ? drawn : typed)[which]};
}

auto ink_of_mood(std::string_view mood) -> ink {
  if (mood == "flows") return ink::good;
  if (mood == "waits" || mood == "tries") return ink::wait;
  return mood == "fails" ? ink::bad : ink::faint;
}

auto age_or_none(double seconds, std::uint64_t held) -> std::string {
  if (held == 0) return "-";
  return age_text(std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)});
}

auto flow_table(const top_figures& of, const top_signs& signs) -> top_table {
  auto made = top_table{{{"COMPONENT", false, 0, true},
                         {"STATE", false, 4, false},
                         {"IN", true, 2, false},
                         {"OUT", true, 1, false},
                         {"HOLDS", true, 6, false},
                         {"OLDEST", true, 3, false},
                         {"WAITS FOR", false, 5, true},
                         {"DROPPED", true, 8, false},
                         {"OUT, BYTES", true, 11, false},
                         {"TYPE", false, 10, false},
                         {"NODES", false, 9, false},
                         {"WHAT IS WRONG", false, 7, true}},
                        {},
                        true};
  for (const auto& c : of.components) made.rows.push_back(row_of(c, signs));
  // Not a column of nothing, nor one that a quiet night has no use for.
  const auto is_empty = [&](std::size_t at) { return std::all_of(made.rows.begin(), made.rows.end(), [&](const auto& r) { return r.cells[at].text.empty(); }); };
  if (is_empty(11)) made.columns[11].title.clear();
  return made;
}

auto actors_table(const top_figures& of, const top_signs& signs) -> top_table {
  auto made = top_table{{{"ACTOR", false, 0, true},
                         {"STATE", false, 2, false},
                         {"IN", true, 4, false},
                         {"OUT", true, 3, false},
                         {"HOLDS", true, 5, false},
                         {"OLDEST", true, 6, false},
                         {"BUSY", true, 1, false},
                         {"MAILBOX", true, 8, false},
                         {"DOES", false, 9, false},
                         {"RESTARTS", true, 7, false},
                         {"NODE", false, 11, false},
                         {"LAST ERROR", false, 10, true}},
                        {},
                        true};
  for (const auto& a : of.actors) made.rows.push_back(row_of(a, signs));
  return made;
}

auto accounts_table(const top_figures& of) -> top_table {
  auto made = top_table{{{"COMPONENT", false, 0, true},
                         {"ACCEPTED", true, 3, false},
                         {"OUT", true, 2, false},
                         {"HELD", true, 4, false},
                         {"DROPPED", true, 1, false},
                         {"DIFFERENCE", true, 0, false},
                         {"WHY DROPPED", false, 5, true}},
                        {},
                        true};
  if (of.is_there) {
    made.rows.push_back(row_of(of.total));
    made.rows.back().key = "total";
    made.rows.back().group = "all collectors";
    made.rows.back().cells.front().text = "together";
  }
  for (const auto& a : of.accounts) made.rows.push_back(row_of(a));
  return made;
}

auto log_table(const top_figures& of) -> top_table {
  auto made = top_table{{{"TIME", false, 2, false}, {"LEVEL", false, 1, false}, {"LINE", false, 0, true}}, {}, true};
  for (const auto& l : of.log)
    made.rows.push_back({std::to_string(l.number),
                         {words(l.at.size() >= 19 ? l.at.substr(11, 8) : l.at, ink::faint), words(l.level, ink_of_level(l.level)), words(l.text, ink_of_level(l.level))},
                         {}});
  return made;
}

auto tap_table(const top_figures& of) -> top_table {
  auto made = top_table{{{"TIME", false, 2, false}, {"TAG", false, 1, false}, {"NODE", false, 3, false}, {"EVENT", false, 0, true}}, {}, true};
  for (const auto& e : of.tap.events)
    made.rows.push_back({std::to_string(e.number),
                         {words(e.at.size() >= 19 ? e.at.substr(11, 12) : e.at, ink::faint), words(e.tag, ink::strong), words(e.node, ink::faint), words(e.text)},
                         {}});
  return made;
}

auto component_of_row(const top_figures& of, const std::string& key) -> std::string {
  for (const auto& c : of.components)
    if (c.name == key) return c.name;
  for (const auto& a : of.actors)
    if (a.address == key) return a.component;
  return of.components.empty() ? std::string{} : of.components.front().name;
}

auto tap_text(const top_figures& of, bool is_held) -> std::string {
  const auto& c = of.tap.counts;
  auto text = of.tap.component + ": " + count_text(c.passed) + " passed";
  if (c.left_out > 0) text += ", " + count_text(c.left_out) + " not looked at: a sample";
  if (c.unfit > 0) text += ", " + count_text(c.unfit) + " do not fit";
  if (is_held) text += "; held still, p goes on";
  return of.tap.note.empty() ? text : text + "; " + of.tap.note;
}

} // namespace weir::cli
