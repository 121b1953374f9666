#include "cli/figures.hpp"
#include "cli/node_status.hpp"
#include "cli/text_table.hpp"
#include "topology/draft.hpp"
#include "runtime/event/tag_counts.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

using row = std::vector<std::string>;

const auto headings = row{"",           "state",    "events in", "/s",      "bytes in", "/s",
                          "events out", "buffered", "granted",   "to send", "delay"};

/// The name that a tier has in an observation.
auto key_of(tier t) -> std::string {
  auto name = std::string{tier_name(t)};
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// By how much a figure of this actor grew in a second; empty if that is not known.
auto rate_of(const node_status& s, const observation& now, std::uint64_t observation::*figure)
    -> std::optional<double> {
  const auto before =
      std::find_if(s.before.begin(), s.before.end(), [&](const auto& o) { return o.address == now.address; });
  if (before == s.before.end() || s.between.count() <= 0 || now.*figure < (*before).*figure)
    return std::nullopt;
  return static_cast<double>(now.*figure - (*before).*figure)
         / std::chrono::duration<double>(s.between).count();
}

auto rate_text(const std::optional<double>& rate) -> std::string {
  return rate ? count_text(static_cast<std::uint64_t>(*rate + 0.5)) : "";
}

auto row_of(const node_status& s, const observation& o) -> row {
  const auto bytes = rate_of(s, o, &observation::bytes_in);
  return {"    " + o.address,
          o.state,
          count_text(o.events_in),
          rate_text(rate_of(s, o, &observation::events_in)),
          size_text(static_cast<double>(o.bytes_in)),
          bytes ? size_text(*bytes) : "",
          count_text(o.events_out),
          size_text(static_cast<double>(o.bytes_held)),
          size_text(static_cast<double>(o.demand_granted)),
          size_text(static_cast<double>(o.demand_held)),
          age_text(std::chrono::nanoseconds{o.delay_ns})};
}

/// What is out of the ordinary, each on a line below the actor.
auto remarks_on(const observation& o) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  if (!o.detail.empty()) found.push_back(o.detail);
  if (o.restarts > 0) found.push_back("restarts: " + count_text(o.restarts));
  if (o.damaged > 0)
    found.push_back("chunks that arrived damaged and were asked for again: " + count_text(o.damaged));
  if (o.unparsed > 0) found.push_back("kept as raw lines: " + count_text(o.unparsed));
  for (const auto& [what, events] : o.noted) found.push_back(what + ": " + count_text(events));
  for (const auto& [reason, events] : o.dropped)
    found.push_back("dropped: " + count_text(events) + ' ' + reason);
  for (const auto& [tag, events] : o.dead_letters)
    found.push_back("dead letters: " + count_text(events) + ' ' + tag);
  if (!o.no_sink.empty())
    found.push_back("no sink takes: " + largest_counts({o.no_sink.begin(), o.no_sink.end()}));
  for (const auto& problem : o.problems) found.push_back("problem: " + problem);
  if (!o.last_error.empty()) found.push_back("last error: " + o.last_error);
  if (!is_balanced(o)) found.emplace_back("the accounts do not balance");
  return found;
}

auto tree_of(const node_status& s) -> std::string {
  auto table = text_table{headings};
  for (const auto t : all_tiers) {
    auto component = std::string{};
    auto is_first = true;
    for (const auto& o : s.actors) {
      if (o.tier != key_of(t)) continue;
      if (std::exchange(is_first, false)) table.add_line(std::string{tier_name(t)} + 's');
      if (std::exchange(component, o.component) != o.component)
        table.add_line("  " + o.component + (o.type == "aggregator" ? "" : " (" + o.type + ')'));
      table.add_row(row_of(s, o));
      for (const auto& remark : remarks_on(o)) table.add_line("      " + printable(remark));
    }
  }
  return table.text();
}

auto title_of(const node_status& s) -> std::string {
  return "node " + s.of.node + " of cluster " + s.of.cluster + ", weir " + s.of.version + ", pid "
         + std::to_string(s.of.pid) + ", up " + age_text(s.uptime) + '\n';
}

} // namespace

auto status_text(const node_status& s) -> std::string { return title_of(s) + tree_of(s); }

auto cluster_text(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string {
  auto text = std::string{};
  for (const auto& n : nodes) {
    if (!text.empty()) text += '\n';
    if (n.name == s.of.node && n.problem.empty()) {
      text += status_text(s);
      continue;
    }
    text += "node " + n.name;
    if (!n.problem.empty()) {
      text += ": cannot be reached: " + printable(n.problem) + '\n';
      continue;
    }
    text += '\n' + tree_of({{}, {}, n.actors, {}, {}});
  }
  return text;
}

} // namespace weir::cli
