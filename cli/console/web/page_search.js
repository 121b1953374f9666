// Search in what SQLite sinks have stored: tag, text, time; how many when; page by page.
import { histogram } from "./chart.js";
import { h } from "./dom.js";
import { event_list } from "./event_list.js";
import { count, day_and_time } from "./format.js";
import { live } from "./live.js";
import { empty, resource, told } from "./resource.js";

const page_rows = 100;

export function page(words, app) {
  const names = ["sink", "tag", "text", "from", "to", "before"];
  const query = Object.fromEntries(names.map((n) => [n, n === "from" || n === "to" ? utc_of(words[n]) : words[n]]));
  const asked = "sink" in words;
  const found = asked ? new resource("events", { ...query, limit: page_rows }, { changed: app.redraw, each_ms: 0 }) : null;
  return {
    title: "Search",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Search what is stored")),
      form(words, app),
      found ? h("section", { class: "panel", "aria-label": "Found" }, told(found, (d) => results(d, words, app), "what is stored"))
        : empty("Say what is looked for.", "All words may be left out: then the newest are shown."),
    ],
    end: () => found && found.stop(),
  };
}

/// What an input of local time has, as the node wants it.
function utc_of(text) {
  const at = text ? new Date(text) : null;
  return at && !isNaN(at) ? at.toISOString() : "";
}

function form(words, app) {
  const sinks = ((live.graph && live.graph.components) || []).filter((c) => c.type === "sqlite").map((c) => c.component);
  if (live.graph && sinks.length === 0) return empty("No sink of this topology can be searched.", "Those of type ", h("code", null, "sqlite"), " can.");
  const submit = (e) => {
    e.preventDefault();
    const of = e.target.elements;
    app.go("search", { sink: of.sink.value, tag: of.tag.value.trim(), text: of.text.value.trim(), from: of.from.value, to: of.to.value }, true);
  };
  const time = (name, title) => h("label", null, title, h("input", { name, type: "datetime-local", step: "1", value: words[name] || "" }));
  return h("form", { class: "fields panel", onsubmit: submit },
    h("label", null, "Sink", h("select", { name: "sink", value: words.sink || sinks[0] || "" }, sinks.map((n) => h("option", { key: n, value: n }, n)))),
    h("label", null, "Tag", h("input", { name: "tag", value: words.tag || "", placeholder: "web.**", autocomplete: "off", spellcheck: "false" })),
    h("label", { class: "wide" }, "Text", h("input", { name: "text", type: "search", value: words.text || "", autocomplete: "off", spellcheck: "false" })),
    time("from", "From (your time)"), time("to", "To"),
    h("button", { type: "submit", class: "primary" }, "Search"));
}

function local_input(date) {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60000);
  return shifted.toISOString().slice(0, 19);
}

function results(data, words, app) {
  const entries = (data.entries || data.events || []).map((e, i) => ({ ...e, number: e.id ?? i }));
  const bars = (data.histogram || []).map((b) => ({ label: day_and_time(b.at ?? b.from), at: new Date(b.at ?? b.from), to: b.to && new Date(b.to), count: b.count ?? b.events ?? 0 }));
  const narrow = (b) => {
    const next = bars[bars.indexOf(b) + 1];
    const to = b.to || (next ? next.at : new Date(words.to || Date.now()));
    app.go("search", { ...words, from: local_input(b.at), to: local_input(to), before: "" });
  };
  const next = data.next ?? data.before;
  return [
    data.problem && h("p", { class: "notice waits" }, data.problem),
    bars.length > 0 && [histogram(bars, "How many when", narrow), h("p", { class: "faint ends" }, h("span", null, bars[0].label), h("span", null, bars[bars.length - 1].label))],
    h("p", { role: "status", class: "faint" }, data.total !== undefined ? `${count(data.total)} found` : `${count(entries.length)} shown`),
    entries.length === 0 ? empty("Nothing was found.", words.from || words.to ? "Perhaps at another time." : "") : event_list(entries),
    h("div", { class: "buttons" },
      words.before && h("button", { type: "button", onclick: () => app.go("search", { ...words, before: "" }) }, "To the newest"),
      next && entries.length > 0 && h("button", { type: "button", onclick: () => app.go("search", { ...words, before: next }) }, "Older ones")),
  ];
}
