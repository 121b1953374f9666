#include "cli/top/figures_read.hpp"

#include "cli/figures.hpp"
#include "cli/json_document.hpp"

#include <algorithm>
#include <map>

namespace weir::cli {
namespace {

constexpr auto log_lines_max = std::size_t{2000};

auto component_of(json_place c) -> top_component {
  auto made = top_component{};
  made.name = c["component"].text();
  made.tier = c["tier"].text();
  made.type = c["type"].text();
  made.mood = c["mood"].text();
  made.state = c["state"].text();
  made.nodes = c["nodes"].texts();
  made.from = c["from"].texts();
  made.to = c["to"].texts();
  made.waits_for = c["waits_for"].texts();
  made.problems = c["problems"].texts();
  made.actors = c["actors"].count();
  made.events_in = c["events_in"].count();
  made.events_out = c["events_out"].count();
  made.held = c["events_held"].count();
  made.held_bytes = c["bytes_held"].count();
  made.dropped = c["dropped"].count();
  made.restarts = c["restarts"].count();
  made.credit = c["demand_held"].count();
  made.granted = c["demand_granted"].count();
  made.in_rate = c["events_in_per_second"].number();
  made.out_rate = c["events_out_per_second"].number();
  made.in_bytes_rate = c["bytes_in_per_second"].number();
  made.out_bytes_rate = c["bytes_out_per_second"].number();
  made.delay_seconds = c["delay_seconds"].number();
  return made;
}

auto age_of(double seconds) -> std::string { return age_text(std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)}); }

/// A histogram as status and console tell it.
auto spread_of(json_place of) -> std::string {
  if (of["count"].count() == 0) return "nothing yet";
  return "p50 " + age_of(of["p50"].number()) + ", p99 " + age_of(of["p99"].number()) + ", max " + age_of(of["max"].number()) + " of "
         + count_text(of["count"].count());
}

auto counts_of(json_place of) -> std::string {
  auto text = std::string{};
  of.for_each_member([&](const std::string& name, json_place n) { text += (text.empty() ? "" : ", ") + name + ' ' + n.shown(); });
  return text;
}

auto spaced(std::string name) -> std::string {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// One figure in words, by its key; empty: there is nothing to say.
auto value_of(const std::string& key, json_place value) -> std::string {
  if (value["p99"].is_there()) return spread_of(value);
  if (key.ends_with("_seconds")) return age_of(value.number());
  if (key.starts_with("bytes_") || key.ends_with("_bytes") || key.starts_with("demand_")) return size_text(value.number());
  auto text = value.shown();
  return text.empty() ? counts_of(value) : text;
}

void add_list(remarks& to, const std::string& name, json_place list, const std::function<std::string(json_place)>& line) {
  list.for_each([&](json_place one) { to.emplace_back(name, line(one)); });
}

auto remarks_of(json_place a) -> remarks {
  auto all = remarks{};
  a.for_each_member([&](const std::string& key, json_place value) {
    if (auto text = value_of(key, value); !text.empty()) all.emplace_back(spaced(key), std::move(text));
  });
  add_list(all, "problem", a["problems"], [](json_place p) { return p.text(); });
  add_list(all, "sender", a["senders"], [](json_place p) { return p.text(); });
  add_list(all, "link", a["links"], [](json_place l) {
    return l["peer"].text() + ": credit " + size_text(l["credit_bytes"].number()) + ", in flight " + size_text(l["in_flight_bytes"].number());
  });
  add_list(all, "file", a["files"], [](json_place f) {
    const auto unread = f["unread_bytes"].count();
    return f["path"].text() + ": " + (unread == 0 ? "read to its end" : size_text(static_cast<double>(unread)) + " unread")
           + (f["problem"].text().empty() ? "" : "; " + f["problem"].text());
  });
  return all;
}

auto actor_of(json_place row) -> top_actor {
  const auto a = row["actor"];
  auto made = top_actor{};
  made.node = row["node"].text();
  made.in_rate = row["events_in_per_second"].number();
  made.out_rate = row["events_out_per_second"].number();
  made.address = a["address"].text();
  made.component = a["component"].text();
  made.tier = a["tier"].text();
  made.type = a["type"].text();
  made.state = a["state"].text();
  made.busy_with = a["busy_with"].text();
  made.busy_with_seconds = a["busy_with_seconds"].number();
  made.busy_seconds = a["busy_seconds"].number();
  made.last_error = a["last_error"].text();
  made.answers = a["answers"].is_true();
  made.delay_seconds = a["delay_seconds"].number();
  made.held = a["events_held"].count();
  made.mailbox = a["mailbox"].count();
  made.restarts = a["restarts"].count();
  made.more = remarks_of(a);
  a["problems"].for_each([&](json_place) { made.has_problem = true; });
  return made;
}

auto account_of(json_place a, const std::string& group) -> top_account {
  auto made = top_account{a["component"].text(), group, a["accepted"].count(), a["settled"].count(), a["in_flight"].count(),
                          a["dropped"].count(), a["difference"].integer(), {}};
  a["reasons"].for_each_member([&](const std::string& why, json_place n) { made.reasons.emplace_back(why, n.count()); });
  return made;
}

} // namespace

auto read_graph(std::string_view json, top_figures& to) -> result<void> {
  WEIR_TRY(const auto document, json_document::read(json));
  const auto g = document.root();
  to.node = g["node"].text();
  to.cluster = g["cluster"].text();
  to.version = g["version"].text();
  to.at = g["at"].text();
  to.health = g["health"].text();
  to.mood = g["headline"]["mood"].text();
  to.sentence = g["headline"]["text"].text();
  to.more = g["headline"]["more"].texts();
  to.partial = g["partial"].texts();
  to.components.clear();
  g["components"].for_each([&](json_place c) { to.components.push_back(component_of(c)); });
  to.is_there = true;
  return {};
}

auto read_actors(std::string_view json, double seconds, top_figures& to) -> result<void> {
  WEIR_TRY(const auto document, json_document::read(json));
  auto before = std::map<std::string, double>{};
  for (const auto& a : to.actors) before[a.address] = a.busy_seconds;
  to.actors.clear();
  document.root()["actors"].for_each([&](json_place row) {
    auto made = actor_of(row);
    const auto was = before.find(made.address);
    if (was != before.end() && seconds > 0 && made.busy_seconds >= was->second)
      made.busy_share = (made.busy_seconds - was->second) / seconds;
    to.actors.push_back(std::move(made));
  });
  return {};
}

auto read_accounts(std::string_view json, top_figures& to) -> result<void> {
  WEIR_TRY(const auto document, json_document::read(json));
  const auto a = document.root();
  to.accounts.clear();
  for (const auto* group : {"sources", "source_aggregators", "destination_aggregators", "sinks"})
    a[group].for_each([&](json_place one) { to.accounts.push_back(account_of(one, group)); });
  to.total = account_of(a["total"], "total");
  return {};
}

auto read_log(std::string_view json, top_figures& to) -> result<void> {
  WEIR_TRY(const auto document, json_document::read(json));
  const auto told = document.root();
  told["entries"].for_each([&](json_place e) {
    to.log.push_back({e["seq"].count(), e["at"].text(), e["level"].text(), e["text"].text()});
  });
  while (to.log.size() > log_lines_max) to.log.pop_front();
  to.log_next = told["next"].count();
  return {};
}

} // namespace weir::cli
