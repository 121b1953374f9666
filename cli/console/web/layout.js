// Where boxes and edges of the graph stand. Pure: figures in, coordinates out.
import { tiers } from "./facts.js";

export const box = { height: 108, width_min: 176, width_max: 330, gap: 18, head: 30 };
const beside_min = 64; // between two columns
const margin = 8; // for what is drawn around a box

/// Columns by tier where there is room for them, else one below the other with the edges at their left.
export function layout(components, edges, width) {
  const columns = columns_of(components);
  const fits = columns.length * box.width_min + (columns.length - 1) * beside_min <= width - 2 * margin;
  return fits ? across(columns, edges, width) : down(columns, edges, width);
}

function columns_of(components) {
  return tiers.map((t) => ({ title: t.title, of: components.filter((c) => c.tier === t.name) })).filter((c) => c.of.length > 0);
}

/// Receivers near their senders: each column by the mean place of those before it, so that few edges cross.
function untangle(columns) {
  const place = new Map();
  for (const column of columns) {
    const mean = (c) => {
      const known = c.from.map((n) => place.get(n)).filter((p) => p !== undefined);
      return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : Infinity;
    };
    const means = new Map(column.of.map((c, i) => [c, Math.min(mean(c), 1e6) + i * 1e-6]));
    column.of = [...column.of].sort((a, b) => means.get(a) - means.get(b));
    column.of.forEach((c, i) => place.set(c.component, (i + 0.5) / column.of.length));
  }
}

function across(columns, edges, width) {
  untangle(columns);
  const room = width - 2 * margin;
  const n = columns.length;
  const w = Math.max(box.width_min, Math.min(box.width_max, (room - (n - 1) * 110) / n));
  const step = n > 1 ? (room - w) / (n - 1) : 0;
  const rows = Math.max(...columns.map((c) => c.of.length));
  const inner = rows * box.height + (rows - 1) * box.gap;
  const boxes = new Map();
  const heads = columns.map((column, i) => {
    const x = margin + (n > 1 ? i * step : (room - w) / 2);
    const own = column.of.length * box.height + (column.of.length - 1) * box.gap;
    column.of.forEach((c, k) => boxes.set(c.component, { c, x, y: box.head + (inner - own) / 2 + k * (box.height + box.gap), w, h: box.height }));
    return { title: column.title, x, y: 14 };
  });
  return { boxes, heads, edges: edges.map((e) => curve(e, boxes, edges)), width, height: box.head + inner + margin, is_across: true };
}

/// Edges leave and reach a box one below the other, in the order of their other ends.
function port(e, at, edges, boxes, is_end) {
  const here = (o) => (is_end ? o.to : o.from).component;
  const there = (o) => boxes.get((is_end ? o.from : o.to).component).y;
  const all = edges.filter((o) => here(o) === here(e)).sort((a, b) => there(a) - there(b));
  return at.y + (at.h * (all.indexOf(e) + 1)) / (all.length + 1);
}

function curve(e, boxes, edges) {
  const a = boxes.get(e.from.component);
  const b = boxes.get(e.to.component);
  const from = { x: a.x + a.w, y: port(e, a, edges, boxes, false) };
  const to = { x: b.x, y: port(e, b, edges, boxes, true) };
  const bend = Math.max(24, (to.x - from.x) / 2);
  const path = `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x - 5} ${to.y}`;
  return { edge: e, path, from, to, middle: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } };
}

const lane_width = 11;

function down(columns, edges, width) {
  const boxes = new Map();
  const heads = [];
  const order = columns.flatMap((c) => c.of);
  const rank = new Map(order.map((c, i) => [c.component, i]));
  const lanes = lanes_of(edges, rank);
  const left = 14 + lane_width * (Math.max(0, ...lanes.values()) + 1);
  let y = 0;
  for (const column of columns) {
    heads.push({ title: column.title, x: left, y: y + 18 });
    y += box.head;
    for (const c of column.of) {
      boxes.set(c.component, { c, x: left, y, w: width - left - margin, h: box.height });
      y += box.height + box.gap;
    }
  }
  return { boxes, heads, edges: edges.map((e) => rail(e, boxes, lanes, left)), width, height: y, is_across: false };
}

/// Edges that run beside each other get lanes of their own, the short ones inside.
function lanes_of(edges, rank) {
  const span = (e) => [rank.get(e.from.component), rank.get(e.to.component)].sort((a, b) => a - b);
  const taken = [];
  const lanes = new Map();
  const by_length = [...edges].sort((a, b) => span(a)[1] - span(a)[0] - (span(b)[1] - span(b)[0]));
  for (const e of by_length) {
    const [from, to] = span(e);
    // Edges to one receiver share a lane: there they are one stream.
    let lane = taken.findIndex((all) => all.every((t) => t.to_name === e.to.component || t.to <= from || to <= t.from));
    if (lane < 0) lane = taken.push([]) - 1;
    taken[lane].push({ from, to, to_name: e.to.component });
    lanes.set(e, lane);
  }
  return lanes;
}

function rail(e, boxes, lanes, left) {
  const from = { x: left, y: boxes.get(e.from.component).y + box.height * 0.66 };
  const to = { x: left, y: boxes.get(e.to.component).y + box.height * 0.33 };
  const x = left - 10 - lane_width * lanes.get(e);
  const r = Math.min(8, Math.abs(to.y - from.y) / 2);
  const path = `M${from.x} ${from.y}H${x + r}Q${x} ${from.y} ${x} ${from.y + r}V${to.y - r}Q${x} ${to.y} ${x + r} ${to.y}H${left - 5}`;
  return { edge: e, path, from, to, middle: { x, y: (from.y + to.y) / 2 } };
}
