#include "cli/run/account.hpp"

#include "cli/figures.hpp"
#include "topology/draft.hpp"

#include <algorithm>

namespace weir {
namespace {

using cli::count_text;

constexpr auto names_shown_max = std::size_t{8};

auto is_collector(const observation& o) -> bool { return o.tier == "collector" && o.type != letters_type; }

auto has_collectors(const std::vector<observation>& actors) -> bool {
  return std::any_of(actors.begin(), actors.end(), is_collector);
}

auto components_text(const std::vector<const component_plan*>& hosted, tier t) -> std::string {
  auto text = std::string{};
  auto count = std::size_t{0};
  for (const auto* c : hosted) {
    if (c->in != t || !c->letters_of.empty() || ++count > names_shown_max) continue;
    text += (text.empty() ? " " : ", ") + c->name;
    if (c->type != "aggregator") text += " (" + c->type + ')';
  }
  if (count == 0) return {};
  if (count > names_shown_max) text += " and " + std::to_string(count - names_shown_max) + " more";
  return std::string{tier_name(t)} + (count == 1 ? "" : "s") + text;
}

/// What the last tier here has got rid of.
auto delivered_text(const std::vector<observation>& actors) -> std::string {
  auto stored = std::uint64_t{0};
  auto passed_on = std::uint64_t{0};
  auto has_sinks = false;
  for (const auto& o : actors) {
    has_sinks = has_sinks || o.tier == "sink";
    if (o.tier == "sink") stored += o.events_out;
    if (has_collectors(actors) ? is_collector(o) : o.tier != "sink") passed_on += o.events_out;
  }
  return has_sinks ? "stored " + count_text(stored) : "passed on " + count_text(passed_on);
}

auto dropped_text(const std::vector<observation>& actors) -> std::string {
  auto sum = std::uint64_t{0};
  for (const auto& o : actors)
    for (const auto& [reason, events] : o.dropped) sum += events;
  return sum == 0 ? "" : "; dropped " + count_text(sum);
}

/// Of those who hold what is safe nowhere here: their senders have it still.
auto unconfirmed_text(const std::vector<observation>& actors,
                      const std::map<std::string, std::string>& buffers) -> std::string {
  auto text = std::string{};
  auto count = std::size_t{0};
  const auto has_aggregators = std::any_of(actors.begin(), actors.end(), [](const auto& o) {
    return o.tier.ends_with("aggregator");
  });
  for (const auto& o : actors) {
    const auto counts = has_collectors(actors) ? is_collector(o)
                        : has_aggregators      ? o.tier != "sink" && !buffers.contains(o.component)
                                               : true;
    if (!counts || o.events_held == 0 || ++count > names_shown_max) continue;
    text += "; " + count_text(o.events_held) + " in " + o.component + " were not confirmed to "
            + (is_collector(o) ? "their source" : "their senders");
  }
  if (count > names_shown_max) text += "; and so on for " + std::to_string(count - names_shown_max) + " more";
  return text;
}

} // namespace

auto sum_up(const std::vector<observation>& actors) -> run_totals {
  const auto collects = has_collectors(actors);
  auto sum = run_totals{};
  for (const auto& o : actors) {
    if (collects ? !is_collector(o) : o.tier != "sink") continue;
    sum.events += o.events_in;
    sum.bytes += o.bytes_in;
    sum.unsettled += o.events_held;
  }
  return sum;
}

auto disk_buffers(const topology_plan& plan, const run_options& options)
    -> std::map<std::string, std::string> {
  auto found = std::map<std::string, std::string>{};
  for (const auto* c : components_of(plan, options.classes)) {
    const auto* details = std::get_if<aggregator_plan>(&c->details);
    if (details != nullptr && details->buffer.type == buffer_type::disk)
      found.emplace(c->name, buffer_root(*c, options.node_name));
  }
  return found;
}

auto start_text(const topology_plan& plan, const run_options& options) -> std::string {
  auto text =
      "weir " + options.version + " runs " + options.topology + " as node " + options.node_name;
  auto classes = std::string{};
  for (const auto& c : options.classes) classes += (classes.empty() ? "" : ", ") + c;
  if (!classes.empty()) text += " (" + classes + ')';
  const auto hosted = components_of(plan, options.classes);
  auto separator = std::string_view{": "};
  for (const auto t : all_tiers) {
    const auto part = components_text(hosted, t);
    if (part.empty()) continue;
    text.append(std::exchange(separator, "; ")).append(part);
  }
  return text;
}

auto account_text(const std::vector<observation>& actors, const std::map<std::string, std::string>& buffers)
    -> std::string {
  struct waiting {
    std::uint64_t events = 0;
    std::string problem;
  };
  auto by_directory = std::map<std::string, waiting>{};
  for (const auto& o : actors) {
    const auto at = buffers.find(o.component);
    if (at == buffers.end() || o.events_held == 0) continue;
    by_directory[at->second].events += o.events_held;
    if (!o.last_error.empty()) by_directory[at->second].problem = o.last_error;
  }
  auto text = delivered_text(actors);
  for (const auto& [directory, w] : by_directory)
    text += "; " + count_text(w.events) + " wait in " + directory
            + (w.problem.empty() ? " and are safe there" : ", what of them is there is safe: " + w.problem);
  return text + unconfirmed_text(actors, buffers) + dropped_text(actors);
}

} // namespace weir
