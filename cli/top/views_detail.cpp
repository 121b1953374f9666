#include "cli/figures.hpp"
#include "cli/json_document.hpp"
#include "cli/text_table.hpp"
#include "cli/top/views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::cli {
namespace {

constexpr auto name_columns = std::size_t{22};

/// Pairs of a name and a text; what is long goes on below itself.
class facts {
public:
  explicit facts(std::size_t width) : width_(width) {}

  void title(const std::string& text, ink as = ink::strong) {
    for (auto& line : wrapped(text, width_)) lines_.emplace_back(std::move(line), as);
  }
  void add(const std::string& name, const std::string& text, ink as = ink::plain) {
    if (text.empty()) return;
    const auto beside = width_ > 2 * name_columns ? name_columns : std::size_t{2};
    auto is_first = true;
    for (const auto& part : wrapped(text, width_ > beside ? width_ - beside : 1)) {
      auto line = screen_line{};
      if (is_first) line.add(name, ink::faint);
      if (is_first && line.columns() >= beside) lines_.push_back(std::exchange(line, {}));
      line.to_column(beside).add(part, as);
      lines_.push_back(std::move(line));
      is_first = false;
    }
  }
  void blank() { lines_.emplace_back(); }
  auto take() -> screen { return std::move(lines_); }

private:
  std::size_t width_;
  screen lines_;
};

auto gone(const std::string& what) -> screen { return {screen_line{what + " is not there any more; Esc goes back", ink::wait}}; }

auto of_component(const top_component& c, const top_signs& signs, std::size_t width) -> screen {
  auto out = facts{width};
  out.title(c.name + ": " + signs.of_mood(c.mood) + ' ' + c.state, ink_of_mood(c.mood));
  for (const auto& p : c.problems) out.add("what is wrong", p, ink::bad);
  out.add("waits for", joined(c.waits_for), ink::wait);
  out.add("in", rate_text(c.in_rate) + ", " + size_text(c.in_bytes_rate) + "/s; " + count_text(c.events_in) + " since start");
  out.add(c.tier == "sink" ? "stored" : "out", rate_text(c.out_rate) + ", " + size_text(c.out_bytes_rate) + "/s; " + count_text(c.events_out) + " since start");
  out.add("holds", c.held == 0 ? "nothing" : count_text(c.held) + " events, " + size_text(static_cast<double>(c.held_bytes)) + ", the oldest " + age_or_none(c.delay_seconds, 1) + " old");
  out.add("credit", size_text(static_cast<double>(c.credit)) + " to send; " + size_text(static_cast<double>(c.granted)) + " granted to senders");
  out.add("dropped", count_text(c.dropped), c.dropped > 0 ? ink::wait : ink::plain);
  out.add("restarts", count_text(c.restarts), c.restarts > 0 ? ink::wait : ink::plain);
  out.add("from", joined(c.from));
  out.add("to", joined(c.to));
  out.add("type", c.tier + (c.type == "aggregator" ? "" : ", " + c.type));
  out.add("actors", count_text(c.actors) + (c.nodes.empty() ? "" : " on " + joined(c.nodes)));
  out.blank();
  out.title("Enter: its actors", ink::faint);
  return out.take();
}

auto of_actor(const top_actor& a, std::size_t width) -> screen {
  auto out = facts{width};
  out.title(a.address);
  out.add("in", rate_text(a.in_rate));
  out.add("out", rate_text(a.out_rate));
  for (const auto& [name, text] : a.more) out.add(name, text, name == "problem" || name == "last error" ? ink::bad : ink::plain);
  return out.take();
}

auto of_account(const top_account& a, const std::string& name, std::size_t width) -> screen {
  auto out = facts{width};
  out.title(name);
  out.add("accepted", count_text(a.accepted));
  out.add("out", count_text(a.settled) + ", stored or safe with who comes next");
  out.add("held", count_text(a.in_flight));
  out.add("dropped", count_text(a.dropped), a.dropped > 0 ? ink::wait : ink::plain);
  for (const auto& [why, events] : a.reasons) out.add("  " + count_text(events), why);
  out.blank();
  out.title(a.difference == 0 ? "accepted = out + held + dropped: it balances"
                              : "accepted is not out + held + dropped: " + std::to_string(a.difference) + " are missing",
            a.difference == 0 ? ink::good : ink::bad);
  return out.take();
}

auto of_line(const top_log_line& l, std::size_t width) -> screen {
  auto out = facts{width};
  out.add("at", l.at);
  out.add("level", l.level);
  out.blank();
  out.title(l.text, ink::plain);
  return out.take();
}

/// Its fields one below the other.
auto of_event(const top_event& e, std::size_t width) -> screen {
  auto out = facts{width};
  out.add("time", e.at);
  out.add("tag", e.tag);
  out.add("node", e.node);
  out.add("source", e.source);
  out.blank();
  const auto record = json_document::read(e.text);
  auto has_fields = false;
  if (record)
    record->root().for_each_member([&](const std::string& name, json_place value) {
      has_fields = true;
      out.add(name, value.shown());
    });
  if (has_fields) out.blank();
  out.title(e.text, ink::plain);
  return out.take();
}

template <class All, class Is> auto found_in(const All& all, Is&& is) -> const typename All::value_type* {
  const auto at = std::find_if(all.begin(), all.end(), is);
  return at == all.end() ? nullptr : &*at;
}

} // namespace

auto detail_of(const top_figures& of, top_view in, const std::string& key, const top_signs& signs, std::size_t width) -> screen {
  switch (in) {
  case top_view::flow:
    if (const auto* c = found_in(of.components, [&](const auto& x) { return x.name == key; })) return of_component(*c, signs, width);
    break;
  case top_view::actors:
    if (const auto* a = found_in(of.actors, [&](const auto& x) { return x.address == key; })) return of_actor(*a, width);
    break;
  case top_view::accounts:
    if (key == "total") return of_account(of.total, "all collectors together", width);
    if (const auto* a = found_in(of.accounts, [&](const auto& x) { return x.group + '/' + x.component == key; })) return of_account(*a, a->component, width);
    break;
  case top_view::log:
    if (const auto* l = found_in(of.log, [&](const auto& x) { return std::to_string(x.number) == key; })) return of_line(*l, width);
    return gone("the line");
  case top_view::tap:
    if (const auto* e = found_in(of.tap.events, [&](const auto& x) { return std::to_string(x.number) == key; })) return of_event(*e, width);
    return gone("the event");
  }
  return gone(key);
}

auto help_text(std::size_t width) -> screen {
  constexpr auto keys = std::array<std::pair<const char*, const char*>, 10>{{
      {"1 2 3 4 5, Tab", "flow, actors, accounts, log; tap: events at the component that was chosen in flow or actors"},
      {"up down, j k", "a row on; PgUp, PgDn, Home, End and Space by more"},
      {"Enter", "all of the chosen row; of a component, then its actors"},
      {"Esc", "back; then without the filter"},
      {"/", "only rows that have this text in a column; Enter keeps it, Esc drops it; of a tap a text in the event, and tag:PATTERN"},
      {"p", "of a tap: hold it still, and go on"},
      {"s", "order by the next column; the first one is the way of the data"},
      {"r", "the other way round"},
      {"?", "this, and back"},
      {"q, Ctrl-C", "end"},
  }};
  auto out = facts{width};
  out.title("Keys");
  for (const auto& [name, text] : keys) out.add(name, text);
  out.blank();
  out.title("States");
  constexpr auto states = std::array<std::pair<const char*, const char*>, 6>{{
      {"flows", "something comes in or goes out"},
      {"at rest", "nothing to do"},
      {"waiting", "it has something, and its receivers want none of it now: WAITS FOR"},
      {"in trouble", "it works, and something wants attention"},
      {"failing, not there", "an actor is away, or nobody runs it"},
      {"not seen from here", "it may run where nothing is told from"},
  }};
  for (const auto& [name, text] : states) out.add(name, text);
  out.blank();
  out.title("Figures");
  out.add("IN, OUT", "events a second; of a sink, OUT is what it stored");
  out.add("HOLDS, OLDEST", "what was accepted and is not settled, and for how long");
  out.add("BUSY", "share of the last second that an actor was at work");
  out.add("DIFFERENCE", "accepted less out, held and dropped: always 0");
  return out.take();
}

} // namespace weir::cli
