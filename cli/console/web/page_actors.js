// The supervision tree: node by node, each actor with its state, what it is busy with, its restarts and its last error.
import { drain, restart } from "./actions.js";
import { meter } from "./chart.js";
import { h } from "./dom.js";
import { ago, bytes, count, many, percent, rate, seconds, when } from "./format.js";
import { resource, told, empty } from "./resource.js";
import { mark, mood_of_actor, mood_of_health, word_of_actor } from "./state_mark.js";
import { table } from "./table.js";
import { live } from "./live.js";

export function page(words, app) {
  const actors = new resource("actors", null, { changed: app.redraw });
  const orders = new Map();
  const closed = new Set();
  let wanted = words.text || "";
  const order_of = (node) => orders.get(node) || orders.set(node, {}).get(node);
  const draw_tree = (data) => {
    const nodes = by_node(data.actors || [], wanted.toLowerCase());
    if (nodes.length === 0) return empty(wanted ? "No actor has that in its name, type, state or error." : "No actors are seen from here.");
    return h("ul", { class: "tree" }, nodes.map(([node, all]) => branch(node, all, data, closed, order_of(node), app)));
  };
  return {
    title: "Actors",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Actors"),
        h("input", { type: "search", placeholder: "Name, type, state or error", "aria-label": "Show only actors with", value: wanted, oninput: (e) => ((wanted = e.target.value), app.redraw()) })),
      told(actors, draw_tree, "its actors"),
      partial_note(actors.data),
    ],
    end: () => actors.stop(),
  };
}

export function partial_note(data) {
  return data && (data.partial || []).length > 0 && h("p", { class: "notice waits" }, "Not all is seen from here: " + data.partial.join("; ") + ".");
}

function by_node(rows, wanted) {
  const nodes = new Map();
  for (const r of rows) {
    const a = r.actor;
    const text = [r.node, a.component, a.address, a.type, a.state, a.last_error, ...(a.problems || [])].join(" ").toLowerCase();
    if (!text.includes(wanted)) continue;
    if (!nodes.has(r.node)) nodes.set(r.node, []);
    nodes.get(r.node).push(r);
  }
  return [...nodes].sort((a, b) => a[0].localeCompare(b[0], undefined, { numeric: true }));
}

function branch(node, rows, data, closed, order, app) {
  const health = (live.graph && live.graph.nodes.find((n) => n.node === node)) || { health: "ok", reasons: [] };
  const toggle = (e) => (e.target.open ? closed.delete(node) : closed.add(node));
  return h("li", { key: node },
    h("details", { open: !closed.has(node), ontoggle: toggle },
      h("summary", null, h("span", { class: "node-name" }, node), mark(mood_of_health(health.health), health.health),
        h("span", { class: "faint" }, many(rows.length, "actor"))),
      h("div", { class: "branch" },
        (health.reasons || []).length > 0 && h("ul", { class: "reasons" }, health.reasons.map((r) => h("li", { key: r }, r))),
        actor_table(node, rows, order, app, data.at),
        h("div", { class: "buttons" }, drain(node)))));
}

export function busy_share(a) {
  return a.busy_share ?? a.busy ?? null;
}

export function actor_table(node, rows, order, app, now) {
  const of = (get) => (r) => get(r.actor) ?? -1;
  const number = (key, title, get, draw, more) => ({ key, title, of: of(get), draw: (r) => draw(r.actor, r), is_number: true, ...more });
  const knows = (get) => rows.some((r) => get(r.actor) !== undefined && get(r.actor) !== null);
  return table({
    label: "Actors of " + node, rows, key: (r) => r.actor.address, order, changed: app.redraw,
    columns: [
      { key: "address", title: "Actor", width: "20%", of: (r) => r.actor.address, draw: (r) => h("a", { href: "#/component/" + encodeURIComponent(r.actor.component), title: r.actor.address }, short_address(r)) },
      { key: "state", title: "State", width: "15%", of: (r) => r.actor.state, draw: (r) => [mark(mood_of_actor(r.actor), word_of_actor(r.actor)), r.actor.busy_with && h("span", { class: "faint" }, " " + r.actor.busy_with)] },
      number("busy", "Busy", busy_share, (a) => (busy_share(a) === null ? "–" : [meter(busy_share(a)), percent(busy_share(a))]), knows(busy_share) ? {} : { class: "gone" }),
      number("mailbox", "Mailbox", (a) => a.mailbox, (a) => (a.mailbox === undefined ? "–" : count(a.mailbox)), knows((a) => a.mailbox) ? {} : { class: "gone" }),
      number("rate", "In", (a) => a.events_in, (_, r) => rate(r.events_in_per_second), { width: "8%" }),
      number("held", "Holds", (a) => a.events_held, (a) => (a.events_held ? `${count(a.events_held)} · ${seconds(a.delay_seconds)}` : "–"), { hides: true, width: "12%" }),
      number("credit", "Credit", (a) => a.demand_held, (a) => (a.tier === "sink" ? bytes(a.demand_granted) : bytes(a.demand_held)), { hides: true, width: "8%" }),
      number("restarts", "Restarts", (a) => a.restarts, (a) => count(a.restarts)),
      { key: "error", title: "Last error", width: "22%", of: (r) => r.actor.last_error_at, draw: (r) => last_error(r.actor, now) },
      { key: "act", spoken: "Actions", is_fixed: true, width: "5.5rem", draw: (r) => restart(r.actor.component, r.node, r.actor.address) },
    ].filter((c) => c.class !== "gone"),
  });
}

function short_address(r) {
  return r.actor.address.startsWith(r.node + "/") ? r.actor.address.slice(r.node.length + 1) : r.actor.address;
}

function last_error(a, now) {
  const problems = (a.problems || []).filter((p) => p !== a.last_error);
  if (!a.last_error && problems.length === 0) return h("span", { class: "faint" }, "none");
  return h("div", { class: "error-text" },
    a.last_error && [h("span", null, a.last_error), " ", h("span", { class: "faint" }, when(a.last_error_at), " ", ago(a.last_error_at, now))],
    problems.map((p) => h("div", { key: p }, p)));
}
