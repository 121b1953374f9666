// The figures of a component as tiles, each with the past that is known: the node's history, else what this page saw.
import { spark } from "./chart.js";
import { h } from "./dom.js";
import { byte_rate, bytes, count, rate, seconds, short } from "./format.js";

export function figure_tiles(c, rows, seen, history) {
  const past = (measure, own) => from_history(history, c.component, measure) || seen.map((p) => p[own]);
  const commit = rows.map((r) => r.actor.commit_seconds).filter(Boolean);
  const repeated = rows.reduce((sum, r) => sum + (r.actor.events_repeated || 0), 0);
  const hop = rows.map((r) => r.actor.delay_histogram || r.actor.hop_seconds).filter(Boolean);
  return h("section", { class: "tiles", "aria-label": "Figures" },
    tile("In", rate(c.events_in_per_second), `${count(c.events_in)} · ${byte_rate(c.bytes_in_per_second)}`, past("events_in", "events_in")),
    tile(c.tier === "sink" ? "Stored" : "Settled", rate(c.events_out_per_second), `${count(c.events_out)} · ${byte_rate(c.bytes_out_per_second)}`, past("events_out", "events_out")),
    tile("Holds", short(c.events_held), c.events_held > 0 ? `${bytes(c.bytes_held)}, the oldest ${seconds(c.delay_seconds)} old` : "nothing", past("events_held", "held")),
    tile("Credit", c.tier === "sink" ? bytes(c.demand_granted) : bytes(c.demand_held), c.tier === "collector" ? "to send" : c.tier === "sink" ? "granted to senders" : `to send; ${bytes(c.demand_granted)} granted`),
    commit.length > 0 && spread_tile("Commit", commit),
    hop.length > 0 && spread_tile("Delay of this hop", hop),
    tile("Dropped", short(c.dropped), reasons(rows)),
    tile("Restarts", count(c.restarts), [c.unparsed > 0 && `${count(c.unparsed)} unparsed`, c.damaged > 0 && `${count(c.damaged)} damaged chunks`, repeated > 0 && `${count(repeated)} came again`].filter(Boolean).join(" · ") || "nothing else to tell"));
}

/// A counter's history is what came in each step, a gauge's is as it is.
function from_history(history, component, measure) {
  const all = history && history.series && history.series[component + "." + measure];
  if (!all || all.length < 2) return null;
  if (measure === "events_held") return all;
  return all.slice(1).map((n, i) => (n === null || all[i] === null ? null : Math.max(0, n - all[i]) / (history.step || 1)));
}

function tile(title, value, small, past) {
  return h("div", { class: "tile", key: title }, h("span", { class: "tile-title" }, title), h("span", { class: "tile-value" }, value), h("span", { class: "tile-small" }, small), past && spark(past, { slots: 120 }));
}

/// Of several actors the slowest: that is who is waited for.
function spread_tile(title, spreads) {
  const most = (key) => Math.max(...spreads.map((s) => s[key] || 0));
  if (most("count") === 0) return tile(title, "–", "none yet");
  return tile(title, seconds(most("p50")) + " p50", `p99 ${seconds(most("p99"))} · max ${seconds(most("max"))}`);
}

function reasons(rows) {
  const sum = new Map();
  for (const r of rows) for (const [reason, n] of Object.entries(r.actor.dropped || {})) sum.set(reason, (sum.get(reason) || 0) + n);
  return [...sum].map(([reason, n]) => `${reason} ${short(n)}`).join(" · ") || "nothing";
}
