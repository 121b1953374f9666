// Draws the graph: a box for each component with what it does and on which nodes, an edge with the rate for its width.
import { h } from "./dom.js";
import { box, layout } from "./layout.js";
import { edges_of, sentence_of_edge, tier_word } from "./facts.js";
import { byte_rate, bytes, count, many, rate, seconds, short } from "./format.js";
import { mood_of_health, shape_of } from "./state_mark.js";

const chips_max = 12; // more nodes of a class are one chip with their number
const chip_letters = 6.6; // pixels, at the size of their text
const unit_room = 200; // where a box is narrower its two rates would meet
const edge_width = { least: 1.5, more: 8 };

/// Drawn for `room` pixels, `scale` times as large as it is measured here. `pointed` is the key of what is hovered or has the focus; `point` is told of it.
export function graph_picture(graph, room, scale, pointed, point) {
  const edges = edges_of(graph);
  const placed = layout(graph.components, edges, room / scale);
  const most = Math.max(1, ...edges.map((e) => e.rate));
  return h("svg", { class: "graph", width: placed.width * scale, height: placed.height * scale, viewBox: `0 0 ${placed.width} ${placed.height}`, role: "group",
    "aria-label": "The flow, from collectors to sinks" },
    placed.heads.map((t) => h("text", { key: "head " + t.title, class: "tier", x: t.x, y: t.y }, t.title)),
    placed.edges.map((p) => edge_picture(p, most, placed.is_across, pointed, point)),
    [...placed.boxes.values()].map((b) => box_picture(graph, b, pointed, point)),
    placed.is_across && placed.edges.map(edge_label));
}

function pointing(key, point) {
  return { onmouseenter: () => point(key), onmouseleave: () => point(null), onfocus: () => point(key), onblur: () => point(null) };
}

function edge_picture(p, most, is_across, pointed, point) {
  const e = p.edge;
  const thick = edge_width.least + (is_across ? edge_width.more : edge_width.more / 2) * Math.sqrt(e.rate / most);
  return h("g", { key: e.key, class: `edge ${e.mood}${pointed === e.key ? " pointed" : ""}`, tabindex: "0", role: "img", "aria-label": sentence_of_edge(e), ...pointing(e.key, point) },
    h("title", null, sentence_of_edge(e)),
    h("path", { d: p.path, class: "edge-reach" }),
    h("path", { d: p.path, class: "edge-line", style: { "stroke-width": thick.toFixed(1) + "px" } }),
    h("path", { d: `M${p.to.x - 8} ${p.to.y - 5}L${p.to.x} ${p.to.y}L${p.to.x - 8} ${p.to.y + 5}Z`, class: "edge-head" }));
}

/// Beside its receiver, where no other edge of the same sender is.
function edge_label(p) {
  const e = p.edge;
  const text = e.mood === "fails" ? "✕ stopped" : e.waits ? "‖ waits" : e.mood === "unseen" ? "not seen" : e.rate > 0 ? short(e.rate) + "/s" : "";
  if (!text) return null;
  const w = text.length * (e.mood === "fails" ? 7.6 : 6.8) + 14;
  return h("g", { key: "label " + e.key, class: "edge-label " + e.mood, "aria-hidden": "true" },
    h("rect", { x: p.middle.x - w / 2, y: p.middle.y - 9, width: w, height: 18, rx: 9 }),
    h("text", { x: p.middle.x, y: p.middle.y + 4 }, text));
}

function cut(text, pixels, each) {
  const most = Math.floor(pixels / each);
  return text.length <= most ? text : text.slice(0, Math.max(1, most - 1)) + "…";
}

function figures_of(c) {
  const is_sink = c.tier === "sink";
  return { rate: is_sink ? c.events_out_per_second : c.events_in_per_second, bytes: is_sink ? c.bytes_out_per_second : c.bytes_in_per_second };
}

export function sentence_of_box(graph, c) {
  const f = figures_of(c);
  const held = c.events_held > 0 ? `holds ${count(c.events_held)} events (${bytes(c.bytes_held)}), the oldest ${seconds(c.delay_seconds)} old` : "holds nothing";
  const where = c.nodes.length === 0 ? "on no node seen" : c.nodes.length <= 3 ? "on " + c.nodes.join(", ") : `on ${many(c.nodes.length, "node")}`;
  const dropped = c.dropped > 0 ? `; ${count(c.dropped)} dropped` : "";
  const wrong = (c.problems || []).length > 0 ? `; ${c.problems[0]}` : "";
  return `${tier_word(c)} ${c.component} (${c.type}): ${c.state}; ${c.tier === "sink" ? "stores" : "takes in"} ${rate(f.rate)}, ${byte_rate(f.bytes)}; ${held}; ${where}${dropped}${wrong}`;
}

/// As much of it as there is room for.
function held_text(c, room) {
  const texts = c.events_held > 0 ? [`holds ${short(c.events_held)}, oldest ${seconds(c.delay_seconds)}`, `holds ${short(c.events_held)}`] : ["holds nothing"];
  return texts.find((t) => t.length * 6.4 <= room) || "";
}

function box_picture(graph, b, pointed, point) {
  const c = b.c;
  const mood = c.mood;
  const f = figures_of(c);
  const inner = b.w - 24;
  return h("a", { key: c.component, href: "#/component/" + encodeURIComponent(c.component), class: `box ${mood}${pointed === c.component ? " pointed" : ""}`,
    transform: `translate(${b.x.toFixed(1)} ${b.y.toFixed(1)})`, ...pointing(c.component, point) },
    h("g", { role: "img", "aria-label": sentence_of_box(graph, c) },
      h("rect", { class: "box-ground", width: b.w, height: b.h, rx: 6 }),
      h("rect", { class: "box-side", width: 4, height: b.h, rx: 2 }),
      h("text", { class: "box-name", x: 14, y: 21 }, cut(c.component, inner - 8 - c.type.length * 6.4, 8)),
      h("text", { class: "box-type", x: b.w - 10, y: 21 }, c.type === "aggregator" ? "" : c.type),
      h("text", { class: "box-rate", x: 14, y: 47 }, short(f.rate), h("tspan", { class: "box-unit" }, b.w < unit_room ? "/s" : " events/s")),
      h("text", { class: "box-type", x: b.w - 10, y: 47 }, byte_rate(f.bytes)),
      h("path", { class: "box-shape", d: shape_of(mood), "fill-rule": "evenodd", transform: "translate(14 57)" }),
      h("text", { class: "box-word", x: 29, y: 66 }, cut(c.state, inner - 20, 6.6)),
      b.w > 200 && mood !== "fails" && mood !== "unseen" && h("text", { class: "box-type", x: b.w - 10, y: 66 }, held_text(c, b.w - 52 - c.state.length * 7)),
      chips(graph, c, inner)));
}

/// The nodes by name, while there is room for them; else their number, and of how many something is wrong.
function chips(graph, c, room) {
  const health = new Map((graph.nodes || []).map((n) => [n.node, n.health]));
  const wide = c.nodes.reduce((sum, n) => sum + chip_width(n) + 5, 0);
  if (c.nodes.length <= chips_max && wide <= room) return chips_by_name(c.nodes, health);
  const wrong = c.nodes.filter((n) => health.get(n) && health.get(n) !== "ok").length;
  const of_class = c.classes.length === 1 ? c.classes[0] + " × " : "";
  const text = c.nodes.length === 0 ? "on no node seen" : of_class + many(c.nodes.length, "node") + (wrong > 0 ? `, ${count(wrong)} in trouble` : "");
  return h("g", { class: "chips", transform: `translate(14 ${box.height - 30})` }, chip(cut(text, room - 20, chip_letters), wrong > 0 ? "tries" : c.nodes.length === 0 ? "unseen" : "flows", 0));
}

function chip_width(name) {
  return name.length * chip_letters + 24;
}

function chips_by_name(nodes, health) {
  let x = 0;
  const drawn = nodes.map((n) => {
    const one = chip(n, health.has(n) ? mood_of_health(health.get(n)) : "unseen", x);
    x += chip_width(n) + 5;
    return one;
  });
  if (nodes.length === 0) drawn.push(chip("on no node seen", "unseen", 0));
  return h("g", { class: "chips", transform: `translate(14 ${box.height - 30})` }, drawn);
}

function chip(text, mood, x) {
  return h("g", { key: text, class: "chip " + mood, transform: `translate(${x} 0)` },
    h("rect", { width: chip_width(text), height: 20, rx: 4 }),
    h("path", { d: shape_of(mood), "fill-rule": "evenodd", transform: "translate(6 6) scale(.8)" }),
    h("text", { x: 18, y: 14 }, text));
}
