// Who belongs: state, zone, version, clock, what is wrong on each node, and its drain.
import { action, drain } from "./actions.js";
import { h } from "./dom.js";
import { ago, seconds, when } from "./format.js";
import { partial_note } from "./page_actors.js";
import { empty, resource, told } from "./resource.js";
import { mark, mood_of_health } from "./state_mark.js";
import { table } from "./table.js";

const clock_apart_seconds = 1; // more makes times of events hard to compare

export function page(_, app) {
  const cluster = new resource("cluster", null, { changed: app.redraw });
  const links = new resource("links", null, { changed: app.redraw });
  const orders = { members: {}, links: {} };
  return {
    title: "Cluster",
    draw: () => told(cluster, (data) => [
      h("div", { class: "bar-of-page" }, h("h1", null, data.cluster || "Cluster", " ", mark(mood_of_health(data.health), data.health)),
        h("div", { class: "buttons" }, action({ path: "reload", title: "Reload the topology file", word: "Reload", text: `${data.node} reads its file again and does what it says now. A wrong file changes nothing.` }))),
      (data.reasons || []).length > 0 && h("ul", { class: "reasons" }, data.reasons.map((r) => h("li", { key: r }, r))),
      h("section", { class: "panel", "aria-label": "Members" }, h("h2", null, "Members"), members(data, orders.members, app)),
      h("section", { class: "panel", "aria-label": "Links" }, h("h2", null, "Links of ", data.node), told(links, (d) => link_table(d, orders.links, app, data.at), "its links")),
      partial_note(data),
    ], "its cluster"),
    end: () => [cluster, links].forEach((r) => r.stop()),
  };
}

/// Where all runs in one process there are no members, and the one node stands for itself.
function rows_of(data) {
  const health = new Map((data.nodes || []).map((n) => [n.node, n]));
  const known = (data.members || []).map((m) => ({ ...m, told: health.get(m.node) }));
  const names = new Set(known.map((m) => m.node));
  return [...known, ...(data.nodes || []).filter((n) => !names.has(n.node)).map((n) => ({ node: n.node, state: n.problem ? "unseen" : "up", version: data.version, classes: [], told: n, self: n.node === data.node }))];
}

function mood_of_member(m) {
  if (m.state === "down") return "fails";
  if (m.suspect) return "tries";
  if (m.state === "draining") return "paused";
  if (m.state === "left") return "rests";
  return m.told && m.told.health && !m.told.problem ? mood_of_health(m.told.health) : m.told ? "unseen" : "unseen";
}

function members(data, order, app) {
  const rows = rows_of(data);
  const versions = new Set(rows.map((r) => r.version).filter(Boolean));
  return table({
    label: "Members", rows, key: (m) => m.node, order, changed: app.redraw,
    columns: [
      { key: "node", title: "Node", draw: (m) => h("span", { class: "whole" }, m.node, m.self && h("span", { class: "faint" }, " (this)")) },
      { key: "state", title: "State", draw: (m) => mark(mood_of_member(m), word_of(m)) },
      { key: "classes", title: "Classes", of: (m) => (m.classes || []).join(), draw: (m) => (m.classes || []).join(", ") || "all" },
      { key: "zone", title: "Zone", draw: (m) => m.zone || "–", hides: true },
      { key: "version", title: "Version", draw: (m) => [m.version || "–", versions.size > 1 && m.version !== data.version && h("span", { class: "mark-word tries" }, " not as here")] },
      { key: "clock", title: "Clock", is_number: true, of: (m) => m.clock_offset_seconds ?? 0, draw: clock },
      { key: "address", title: "Address", hides: true },
      { key: "since", title: "Since", draw: (m) => when(m.since), hides: true },
      { key: "actors", title: "Actors", is_number: true, of: (m) => (m.told ? m.told.actors : -1), draw: (m) => (m.told && !m.told.problem ? m.told.actors : "–") },
      { key: "act", spoken: "Actions", is_fixed: true, draw: (m) => (m.state === "up" ? drain(m.node) : "") },
    ],
  });
}

function word_of(m) {
  const trouble = m.told && m.told.health && m.told.health !== "ok" && !m.told.problem ? ", " + m.told.health : "";
  if (m.state === "up") return (m.suspect ? "up, silent" : m.told && !m.told.problem ? "up" : "up, its figures are not seen from here") + trouble;
  return m.state;
}

function clock(m) {
  if (m.clock_offset_seconds === null || m.clock_offset_seconds === undefined) return h("span", { class: "faint" }, m.self ? "this" : "–");
  const sign = m.clock_offset_seconds < 0 ? "−" : "+";
  const text = sign + seconds(m.clock_offset_seconds);
  return Math.abs(m.clock_offset_seconds) > clock_apart_seconds ? mark("tries", text) : text;
}

function link_table(data, order, app, now) {
  const rows = data.links || [];
  if (rows.length === 0) return empty("It is linked to no other node.");
  return table({
    label: "Links", rows, key: (l) => l.node + l.dialled, order, changed: app.redraw,
    columns: [
      { key: "node", title: "Node", draw: (l) => h("span", { class: "whole" }, l.node) },
      { key: "connected", title: "State", draw: (l) => mark(l.connected ? "flows" : "fails", l.connected ? "connected" : "not connected") },
      { key: "dialled", title: "Who dialled", draw: (l) => (l.dialled ? "this node" : "the other"), hides: true },
      { key: "since", title: "Since", draw: (l) => when(l.since) },
      { key: "heard_at", title: "Heard", draw: (l) => ago(l.heard_at, now) || "never" },
      { key: "problem", title: "Problem", draw: (l) => l.problem || h("span", { class: "faint" }, "none") },
    ],
  });
}
