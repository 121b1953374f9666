// Is everything arriving, and where is it stuck: a sentence, the sums, the graph, and the same as a table.
import { h } from "./dom.js";
import { edges_of, is_partial, is_source, sentence_of_edge, sums_of, tier_word, tiers } from "./facts.js";
import { byte_rate, bytes, count, many, rate, seconds, short } from "./format.js";
import { graph_picture, sentence_of_box } from "./graph.js";
import { live } from "./live.js";
import { mark } from "./state_mark.js";
import { spark } from "./chart.js";
import { table } from "./table.js";
import { empty, loading } from "./resource.js";

const reasons_shown = 6;
const spark_slots = 120;
const text_pixels = 14; // of base.css, where the graph is as it is measured

export function page(_, app) {
  let width = 0;
  let pointed = null;
  const order = {};
  const measure = new ResizeObserver((seen) => {
    const now = Math.floor(seen[0].contentRect.width);
    if (now !== width) (width = now), app.redraw();
  });
  const observe = (element) => measure.observe(element);
  const point = (key) => {
    pointed = key;
    app.redraw();
  };
  return {
    title: "Flow",
    draw() {
      const g = live.graph;
      if (!g) return loading(6);
      return [
        head(g),
        sums(g),
        h("section", { class: "panel", "aria-label": "Graph" },
          h("div", { class: "graph-place", ref: observe }, width > 0 && (g.components.length > 0 ? graph_picture(g, width, text_scale(), pointed, point) : empty("The topology has no components."))),
          strip(g, pointed)),
        h("section", { class: "panel" }, components(g, order, app)),
      ];
    },
    end: () => measure.disconnect(),
  };
}

/// Where text is larger than on a small screen, the graph is too.
function text_scale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / text_pixels;
}

function head(g) {
  const told = g.headline;
  return h("section", { class: "headline " + told.mood },
    h("h1", { id: "headline" }, mark(told.mood, told.text)),
    told.more.length > 0 && h("ul", { class: "reasons" },
      told.more.slice(0, reasons_shown).map((r) => h("li", { key: r }, r)),
      told.more.length > reasons_shown && h("li", null, "and ", many(told.more.length - reasons_shown, "more thing"), ": ", h("a", { href: "#/cluster" }, "Cluster"))),
    is_partial(g) && h("details", { class: "quiet" }, h("summary", null, `Figures of ${many(g.partial.length, "node")} are missing here`),
      h("ul", null, g.partial.map((p) => h("li", { key: p }, p)))));
}

function tile(key, title, value, small, picture, link) {
  return h("a", { key, class: "tile", href: link },
    h("span", { class: "tile-title" }, title), h("span", { class: "tile-value", id: "sum-" + key }, value), h("span", { class: "tile-small" }, small), picture);
}

/// Of some components together, second by second.
function past_of(components, of) {
  const pasts = components.map((c) => (live.past.get(c.component) || []).slice(-spark_slots));
  const longest = Math.max(0, ...pasts.map((p) => p.length));
  return Array.from({ length: longest }, (_, i) => pasts.reduce((sum, p) => sum + (p[i - longest + p.length] ? p[i - longest + p.length][of] : 0), 0));
}

function sums(g) {
  const sum = sums_of(g);
  const total = live.accounts && live.accounts.total;
  const difference = total ? total.difference : null;
  const line = (components, of) => spark(past_of(components, of), { slots: spark_slots });
  return h("section", { class: "tiles", "aria-label": "Sums" },
    tile("accepted", "Taken in", rate(sum.in_rate), `${count(sum.accepted)} since start · ${byte_rate(sum.in_bytes)}`, line(g.components.filter(is_source), "events_in"), "#/accounts"),
    tile("stored", sum.sinks.length > 1 ? `Stored in ${count(sum.sinks.length)} sinks` : "Stored", rate(sum.out_rate), `${count(sum.stored)} since start · ${byte_rate(sum.out_bytes)}`, line(sum.sinks, "events_out"), "#/accounts"),
    tile("held", "On the way", short(sum.held), sum.holder ? `${sum.holder.component} holds most; the oldest ${seconds(sum.delay)} old` : "nothing", line(sum.holder ? [sum.holder] : [], "held"), "#/accounts"),
    tile("dropped", "Dropped", short(sum.dropped), total && total.dropped > 0 ? reasons_of(total) : sum.dropped > 0 ? "since start" : "nothing since start", null, "#/letters"),
    tile("difference", "Unaccounted for", difference === null ? "…" : count(difference), difference === 0 ? "the accounts balance" : difference === null ? "asking" : "accepted, and not safe, in flight or dropped", null, "#/accounts"));
}

function reasons_of(total) {
  const all = Object.entries(total.reasons || {}).sort((a, b) => b[1] - a[1]);
  return all.slice(0, 2).map(([reason, n]) => `${reason} ${short(n)}`).join(" · ");
}

/// The figures of what is pointed at; a key otherwise. Always as high, so that nothing jumps.
function strip(g, pointed) {
  const edge = pointed && edges_of(g).find((e) => e.key === pointed);
  const at = pointed && g.components.find((c) => c.component === pointed);
  const text = edge ? sentence_of_edge(edge) : at ? sentence_of_box(g, at) : null;
  return h("div", { class: "strip", "aria-hidden": "true" }, text || legend());
}

function legend() {
  const line = (mood, word) => h("span", { class: "legend-one" }, h("svg", { class: "legend " + mood, viewBox: "0 0 34 10" }, h("g", { class: "edge " + mood }, h("path", { class: "edge-line", d: "M1 5H33", style: { "stroke-width": "3px" } }))), word);
  return [line("flows", "flows, as wide as its rate"), line("waits", "the sender waits for credit"), line("fails", "the receiver takes nothing"), line("rests", "nothing to pass on")];
}

function components(g, order, app) {
  const rank = new Map(tiers.map((t, i) => [t.name, i]));
  const number = (key, title, draw, more) => ({ key, title, of: (c) => c[key], draw, is_number: true, ...more });
  return table({
    label: "Components", rows: g.components, key: (c) => c.component, order, changed: app.redraw,
    columns: [
      { key: "component", title: "Component", draw: (c) => h("a", { href: "#/component/" + encodeURIComponent(c.component) }, c.component) },
      { key: "tier", title: "Tier", of: (c) => rank.get(c.tier), draw: (c) => tier_word(c) + (c.type === "aggregator" ? "" : ", " + c.type), hides: true },
      { key: "state", title: "State", of: (c) => c.mood, draw: (c) => mark(c.mood, c.state) },
      number("events_in_per_second", "In", (c) => rate(c.events_in_per_second)),
      number("events_out_per_second", "Out", (c) => rate(c.events_out_per_second)),
      number("bytes_out_per_second", "Out, bytes", (c) => byte_rate(c.bytes_out_per_second), { hides: true }),
      number("events_held", "Holds", (c) => count(c.events_held), { hides: true }),
      number("delay_seconds", "Oldest", (c) => (c.events_held > 0 ? seconds(c.delay_seconds) : "–")),
      number("demand_held", "Credit", (c) => (c.tier === "sink" ? "–" : bytes(c.demand_held)), { hides: true }),
      number("dropped", "Dropped", (c) => count(c.dropped)),
      number("restarts", "Restarts", (c) => count(c.restarts), { hides: true }),
      { key: "nodes", title: "Nodes", of: (c) => c.nodes.length, draw: (c) => (c.nodes.length <= 2 ? c.nodes.join(", ") || "–" : many(c.nodes.length, "node")), hides: true },
    ],
  });
}
