// One component: how it does, its figures with their past, its neighbours, actors, files, buffers, log lines and settings.
import { action, restart } from "./actions.js";
import { h } from "./dom.js";
import { edges_of, sentence_of_edge, tier_word } from "./facts.js";
import { count } from "./format.js";
import { live } from "./live.js";
import { log_lines } from "./page_logs.js";
import { actor_table, partial_note } from "./page_actors.js";
import { empty, resource, told } from "./resource.js";
import { figure_tiles } from "./figures.js";
import { buffer_panel, file_table, settings_panel } from "./component_parts.js";
import { mark } from "./state_mark.js";

const history_seconds = 600;
const log_shown = 12;

export function page(words, app) {
  const name = words.rest;
  const ask = (path, query, each_ms) => new resource(path, query, { changed: app.redraw, each_ms });
  const series = ["events_in", "events_out", "events_held"].map((m) => name + "." + m).join(",");
  const all = {
    one: ask("components/" + encodeURIComponent(name), null, 2000),
    history: ask("history", { series, from: history_seconds, step: 5 }, 10000),
    config: ask("config", null, 0),
    buffers: ask("buffers/" + encodeURIComponent(name), null, 5000),
    logs: ask("logs", { component: name, text: name, limit: 50 }, 3000),
  };
  const orders = { actors: {}, files: {} };
  return {
    title: name,
    draw: () => [told(all.one, (data) => draw(name, data, all, orders, app), "the component " + name), partial_note(all.one.data)],
    end: () => Object.values(all).forEach((r) => r.stop()),
  };
}

function draw(name, data, all, orders, app) {
  const c = data.component;
  const rows = data.actors || [];
  const files = rows.flatMap((r) => (r.actor.files || []).map((f) => ({ ...f, node: r.node })));
  const left_out = rows.reduce((sum, r) => sum + (r.actor.files_left_out || 0), 0);
  return [
    title(c),
    figure_tiles(c, rows, live.past.get(name) || [], all.history.data),
    panel("Neighbours", neighbours(name)),
    panel("Actors", rows.length > 0 ? actor_table(name, rows, orders.actors, app, data.at) : empty("None of its actors is seen from here.", "It runs on nodes of class ", (c.classes || []).join(", ") || "any", ".")),
    (files.length > 0 || c.type === "tail") && panel("Files", file_table(files, left_out, orders.files, app, data.at)),
    c.type === "aggregator" && panel("Buffer", told(all.buffers, buffer_panel, "what its buffer holds")),
    panel("Log", told(all.logs, (d) => log_lines((d.entries || []).slice(-log_shown).reverse(), "It has said nothing lately."), "its log")),
    panel("Settings, as decided", told(all.config, (d) => settings_panel(d, name), "its settings")),
  ];
}

function panel(title, ...inside) {
  return h("section", { class: "panel", key: title, "aria-label": title }, h("h2", null, title), inside);
}

function title(c) {
  const act = (path, label, text) => action({ key: path, path, words: { component: c.component }, title: `${label}: ${c.component}`, word: label, text });
  return h("div", { class: "bar-of-page" },
    h("div", null,
      h("h1", null, c.component, " ", mark(c.mood, c.state)),
      h("p", { class: "faint" }, tier_word(c) + (c.type === "aggregator" ? "" : ", " + c.type), c.classes.length > 0 && ` · on nodes of class ${c.classes.join(", ")}`, ` · ${count(c.actors)} seen`),
      (c.problems || []).length > 0 && h("ul", { class: "reasons" }, c.problems.map((p) => h("li", { key: p }, p)))),
    h("div", { class: "buttons" },
      c.tier === "sink" && [act("retry", "Try now", "What waits for its next try is tried at once."),
        act("pause", "Pause", "It takes nothing more until it is resumed. What comes waits where it is, and senders wait with it."),
        act("resume", "Resume", "It takes what has waited.")],
      restart(c.component)));
}

function neighbours(name) {
  if (!live.graph) return empty("The graph has not come yet.");
  const edges = edges_of(live.graph).filter((e) => e.from.component === name || e.to.component === name);
  if (edges.length === 0) return empty("Nothing flows from it or to it.");
  return h("ul", { class: "lines" }, edges.map((e) => {
    const other = e.from.component === name ? e.to.component : e.from.component;
    return h("li", { key: e.key }, mark(e.mood, e.from.component === name ? "to" : "from"), " ", h("a", { href: "#/component/" + encodeURIComponent(other) }, other), " ",
      h("span", { class: "faint" }, sentence_of_edge(e).slice(e.key.length + 2)));
  }));
}
