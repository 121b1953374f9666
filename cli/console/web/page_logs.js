// What Weir says itself, as it says it.
import { get } from "./api.js";
import { action } from "./actions.js";
import { h } from "./dom.js";
import { when } from "./format.js";
import { node_choice } from "./node_choice.js";
import { empty, resource, told } from "./resource.js";

const kept_max = 2000;
const levels = ["debug", "info", "warn", "error"];
const moods = { error: "fails", critical: "fails", warn: "tries" };

export function page(words, app) {
  let lines = [];
  let is_held = false;
  const query = { level: words.level, text: words.text, component: words.component, node: words.node, limit: 500 };
  const first = new resource("logs", query, { changed: take, each_ms: 0 });
  let next = null;
  let timer = null;
  function take(r) {
    if (r.state === "ok") {
      lines = [...lines, ...(r.data.entries || [])].slice(-kept_max);
      next = r.data.next ?? next;
      timer = setTimeout(follow, 1500);
    }
    app.redraw();
  }
  async function follow() {
    try {
      const more = await get("logs", { ...query, since: next ?? (lines.length > 0 ? lines[lines.length - 1].seq : "") });
      const known = new Set(lines.slice(-600).map((l) => l.seq));
      const fresh = (more.entries || []).filter((l) => !known.has(l.seq));
      next = more.next ?? next;
      if (fresh.length > 0 && !is_held) (lines = [...lines, ...fresh].slice(-kept_max)), app.redraw();
    } catch {
      // Asked again; the head of the page tells whether the node answers.
    }
    timer = setTimeout(follow, 1500);
  }
  const hold = () => ((is_held = !is_held), app.redraw());
  return {
    title: "Logs",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Log of ", words.node || app.session.node || "this node"), node_choice("logs", words), h("div", { class: "buttons" }, level_action(app, words.node))),
      form(words, app, hold, is_held),
      h("section", { class: "panel", "aria-label": "Lines" }, told(first, () => log_lines([...lines].reverse(), "Nothing was said at this level."), "its log")),
    ],
    end: () => (clearTimeout(timer), first.stop()),
  };
}

function level_action(app, node) {
  return h("span", { class: "buttons" }, h("label", { class: "inline" }, "It logs from ",
    h("select", { "aria-label": "Level that the node logs from", onchange: (e) => ((app.log_level = e.target.value), app.redraw()), value: app.log_level || "info" }, levels.map((l) => h("option", { key: l, value: l }, l)))),
  action({ path: "log-level", words: { level: app.log_level || "info", node }, title: "Log from " + (app.log_level || "info") + " on", word: "Set", text: "Until it is set again or the node starts anew." }));
}

function form(words, app, hold, is_held) {
  const submit = (e) => {
    e.preventDefault();
    app.go("logs", { node: words.node, level: e.target.elements.level.value, text: e.target.elements.text.value.trim() });
  };
  return h("form", { class: "fields panel", onsubmit: submit },
    h("label", null, "From level", h("select", { name: "level", value: words.level || "" }, h("option", { value: "" }, "all"), levels.map((l) => h("option", { key: l, value: l }, l)))),
    h("label", { class: "wide" }, "Text", h("input", { name: "text", type: "search", value: words.text || "", autocomplete: "off", spellcheck: "false" })),
    h("button", { type: "submit", class: "primary" }, "Show"),
    h("button", { type: "button", "aria-pressed": String(is_held), onclick: hold }, is_held ? "Go on" : "Hold still"));
}

/// {seq, at, level, text} each.
export function log_lines(lines, when_none) {
  if (lines.length === 0) return empty(when_none);
  return h("ol", { class: "log" }, lines.map((l, i) => h("li", { key: String(l.seq ?? i), class: moods[l.level] || "plain" },
    h("span", { class: "event-time" }, when(l.at)), h("span", { class: "log-level" }, l.level), h("span", { class: "log-text" }, l.node ? l.node + ": " : "", l.text))));
}
