// Live events at a component's entry or exit: a sample, never more than a viewer can take, and nothing waits for it.
import { get, listen_to_all } from "./api.js";
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
  const tap = { lines: [], shown: 0, counts: null, problems: [], is_paused: false, state: "idle", why: "", stop: null };
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

/// Where nothing else is asked for, the node says at which end of the component there are events.
function asked_for(words) {
  return { component: words.component, at: words.at === "exit" ? "exit" : "", tag: words.tag, where: words.where };
}

function begin(tap, words, redraw_soon) {
  tap.state = "waits";
  const on = {
    line: (text) => {
      tap.shown += 1;
      if (tap.is_paused) return;
      tap.lines.unshift({ ...event_of(text), number: tap.shown });
      if (tap.lines.length > kept_max) tap.lines.pop();
    },
    seen: (text) => (tap.counts = event_of(text)),
    problem: (text) => tap.problems.includes(event_of(text).text) || tap.problems.push(event_of(text).text),
  };
  tap.stop = listen_to_all("tap", asked_for(words), on, {
    open: () => ((tap.state = "open"), redraw_soon()),
    event: redraw_soon,
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
    await get("tap", asked_for(words), stopper.signal);
  } catch (e) {
    return e.message;
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
    h("label", null, "At its", h("select", { name: "at", value: words.at || "entry" }, h("option", { value: "entry" }, "entry (of collectors: exit)"), h("option", { value: "exit" }, "exit"))),
    h("label", null, "Tag", h("input", { name: "tag", value: words.tag || "", placeholder: "web.**", autocomplete: "off", spellcheck: "false" })),
    h("label", { class: "wide" }, "Only where", h("input", { name: "where", value: words.where || "", placeholder: "{status: \"^5\"}, or a text in it", autocomplete: "off", spellcheck: "false" })),
    h("button", { type: "submit", class: "primary" }, "Tap"));
}

function counts_text(tap) {
  if (tap.state === "waits") return "connecting …";
  const c = tap.counts || { passed: 0, left_out: 0 };
  const others = c.left_out > 0 ? `, ${count(c.left_out)} were left out: this is a sample` : "";
  return `${count(c.passed)} passed${others}; the last ${count(tap.lines.length)} that fit are here`;
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
      h("span", { class: "faint", role: "status" }, counts_text(tap))),
    tap.problems.length > 0 && h("p", { class: "notice waits" }, tap.problems.join("; ")),
    tap.lines.length === 0 ? empty("Nothing has passed yet.", "Only what comes from now on is shown.") : event_list(tap.lines),
  ];
}
