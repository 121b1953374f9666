// Live events at a component's entry: a sample, never more than a viewer can take, and nothing waits for it.
import { get, listen } from "./api.js";
import { h } from "./dom.js";
import { live } from "./live.js";
import { event_list } from "./event_list.js";
import { count } from "./format.js";
import { empty } from "./resource.js";
import { how_to_get_in } from "./sign_in.js";
import { may_read } from "./api.js";

const kept_max = 500;
const drawn_each_ms = 250;

export function page(words, app) {
  const tap = { lines: [], seen: 0, is_paused: false, state: "idle", why: "", stop: null };
  let timer = null;
  const redraw_soon = () => (timer = timer || setTimeout(() => ((timer = null), app.redraw()), drawn_each_ms));
  if (words.component && may_read()) begin(tap, words, redraw_soon);
  return {
    title: "Tap",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Events as they pass")),
      may_read() ? [form(words, app), h("section", { class: "panel", "aria-label": "Events" }, contents(tap, words, app))] : how_to_get_in("events"),
    ],
    end() {
      clearTimeout(timer);
      if (tap.stop) tap.stop();
    },
  };
}

function begin(tap, words, redraw_soon) {
  tap.state = "waits";
  tap.stop = listen("tap", { component: words.component, at: words.at, tag: words.tag, where: words.where }, "line", {
    open: () => ((tap.state = "open"), redraw_soon()),
    event: (text) => {
      tap.seen += 1;
      if (tap.is_paused) return;
      tap.lines.unshift({ ...event_of(text), number: tap.seen });
      if (tap.lines.length > kept_max) tap.lines.pop();
      redraw_soon();
    },
    error: async (is_over) => {
      tap.state = is_over ? "over" : "waits";
      if (is_over) tap.why = await why_not(words);
      redraw_soon();
    },
  });
}

/// A stream that is refused does not say why; asked plainly it does.
async function why_not(words) {
  const stopper = new AbortController();
  try {
    setTimeout(() => stopper.abort(), 3000);
    await get("tap", words, stopper.signal);
  } catch (e) {
    return e.status === 404 ? "This node has no tap." : e.message;
  }
  return "";
}

function event_of(text) {
  try {
    const one = JSON.parse(text);
    return typeof one === "object" && one !== null ? one : { text };
  } catch {
    return { text };
  }
}

function form(words, app) {
  const names = ((live.graph && live.graph.components) || []).map((c) => c.component);
  const submit = (e) => {
    e.preventDefault();
    const of = e.target.elements;
    app.go("tap", { component: of.component.value, at: of.at.value, tag: of.tag.value.trim(), where: of.where.value.trim() });
  };
  return h("form", { class: "fields panel", onsubmit: submit },
    h("label", null, "Component", h("select", { name: "component", value: words.component || names[0] || "" }, names.map((n) => h("option", { key: n, value: n }, n)))),
    h("label", null, "At its", h("select", { name: "at", value: words.at || "entry" }, h("option", { value: "entry" }, "entry"), h("option", { value: "exit" }, "exit"))),
    h("label", null, "Tag", h("input", { name: "tag", value: words.tag || "", placeholder: "web.**", autocomplete: "off", spellcheck: "false" })),
    h("label", { class: "wide" }, "Only where", h("input", { name: "where", value: words.where || "", placeholder: "a text in the event", autocomplete: "off", spellcheck: "false" })),
    h("button", { type: "submit", class: "primary" }, "Tap"));
}

function contents(tap, words, app) {
  if (!words.component) return empty("Choose a component.", "What passes there is shown as it comes, the newest first. Nobody waits for the viewer.");
  if (tap.state === "over") return empty(tap.why || "The tap has ended.");
  const pause = () => {
    tap.is_paused = !tap.is_paused;
    app.redraw();
  };
  return [
    h("div", { class: "buttons" },
      h("button", { type: "button", "aria-pressed": String(tap.is_paused), onclick: pause }, tap.is_paused ? "Go on" : "Hold still"),
      h("button", { type: "button", onclick: () => ((tap.lines = []), app.redraw()) }, "Clear"),
      h("span", { class: "faint", role: "status" }, tap.state === "waits" ? "connecting …" : `${count(tap.seen)} seen, the last ${count(tap.lines.length)} are here`)),
    tap.lines.length === 0 ? empty("Nothing has passed yet.", "Only what comes from now on is shown.") : event_list(tap.lines),
  ];
}
