// What follows from the graph as the node tells it: what flows between two components, who waits for whom, the sums.
import { mood_of_component } from "./state_mark.js";
import { byte_rate, bytes, many, rate } from "./format.js";

export const tiers = [
  { name: "collector", title: "Collectors" },
  { name: "source_aggregator", title: "Source aggregators" },
  { name: "destination_aggregator", title: "Destination aggregators" },
  { name: "sink", title: "Sinks" },
];
const tier_words = { collector: "collector", source_aggregator: "source aggregator", destination_aggregator: "destination aggregator", sink: "sink" };

export function tier_word(c) {
  return tier_words[c.tier] || c.tier;
}

/// Nodes whose figures are not in the graph, in words.
export function is_partial(graph) {
  return (graph.partial || []).length > 0;
}

function hosts(member, c) {
  const all = member.classes || [];
  return all.length === 0 || c.classes.length === 0 || c.classes.some((k) => all.includes(k));
}

/// None of its actors is seen, and that says nothing: a node that may run it tells this one no figures, or is alive and has
/// no need of a link to this one.
export function is_hidden(graph, c) {
  if (c.actors > 0) return false;
  const silent = new Set((graph.nodes || []).filter((n) => n.problem).map((n) => n.node));
  const told = new Set((graph.nodes || []).map((n) => n.node));
  const sends_from_here = graph.components.some((s) => c.from.includes(s.component) && s.nodes.includes(graph.node));
  const may_run_it = (m) => (m.state === "up" || m.state === "draining") && hosts(m, c);
  return (graph.members || []).some((m) => may_run_it(m) && (silent.has(m.node) || (!told.has(m.node) && !sends_from_here)));
}

/// What dead letters bring was counted when it came first.
export function is_source(c) {
  return c.tier === "collector" && c.type !== "dead_letters";
}

/// Of all collectors together: what came is what was settled, is on its way, or was dropped.
export function sums_of(graph) {
  const sum = { in_rate: 0, in_bytes: 0, out_rate: 0, accepted: 0, settled: 0, held: 0, dropped: 0, delay: 0 };
  for (const c of (graph.components || []).filter(is_source)) {
    sum.in_rate += c.events_in_per_second;
    sum.in_bytes += c.bytes_in_per_second;
    sum.out_rate += c.events_out_per_second;
    sum.accepted += c.events_in;
    sum.settled += c.events_out;
    sum.held += c.events_held;
    sum.dropped += c.dropped;
    sum.delay = Math.max(sum.delay, c.delay_seconds);
  }
  return sum;
}

/// The receiver tells what comes to it, from all its senders together: with several it is split as these pass on.
function flow_between(a, b, by_name, of) {
  const senders = b.from.map((n) => by_name.get(n)).filter(Boolean);
  if (senders.length <= 1) return { value: b[of.in], is_about: false };
  if (a.to.length === 1) return { value: a[of.out], is_about: false };
  const all = senders.reduce((sum, s) => sum + s[of.out], 0);
  return { value: all > 0 ? (b[of.in] * a[of.out]) / all : 0, is_about: true };
}

/// A sender that waits, waits for those of its receivers that give no credit; for all of them if all give some.
function holds_up(a, b, by_name) {
  if (a.waiting === 0) return false;
  const gives_none = (c) => c.demand_granted === 0 || c.failing > 0 || c.actors === 0;
  const receivers = a.to.map((n) => by_name.get(n)).filter(Boolean);
  return receivers.some(gives_none) ? gives_none(b) : true;
}

export function edges_of(graph) {
  const by_name = new Map(graph.components.map((c) => [c.component, c]));
  const edges = [];
  for (const a of graph.components)
    for (const name of a.to) {
      const b = by_name.get(name);
      if (b) edges.push(edge_of(a, b, by_name, graph));
    }
  return edges;
}

function edge_of(a, b, by_name, graph) {
  const events = flow_between(a, b, by_name, { in: "events_in_per_second", out: "events_out_per_second" });
  const size = flow_between(a, b, by_name, { in: "bytes_in_per_second", out: "bytes_out_per_second" });
  const edge = { key: a.component + " → " + b.component, from: a, to: b, rate: events.value, bytes: size.value, is_about: events.is_about };
  edge.waits = holds_up(a, b, by_name);
  const ends = [a, b].map((c) => mood_of_component(c, is_hidden(graph, c)));
  const is_stopped = ends[1] === "fails" || (ends[1] === "tries" && edge.rate === 0 && a.events_held > 0);
  edge.mood = is_stopped ? "fails" : edge.waits ? "waits" : ends.includes("unseen") ? "unseen" : edge.rate > 0 ? "flows" : "rests";
  return edge;
}

/// For hover, keyboards and screen readers alike.
export function sentence_of_edge(e) {
  const waits = e.waits ? `; ${many(e.from.waiting, "actor")} of ${e.from.component} ${e.from.waiting === 1 ? "waits" : "wait"} for ${e.to.component}` : "; nobody waits";
  const broken = e.mood === "fails" ? `; ${e.to.component} does not take anything now` : "";
  return `${e.key}: ${e.is_about ? "about " : ""}${rate(e.rate)}, ${byte_rate(e.bytes)}; ` +
    `credit: ${e.from.component} has ${bytes(e.from.demand_held)} to send, ${e.to.component} has granted ${bytes(e.to.demand_granted)}${waits}${broken}`;
}
