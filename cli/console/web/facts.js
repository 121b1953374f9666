// What follows from the graph as the node tells it: what flows between two components, who waits for whom, the sums.
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

/// What dead letters bring was counted when it came first.
export function is_source(c) {
  return c.tier === "collector" && c.type !== "dead_letters";
}

/// What comes in is of the collectors, what is stored of the sinks: a collector is rid of an event once a buffer has it.
export function sums_of(graph) {
  const all = graph.components || [];
  const total = (of, key) => of.reduce((sum, c) => sum + c[key], 0);
  const sources = all.filter(is_source);
  const sinks = all.filter((c) => c.tier === "sink");
  const holder = all.reduce((most, c) => (c.events_held > (most ? most.events_held : 0) ? c : most), null);
  return {
    in_rate: total(sources, "events_in_per_second"), in_bytes: total(sources, "bytes_in_per_second"), accepted: total(sources, "events_in"),
    out_rate: total(sinks, "events_out_per_second"), out_bytes: total(sinks, "bytes_out_per_second"), stored: total(sinks, "events_out"),
    dropped: total(all, "dropped"), sinks, holder, held: held_of(all), delay: Math.max(0, ...all.map((c) => (c.events_held > 0 ? c.delay_seconds : 0))),
  };
}

/// At least so many: what one tier holds, another may hold too until it is stored.
export function held_of(components) {
  return Math.max(...tiers.map((t) => components.filter((c) => c.tier === t.name).reduce((sum, c) => sum + c.events_held, 0)));
}

/// The receiver tells what comes to it, from all its senders together: with several it is split as these pass on.
function flow_between(a, b, by_name, of) {
  const senders = b.from.map((n) => by_name.get(n)).filter(Boolean);
  if (senders.length <= 1) return { value: b[of.in], is_about: false };
  if (a.to.length === 1) return { value: a[of.out], is_about: false };
  const all = senders.reduce((sum, s) => sum + s[of.out], 0);
  return { value: all > 0 ? (b[of.in] * a[of.out]) / all : 0, is_about: true };
}

export function edges_of(graph) {
  const by_name = new Map(graph.components.map((c) => [c.component, c]));
  const edges = [];
  for (const a of graph.components)
    for (const name of a.to) {
      const b = by_name.get(name);
      if (b) edges.push(edge_of(a, b, by_name));
    }
  return edges;
}

function edge_of(a, b, by_name) {
  const events = flow_between(a, b, by_name, { in: "events_in_per_second", out: "events_out_per_second" });
  const size = flow_between(a, b, by_name, { in: "bytes_in_per_second", out: "bytes_out_per_second" });
  const edge = { key: a.component + " → " + b.component, from: a, to: b, rate: events.value, bytes: size.value, is_about: events.is_about };
  edge.waits = a.waits_for.includes(b.component);
  const ends = [a.mood, b.mood];
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
