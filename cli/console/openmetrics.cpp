#include "cli/console/openmetrics.hpp"

#include "cli/health.hpp"

#include <array>
#include <cstdio>

namespace weir::cli {
namespace {

constexpr auto tiers = std::array{"collector", "source_aggregator", "destination_aggregator", "sink"};
constexpr auto first_bucket = std::size_t{31}; // ends at 2^18 ns; then each doubling up to 2^37 ns, 2 min
constexpr auto last_bucket = std::size_t{107};
constexpr auto steps_each_bucket = std::size_t{4};

auto word_of(measure_unit unit) -> std::string {
  switch (unit) {
  case measure_unit::events: return "events";
  case measure_unit::bytes: return "bytes";
  case measure_unit::chunks: return "chunks";
  case measure_unit::seconds: return "seconds";
  case measure_unit::times: break;
  }
  return {};
}

/// `events_in`, events: in_events.
auto noun_and_unit(std::string_view name, const std::string& unit) -> std::string {
  auto noun = std::string{name};
  if (unit.empty()) return noun;
  if (noun.ends_with('_' + unit)) noun.resize(noun.size() - unit.size() - 1);
  else if (noun.starts_with(unit + '_')) noun.erase(0, unit.size() + 1);
  return noun + '_' + unit;
}

auto escaped(std::string_view text) -> std::string {
  auto out = std::string{};
  for (const auto c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

auto number(double value) -> std::string {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return text.data();
}

auto in_seconds(std::uint64_t ns) -> double { return static_cast<double>(ns) / 1e9; }

/// One format's lines, family by family.
class metrics_writer {
public:
  explicit metrics_writer(metrics_format format) : format_(format) {}

  void family(const std::string& name, std::string_view type, const std::string& unit, std::string_view help) {
    const auto is_total = type == "counter";
    sample_ = name + (is_total ? "_total" : "");
    const auto& told = format_ == metrics_format::openmetrics ? name : sample_;
    text_ += "# TYPE " + told + ' ' + std::string{type} + '\n';
    if (format_ == metrics_format::openmetrics && !unit.empty()) text_ += "# UNIT " + told + ' ' + unit + '\n';
    text_ += "# HELP " + told + ' ' + escaped(help) + '\n';
  }
  void sample(const std::string& labels, const std::string& value, std::string_view suffix = {}) {
    text_ += sample_ + std::string{suffix} + '{' + labels + "} " + value + '\n';
  }
  auto take() -> std::string {
    if (format_ == metrics_format::openmetrics) text_ += "# EOF\n";
    return std::move(text_);
  }

private:
  metrics_format format_;
  std::string sample_;
  std::string text_;
};

/// An actor and its labels.
struct labelled {
  const observation* seen;
  std::string labels;
};

auto actors_of(const std::vector<node::node_report>& nodes, std::string_view tier) -> std::vector<labelled> {
  auto all = std::vector<labelled>{};
  for (const auto& n : nodes)
    for (const auto& o : n.actors)
      if (o.tier == tier)
        all.push_back({&o, "node=\"" + escaped(n.name) + "\",component=\"" + escaped(o.component) + "\",type=\""
                               + escaped(o.type) + "\",actor=\"" + escaped(o.address) + '"'});
  return all;
}

void write_spread(metrics_writer& out, const labelled& of, const histogram& h) {
  auto sum = std::uint64_t{0};
  auto step = std::size_t{0};
  for (auto end = first_bucket; end <= last_bucket; end += steps_each_bucket) {
    for (; step <= end; ++step) sum += h.of_step(step);
    out.sample(of.labels + ",le=\"" + number(in_seconds(histogram::end_of(end))) + '"', std::to_string(sum), "_bucket");
  }
  out.sample(of.labels + ",le=\"+Inf\"", std::to_string(h.count()), "_bucket");
  out.sample(of.labels, number(in_seconds(h.sum())), "_sum");
  out.sample(of.labels, std::to_string(h.count()), "_count");
}

void write_measure(metrics_writer& out, const std::string& tier, const actor_measure& m, const std::vector<labelled>& all) {
  const auto unit = word_of(m.unit);
  const auto type = m.kind == measure_kind::counter ? "counter" : m.kind == measure_kind::histogram ? "histogram" : "gauge";
  out.family("weir_" + tier + '_' + noun_and_unit(m.name, unit), type, unit, m.help);
  for (const auto& a : all)
    if (m.spread != nullptr)
      write_spread(out, a, a.seen->*m.spread);
    else if (m.unit == measure_unit::seconds)
      out.sample(a.labels, number(in_seconds(a.seen->*m.value)));
    else
      out.sample(a.labels, std::to_string(a.seen->*m.value));
}

void write_counts(metrics_writer& out, const std::string& tier, const counts_measure& c, const std::vector<labelled>& all) {
  const auto unit = word_of(c.unit);
  out.family("weir_" + tier + '_' + noun_and_unit(c.name, unit), "counter", unit, c.help);
  for (const auto& a : all)
    for (const auto& [name, events] : a.seen->*c.counts)
      out.sample(a.labels + ',' + std::string{c.label} + "=\"" + escaped(name) + '"', std::to_string(events));
}

void write_nodes(metrics_writer& out, const std::vector<node::node_report>& nodes) {
  out.family("weir_node_health", "gauge", {}, "0: ok, 1: degraded, 2: failed");
  for (const auto& n : nodes) out.sample("node=\"" + escaped(n.name) + '"', std::to_string(static_cast<int>(judge(n).state)));
  out.family("weir_node_connected", "gauge", {}, "1: to the peer there is a connection");
  for (const auto& n : nodes)
    for (const auto& l : n.links)
      out.sample("node=\"" + escaped(n.name) + "\",peer=\"" + escaped(l.node) + '"', l.is_connected ? "1" : "0");
}

} // namespace

auto metrics_format_of(std::string_view accept) -> metrics_format {
  return accept.find("application/openmetrics-text") == std::string_view::npos ? metrics_format::text
                                                                               : metrics_format::openmetrics;
}

auto type_of(metrics_format format) -> std::string {
  return format == metrics_format::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                               : "text/plain; version=0.0.4; charset=utf-8";
}

auto metrics_of(const std::vector<node::node_report>& nodes, metrics_format format) -> std::string {
  auto out = metrics_writer{format};
  write_nodes(out, nodes);
  for (const auto* tier : tiers) {
    const auto all = actors_of(nodes, tier);
    if (all.empty()) continue;
    for (const auto& m : measures_of(tier)) write_measure(out, tier, m, all);
    for (const auto& c : counts_measures) write_counts(out, tier, c, all);
  }
  return out.take();
}

} // namespace weir::cli
