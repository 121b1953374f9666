#include "cli/console/documents.hpp"

#include "cli/console/graph.hpp"
#include "cli/status/headline.hpp"
#include "cli/status/json_parts.hpp"
#include "topology/builder/building.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

void write_head(object& out, const console_ground& of, const cluster_sight& seen) {
  out.text("node", of.who.node);
  out.text("cluster", of.who.cluster);
  out.text("version", of.who.version);
  out.text("at", time_text(seen.at_ns));
  write_texts(out, "partial", missing_in(seen));
}

template <class All, class Write> void write_list(object& out, std::string_view name, const All& all, Write&& write) {
  auto& to = out.key(name);
  to.array(static_cast<std::uint32_t>(all.size()));
  for (const auto& one : all) write(to, one);
}

void write_rates(object& out, const actor_rates& r) {
  out.key("events_in_per_second").real(r.events_in);
  out.key("bytes_in_per_second").real(r.bytes_in);
  out.key("events_out_per_second").real(r.events_out);
  out.key("bytes_out_per_second").real(r.bytes_out);
}

void write_flow(msgpack_writer& to, const component_flow& f) {
  auto out = object{to};
  out.text("component", f.of->name);
  out.text("tier", word_of(f.of->in));
  out.text("type", f.of->type);
  write_texts(out, "from", f.of->from);
  write_texts(out, "to", f.of->to);
  write_texts(out, "classes", f.of->classes);
  write_texts(out, "nodes", f.nodes);
  out.count("actors", f.actors);
  out.count("waiting", f.waiting);
  out.count("failing", f.failing);
  for (const auto& m : measure_tables::of_all)
    if (m.unit == measure_unit::seconds)
      out.key(m.name).real(static_cast<double>(f.sum.*m.value) / 1e9);
    else
      out.count(m.name, f.sum.*m.value);
  out.count("dropped", f.dropped);
  out.text("mood", name_of(mood_of(f)));
  out.text("state", word_of(f));
  write_texts(out, "waits_for", f.waits_for);
  write_rates(out, f.rates);
  write_texts(out, "problems", f.problems);
}

void write_headline(object& out, const headline& told) {
  auto to = object{out.key("headline")};
  to.text("mood", name_of(told.how));
  to.text("text", told.text);
  write_texts(to, "more", told.more);
}

void write_member(msgpack_writer& to, const member_view& seen) {
  auto out = object{to};
  out.text("node", seen.who.node);
  out.text("state", name_of(seen.who.state));
  out.key("suspect").boolean(seen.is_suspect);
  out.key("self").boolean(seen.is_self);
  out.key("linked").boolean(seen.is_linked);
  write_texts(out, "classes", seen.who.classes);
  out.text("zone", seen.who.zone);
  out.text("version", seen.who.program);
  out.text("address", seen.who.address);
  out.text("since", time_text(seen.who.since_ns));
  if (seen.clock_offset_ns)
    out.key("clock_offset_seconds").real(static_cast<double>(*seen.clock_offset_ns) / 1e9);
  else
    out.key("clock_offset_seconds").nil();
}

void write_node(msgpack_writer& to, const node::node_report& n) {
  auto out = object{to};
  out.text("node", n.name);
  out.text("problem", n.problem);
  write_verdict(out, judge(n));
  out.count("actors", n.actors.size());
}

void write_actor_with_rates(msgpack_writer& to, const std::string& node, const observation& o, const actor_rates& r) {
  auto out = object{to};
  out.text("node", node);
  write_rates(out, r);
  write_actor(out.key("actor"), o);
}

struct account {
  std::uint64_t accepted = 0;
  std::uint64_t settled = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t dropped = 0;
  counts_by_name reasons;

  void add(const observation& o) {
    accepted += o.events_in;
    settled += o.events_out;
    in_flight += o.events_held;
    for (const auto& [reason, events] : o.dropped) {
      dropped += events;
      reasons[reason] += events;
    }
  }
  auto difference() const -> std::int64_t {
    return static_cast<std::int64_t>(accepted) - static_cast<std::int64_t>(settled + in_flight + dropped);
  }
};

void write_account(object& out, const account& a) {
  out.count("accepted", a.accepted);
  out.count("settled", a.settled);
  out.count("in_flight", a.in_flight);
  out.count("dropped", a.dropped);
  out.key("difference").integer(a.difference());
  auto reasons = object{out.key("reasons")};
  for (const auto& [reason, events] : a.reasons) reasons.count(reason, events);
}

/// The account of each component of a tier, and of all of them.
auto accounts_of(const topology_plan& plan, const cluster_sight& seen, tier in) -> std::vector<std::pair<std::string, account>> {
  auto all = std::vector<std::pair<std::string, account>>{};
  for (const auto& c : plan.components) {
    if (c.in != in || c.type == letters_type) continue;
    auto sum = account{};
    for (const auto& n : seen.nodes)
      for (const auto& o : n.actors)
        if (o.component == c.name) sum.add(o);
    all.emplace_back(c.name, std::move(sum));
  }
  return all;
}

auto sum_of(const std::vector<std::pair<std::string, account>>& all) -> account {
  auto sum = account{};
  for (const auto& [name, a] : all) {
    sum.accepted += a.accepted;
    sum.settled += a.settled;
    sum.in_flight += a.in_flight;
    sum.dropped += a.dropped;
    for (const auto& [reason, events] : a.reasons) sum.reasons[reason] += events;
  }
  return sum;
}

void write_accounts(object& out, std::string_view name, const std::vector<std::pair<std::string, account>>& all) {
  write_list(out, name, all, [](msgpack_writer& to, const auto& one) {
    auto row = object{to};
    row.text("component", one.first);
    write_account(row, one.second);
  });
}

} // namespace

auto cluster_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_verdict(out, judge_all(seen.nodes));
    write_list(out, "members", seen.members, write_member);
    write_list(out, "nodes", seen.nodes, write_node);
  });
}

auto nodes_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_list(out, "nodes", seen.nodes, [](msgpack_writer& list, const node::node_report& n) {
      auto one = object{list};
      one.text("node", n.name);
      one.text("problem", n.problem);
      write_verdict(one, judge(n));
      write_figures(one, n);
    });
  });
}

auto components_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_list(out, "components", flows_of(of.plan, seen), write_flow);
  });
}

auto component_document(const console_ground& of, const cluster_sight& seen, const std::string& name)
    -> std::optional<std::string> {
  const auto flows = flows_of(of.plan, seen);
  const auto at = std::find_if(flows.begin(), flows.end(), [&](const auto& f) { return f.of->name == name; });
  if (at == flows.end()) return std::nullopt;
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_flow(out.key("component"), *at);
    auto count = std::uint32_t{0};
    for (const auto& n : seen.nodes)
      count += static_cast<std::uint32_t>(
          std::count_if(n.actors.begin(), n.actors.end(), [&](const auto& o) { return o.component == name; }));
    auto& actors = out.key("actors");
    actors.array(count);
    for (const auto& n : seen.nodes)
      for (const auto& o : n.actors)
        if (o.component == name) write_actor_with_rates(actors, n.name, o, seen.rates_of(o.address));
  });
}

auto actors_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    auto count = std::size_t{0};
    for (const auto& n : seen.nodes) count += n.actors.size();
    auto& all = out.key("actors");
    all.array(static_cast<std::uint32_t>(count));
    for (const auto& n : seen.nodes)
      for (const auto& o : n.actors) write_actor_with_rates(all, n.name, o, seen.rates_of(o.address));
  });
}

auto actor_document(const console_ground& of, const cluster_sight& seen, const std::string& address)
    -> std::optional<std::string> {
  for (const auto& n : seen.nodes)
    for (const auto& o : n.actors)
      if (o.address == address)
        return line_of([&](msgpack_writer& to) {
          auto out = object{to};
          write_head(out, of, seen);
          write_actor_with_rates(out.key("actor"), n.name, o, seen.rates_of(address));
        });
  return std::nullopt;
}

auto links_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_list(out, "links", seen.nodes.front().links, write_link);
  });
}

auto graph_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  const auto flows = flows_of(of.plan, seen);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_verdict(out, judge_all(seen.nodes));
    out.text("bottleneck", bottleneck_text(flows));
    write_headline(out, headline_of({of.who.node, seen, flows}));
    write_list(out, "members", seen.members, write_member);
    write_list(out, "nodes", seen.nodes, write_node);
    write_list(out, "components", flows, write_flow);
  });
}

auto accounts_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    const auto sources = accounts_of(of.plan, seen, tier::collector);
    write_accounts(out, "sources", sources);
    {
      auto total = object{out.key("total")};
      write_account(total, sum_of(sources));
    }
    write_accounts(out, "source_aggregators", accounts_of(of.plan, seen, tier::source_aggregator));
    write_accounts(out, "destination_aggregators", accounts_of(of.plan, seen, tier::destination_aggregator));
    write_accounts(out, "sinks", accounts_of(of.plan, seen, tier::sink));
  });
}

auto files_document(const console_ground& of, const cluster_sight& seen) -> std::string {
  struct row {
    const std::string* node;
    const observation* actor;
    const file_figures* file;
  };
  auto rows = std::vector<row>{};
  for (const auto& n : seen.nodes)
    for (const auto& o : n.actors)
      for (const auto& f : o.files) rows.push_back({&n.name, &o, &f});
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_head(out, of, seen);
    write_list(out, "files", rows, [](msgpack_writer& list, const row& r) {
      auto one = object{list};
      one.text("node", *r.node);
      one.text("component", r.actor->component);
      one.text("path", r.file->path);
      one.count("offset", r.file->offset);
      one.count("size", r.file->size);
      one.count("unread_bytes", r.file->size - std::min(r.file->offset, r.file->size));
      one.text("last_event_at", time_text(r.file->last_event_ns));
      one.text("problem", r.file->problem);
    });
  });
}

} // namespace weir::cli
