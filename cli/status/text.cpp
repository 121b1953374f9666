#include "cli/figures.hpp"
#include "cli/status/node_status.hpp"
#include "cli/text_table.hpp"
#include "runtime/measure/bounded_counts.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <map>

namespace weir::cli {
namespace {

using row = std::vector<std::string>;

constexpr auto reasons_shown_max = std::size_t{20};
constexpr auto files_shown_max = std::size_t{5};

const auto headings = row{"",           "state",    "events in", "/s",      "bytes in", "/s",
                          "events out", "buffered", "granted",   "to send", "delay"};

/// The name that a tier has in an observation.
auto key_of(tier t) -> std::string {
  auto name = std::string{tier_name(t)};
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// By how much a figure of this actor grew in a second; empty if that is not known.
auto rate_of(const node_status& s, const observation& now, std::uint64_t actor_figures::*figure)
    -> std::optional<double> {
  const auto before =
      std::find_if(s.before.begin(), s.before.end(), [&](const auto& o) { return o.address == now.address; });
  if (before == s.before.end() || s.between.count() <= 0 || now.*figure < (*before).*figure)
    return std::nullopt;
  return static_cast<double>(now.*figure - (*before).*figure)
         / std::chrono::duration<double>(s.between).count();
}

auto whole_rate(const std::optional<double>& rate) -> std::string {
  return rate ? count_text(static_cast<std::uint64_t>(*rate + 0.5)) : "";
}

auto row_of(const node_status& s, const observation& o) -> row {
  const auto bytes = rate_of(s, o, &actor_figures::bytes_in);
  return {"    " + o.address,
          o.state,
          count_text(o.events_in),
          whole_rate(rate_of(s, o, &actor_figures::events_in)),
          size_text(static_cast<double>(o.bytes_in)),
          bytes ? size_text(*bytes) : "",
          count_text(o.events_out),
          size_text(static_cast<double>(o.bytes_held)),
          size_text(static_cast<double>(o.demand_granted)),
          size_text(static_cast<double>(o.demand_held)),
          age_text(std::chrono::nanoseconds{o.delay_ns})};
}

/// "3.4s ago".
auto ago(const node_status& s, std::int64_t wall_ns) -> std::string {
  return age_text(std::chrono::nanoseconds{s.now_ns - wall_ns}) + " ago";
}

auto node_of(const std::string& address) -> std::string { return address.substr(0, address.find('/')); }

/// Which other nodes feed it, with how many senders each; empty if all are of its own.
auto feeders_of(const observation& o) -> std::string {
  auto nodes = std::map<std::string, std::size_t>{};
  for (const auto& sender : o.senders) ++nodes[node_of(sender)];
  if (nodes.empty() || (nodes.size() == 1 && nodes.begin()->first == node_of(o.address))) return {};
  auto text = std::string{};
  for (const auto& [node, count] : nodes)
    text += (text.empty() ? "fed by " : ", ") + node + (count == 1 ? "" : " (" + count_text(count) + " senders)");
  return o.senders_left_out == 0 ? text : text + " and " + count_text(o.senders_left_out) + " senders more";
}

/// The files with something left to read.
void add_unread(const node_status& s, const observation& o, std::vector<std::string>& to) {
  auto left_out = o.files_left_out;
  auto shown = std::size_t{0};
  for (const auto& f : o.files) {
    if (f.size <= f.offset) continue;
    if (++shown > files_shown_max) {
      ++left_out;
      continue;
    }
    to.push_back("unread: " + size_text(static_cast<double>(f.size - f.offset)) + " of " + f.path
                 + (f.last_event_ns == 0 ? "" : ", last event of " + ago(s, f.last_event_ns)));
  }
  if (shown > 0 && left_out > 0) to.push_back("and " + count_text(left_out) + " files more");
}

auto value_text(const actor_measure& m, std::uint64_t value) -> std::string {
  return m.unit == measure_unit::seconds ? age_text(std::chrono::nanoseconds{value}) : count_text(value);
}

/// What is out of the ordinary, each on a line below the actor.
auto remarks_on(const node_status& s, const observation& o) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  if (!o.detail.empty()) found.push_back(o.detail);
  if (auto feeders = feeders_of(o); !feeders.empty()) found.push_back(std::move(feeders));
  add_unread(s, o, found);
  for (const auto& m : measures_of(o.tier))
    if (m.is_remark && o.*m.value > 0) found.push_back(std::string{m.help} + ": " + value_text(m, o.*m.value));
  for (const auto& [what, events] : o.noted) found.push_back(what + ": " + count_text(events));
  for (const auto& [reason, events] : o.dropped)
    found.push_back("dropped: " + count_text(events) + ' ' + reason);
  for (const auto& [tag, events] : o.dead_letters)
    found.push_back("dead letters: " + count_text(events) + ' ' + tag);
  if (!o.no_sink.empty()) found.push_back("no sink takes: " + largest(o.no_sink));
  if (!o.last_error.empty())
    found.push_back("last error" + (o.last_error_ns == 0 ? "" : ", " + ago(s, o.last_error_ns)) + ": "
                    + o.last_error);
  return found;
}

/// ", instances 4 (file: 2)", if that is so.
auto scaled_text(const node_status& s, const std::string& component) -> std::string {
  const auto at = s.scaled.find(component);
  if (at == s.scaled.end()) return {};
  return ", instances " + std::to_string(at->second.instances) + " (file: " + std::to_string(at->second.written) + ')';
}

auto tree_of(const node_status& s) -> std::string {
  auto table = text_table{headings};
  for (const auto t : all_tiers) {
    auto component = std::string{};
    auto is_first = true;
    for (const auto& o : s.seen.actors) {
      if (o.tier != key_of(t)) continue;
      if (std::exchange(is_first, false)) table.add_line(std::string{tier_name(t)} + 's');
      if (std::exchange(component, o.component) != o.component)
        table.add_line("  " + o.component
                       + (o.type == "aggregator" || o.type.empty() ? "" : " (" + o.type + ')') + scaled_text(s, o.component));
      table.add_row(row_of(s, o));
      for (const auto& remark : remarks_on(s, o)) table.add_line("      " + printable(remark));
    }
  }
  return table.text();
}

auto title_of(const node_status& s) -> std::string {
  return "node " + s.of.node + " of cluster " + s.of.cluster + ", weir " + s.of.version + ", pid "
         + std::to_string(s.of.pid) + ", up " + age_text(s.uptime);
}

/// Behind a title: "ok", or what is wrong on lines of their own.
auto verdict_text(const verdict& found) -> std::string {
  auto text = ": " + std::string{name_of(found.state)} + '\n';
  for (std::size_t i = 0; i < std::min(found.reasons.size(), reasons_shown_max); ++i)
    text += "  " + printable(found.reasons[i]) + '\n';
  if (found.reasons.size() > reasons_shown_max)
    text += "  and " + count_text(found.reasons.size() - reasons_shown_max) + " more\n";
  return text;
}

auto link_text(const node_status& s, const linked_node& n) -> std::string {
  const auto time = age_text(std::chrono::nanoseconds{s.now_ns - n.since_ns});
  auto text = "  " + n.node + (n.is_connected ? ": connected for " : n.is_dialled ? ": not connected for " : ": gone for ")
              + time;
  if (!n.is_connected && n.heard_ns != 0) text += ", heard of last " + ago(s, n.heard_ns);
  return printable(n.problem.empty() ? text : text + ": " + n.problem) + '\n';
}

auto links_text(const node_status& s) -> std::string {
  auto text = std::string{};
  for (const auto is_dialled : {true, false}) {
    auto is_first = true;
    for (const auto& n : s.seen.links) {
      if (n.is_dialled != is_dialled) continue;
      if (std::exchange(is_first, false)) text += is_dialled ? "nodes that it sends to\n" : "nodes that send to it\n";
      text += link_text(s, n);
    }
  }
  return text;
}

auto body_of(const node_status& s) -> std::string {
  return verdict_text(judge(s.seen)) + links_text(s) + tree_of(s);
}

} // namespace

auto status_text(const node_status& s) -> std::string {
  return (s.told.empty() ? "" : printable(s.told) + '\n') + title_of(s) + body_of(s);
}

auto cluster_text(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string {
  auto text = std::string{};
  for (const auto& n : nodes) {
    if (!text.empty()) text += '\n';
    if (n.name == s.of.node && n.problem.empty())
      text += status_text(s);
    else if (!n.problem.empty())
      text += "node " + n.name + ": no figures: " + printable(n.problem) + '\n';
    else
      text += "node " + n.name + body_of({{}, {}, s.now_ns, n, {}, {}});
  }
  return text;
}

auto check_text(std::string_view node, const verdict& found) -> std::string {
  return "node " + std::string{node} + verdict_text(found);
}

} // namespace weir::cli
